using Bitmapist.Testing.Servers;

namespace Bitmapist.Conformance.Tests.Clients;

/// <summary>
/// prometheus-redis-exporter as Debian has it: everything it can be told to look at, without an error.
/// </summary>
public abstract class ExporterSpec(ITestServer server) : ConformanceSpec(server)
{
    private const string Exporter = "/usr/bin/prometheus-redis-exporter";
    private const int Attempts = 5; // Between finding a free port and listening on it, another process may take it.

    /// <summary>What dashboards for Redis are made of.</summary>
    private static readonly string[] s_series =
    [
        "redis_up 1", "redis_exporter_last_scrape_error{err=\"\"} 0", "redis_db_keys{db=\"db0\"} 2",
        "redis_db_keys_expiring{db=\"db0\"} 1", "redis_connected_clients ", "redis_blocked_clients ",
        "redis_memory_used_bytes ", "redis_memory_used_rss_bytes ", "redis_memory_max_bytes ",
        "redis_commands_processed_total ", "redis_commands_total{cmd=\"setbit\"} ",
        "redis_commands_duration_seconds_total{cmd=\"setbit\"} ", "redis_commands_failed_calls_total{cmd=\"setbit\"} ",
        "redis_errors_total{err=\"ERR\"} ", "redis_keyspace_hits_total ", "redis_keyspace_misses_total ",
        "redis_expired_keys_total ", "redis_evicted_keys_total ", "redis_net_input_bytes_total ",
        "redis_net_output_bytes_total ", "redis_rejected_connections_total ", "redis_rdb_changes_since_last_save ",
        "redis_rdb_last_bgsave_status ", "redis_aof_enabled ", "redis_slowlog_length ", "redis_uptime_in_seconds ",
        "redis_config_maxclients ", "redis_start_time_seconds ", "redis_cpu_user_seconds_total ",
        "redis_key_size{db=\"db0\",key=\"abc\"} ", "redis_keys_count{db=\"db0\",key=\"ab*\"} 2",
    ];

    [Fact]
    public async Task Scrapes_without_an_error()
    {
        ClientProgram.Require(Exporter, "prometheus-redis-exporter");
        foreach (string command in new[] { "FLUSHALL", "SETBIT abc 7 1", "SET abd x EX 1000", "NONSENSE", "GET abc" })
            await Server.SendAsync(command);
        (string text, string log) = await ScrapeAsync();
        Assert.All(s_series, series => Assert.Contains("\n" + series, text, StringComparison.Ordinal));
        string[] lines = log.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.NotEmpty(lines);
        Assert.All(lines, line => Assert.Contains(" level=info ", line, StringComparison.Ordinal));
    }

    private async Task<(string Text, string Log)> ScrapeAsync()
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory("exporter-test-");
        using var client = new HttpClient();
        for (int attempt = 0; ; attempt++)
        {
            int port = ServerProcess.FreePort();
            using var exporter = new ServerProcess(Exporter, ArgumentsFor(port), folder.FullName);
            string? text = null;
            await Eventually.IsAsync(async () => exporter.HasExited || (text = await TryGetAsync(client, port)) != null,
                "the exporter answers, or has ended");
            if (text is null && attempt < Attempts) continue;
            Assert.True(text is not null, exporter.Output);
            exporter.Kill();
            exporter.WaitForExit(); // and for its last lines
            folder.Delete(recursive: true);
            return (text, exporter.Output);
        }
    }

    private string[] ArgumentsFor(int port) =>
    [
        "-redis.addr", $"redis://127.0.0.1:{Server.Port}", "-web.listen-address", $"127.0.0.1:{port}",
        "-include-system-metrics", "-include-config-metrics", "-export-client-list", "-export-client-port",
        "-check-keys", "db0=ab*", "-count-keys", "db0=ab*", "-ping-on-connect",
    ];

    private static async Task<string?> TryGetAsync(HttpClient client, int port)
    {
        try
        {
            return await client.GetStringAsync(
                $"http://127.0.0.1:{port}/metrics", TestContext.Current.CancellationToken);
        }
        catch (HttpRequestException)
        {
            return null; // it does not listen yet
        }
    }
}

public sealed class BitmapistExporter(BitmapistServer server) : ExporterSpec(server), IClassFixture<BitmapistServer>;

public sealed class RedisExporter(RedisServer server) : ExporterSpec(server), IClassFixture<RedisServer>;
