using System.Globalization;

namespace Bitmapist.Http.Tests.Metrics;

/// <summary>What the page says is what INFO says, and what the documents say that it says.</summary>
public sealed class MetricsTests
{
    private static readonly string[] s_work =
    [
        "SETBIT a 1 1", "SETBIT b 2 1", "GETBIT a 1", "GET missing", "SETBIT a x 1", "GETBIT a", "NONSENSE",
        "SET c v PX 100000", "SELECT 3", "SET d v", "EXEC", "ACL SETUSER weak on nopass +ping", "AUTH weak x", "GET a",
    ];

    [Fact]
    public async Task Every_family_is_in_the_documents_and_every_documented_one_is_told()
    {
        await using ServedHttp served = await ServedHttp.StartAsync();
        await served.RunAsync(s_work);
        MetricsText text = await served.ScrapeAsync();
        Assert.Equal(Documents.Families.Order(), text.Types.Select(type => (type.Key, type.Value)).Order());
        foreach (string series in text.Series)
            Assert.Contains(Documents.FamilyOf(series), text.Types.Keys);
    }

    [Theory]
    [InlineData("total_connections_received", "bitmapist_connections_accepted_total")]
    [InlineData("rejected_connections", "bitmapist_connections_rejected_total")]
    [InlineData("maxclients", "bitmapist_clients_max")]
    [InlineData("keyspace_hits", "bitmapist_keyspace_hits_total")]
    [InlineData("keyspace_misses", "bitmapist_keyspace_misses_total")]
    [InlineData("expired_keys", "bitmapist_keys_expired_total")]
    [InlineData("acl_access_denied_cmd", "bitmapist_access_denied_total{reason=\"command\"}")]
    [InlineData("total_net_input_bytes", "bitmapist_received_bytes_total")]
    [InlineData("maxmemory", "bitmapist_hot_max_bytes")]
    [InlineData("rdb_changes_since_last_save", "bitmapist_changes_since_save")]
    [InlineData("aof_current_size", "bitmapist_log_bytes")]
    [InlineData("bitmapist_database_size", "bitmapist_database_bytes")]
    [InlineData("rdb_last_save_time", "bitmapist_save_success_time_seconds")]
    [InlineData("evicted_clients", "bitmapist_clients_cut_off_total{setting=\"maxmemory-clients\"}")]
    [InlineData("pubsub_channels", "bitmapist_pubsub_channels{kind=\"channel\"}")]
    [InlineData("slurp_in_progress", "bitmapist_slurp_in_progress")]
    public async Task Figures_are_those_of_INFO(string field, string series)
    {
        await using ServedHttp served = await ServedHttp.StartAsync();
        await served.RunAsync(s_work);
        Dictionary<string, string> info = await served.InfoAsync("default", "slurp");
        Assert.Equal(double.Parse(info[field], CultureInfo.InvariantCulture), (await served.ScrapeAsync())[series]);
    }

    [Fact]
    public async Task Commands_errors_and_databases_are_those_of_INFO()
    {
        await using ServedHttp served = await ServedHttp.StartAsync();
        await served.RunAsync(s_work);
        Dictionary<string, string> info = await served.InfoAsync("everything");
        MetricsText text = await served.ScrapeAsync();
        string[] names = ["setbit", "getbit", "get", "acl|setuser", "auth"];
        foreach (string name in names)
        {
            string told = string.Join(',', FormattableString.Invariant(
                $"calls={text[$"bitmapist_command_calls_total{{cmd=\"{name}\"}}"]}"),
                FormattableString.Invariant(
                    $"rejected_calls={text[$"bitmapist_command_rejected_calls_total{{cmd=\"{name}\"}}"]}"),
                FormattableString.Invariant(
                    $"failed_calls={text[$"bitmapist_command_failed_calls_total{{cmd=\"{name}\"}}"]}"));
            string[] parts = info["cmdstat_" + name].Split(',');
            Assert.Equal($"{parts[0]},{parts[3]},{parts[4]}", told);
        }

        Assert.Equal("calls=3,rejected_calls=0,failed_calls=1", $"calls={text[Calls("setbit")]},"
            + $"rejected_calls={text["bitmapist_command_rejected_calls_total{cmd=\"setbit\"}"]},"
            + $"failed_calls={text["bitmapist_command_failed_calls_total{cmd=\"setbit\"}"]}");
        Assert.Equal(info["errorstat_ERR"], $"count={text["bitmapist_error_replies_total{code=\"ERR\"}"]}");
        Assert.Equal(info["errorstat_NOPERM"], $"count={text["bitmapist_error_replies_total{code=\"NOPERM\"}"]}");
        foreach (string database in new[] { "db0", "db3" })
        {
            double keys = text[$"bitmapist_keys{{db=\"{database}\"}}"];
            double expiring = text[$"bitmapist_keys_expiring{{db=\"{database}\"}}"];
            Assert.StartsWith($"keys={keys},expires={expiring},", info[database], StringComparison.Ordinal);
        }

        Assert.Equal(3, text["bitmapist_keys{db=\"db0\"}"]);
        Assert.Equal(1, text["bitmapist_keys_expiring{db=\"db0\"}"]);
    }

    [Fact]
    public async Task A_histogram_has_all_calls_in_ascending_bounds()
    {
        await using ServedHttp served = await ServedHttp.StartAsync();
        await served.RunAsync([.. Enumerable.Range(0, 500).Select(i => $"SETBIT key {i * 70_000} 1"), "DBSIZE"]);
        MetricsText text = await served.ScrapeAsync();
        const string Bucket = "bitmapist_command_duration_seconds_bucket{cmd=\"setbit\",le=\"";
        string[] series =
            [.. text.Series.Where(name => name.StartsWith(Bucket, StringComparison.Ordinal))];
        string[] bounds = [.. series.Select(name => name[Bucket.Length..^2])];
        Assert.Equal("+Inf", bounds[^1]);
        double[] finite =
            [.. bounds[..^1].Select(bound => double.Parse(bound, CultureInfo.InvariantCulture))];
        Assert.Equal(20, finite.Length);
        Assert.Equal(finite.Order(), finite);
        Assert.Equal(1.023e-6, finite[0], 12);
        double[] counts = [.. series.Select(name => text[name])];
        Assert.Equal(counts.Order(), counts);
        Assert.Equal(500, counts[^1]);
        Assert.Equal(500, text["bitmapist_command_duration_seconds_count{cmd=\"setbit\"}"]);
        double sum = text["bitmapist_command_duration_seconds_sum{cmd=\"setbit\"}"];
        Assert.Equal(text["bitmapist_command_seconds_total{cmd=\"setbit\"}"], sum, 9);
        Assert.InRange(sum, double.Epsilon, double.MaxValue);
        Assert.DoesNotContain(text.Series, name => name.Contains("cmd=\"getbit\"", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Nothing_is_told_of_latencies_that_are_not_tracked()
    {
        await using ServedHttp served = await ServedHttp.StartAsync();
        await served.RunAsync("CONFIG SET latency-tracking no", "CONFIG RESETSTAT");
        await served.RunAsync("SETBIT a 1 1");
        MetricsText text = await served.ScrapeAsync();
        Assert.Equal("histogram", text.Types["bitmapist_command_duration_seconds"]);
        Assert.DoesNotContain(text.Series, name => name.Contains("_duration_", StringComparison.Ordinal));
        Assert.Equal(1, text[Calls("setbit")]);
    }

    [Fact]
    public async Task Counts_start_again_where_those_of_INFO_do()
    {
        await using ServedHttp served = await ServedHttp.StartAsync();
        await served.RunAsync("SETBIT a 1 1", "SETBIT a 1 1");
        Assert.Equal(2, (await served.ScrapeAsync())[Calls("setbit")]);
        await served.RunAsync("CONFIG RESETSTAT");
        await served.RunAsync("SETBIT a 1 1");
        Assert.Equal(1, (await served.ScrapeAsync())[Calls("setbit")]);
    }

    private static string Calls(string command) => $"bitmapist_command_calls_total{{cmd=\"{command}\"}}";
}
