namespace Bitmapist.Client.Tests.Connections;

public sealed class OptionsTests
{
    public static TheoryData<string, Action<BitmapistOptions>> OutOfRange => new()
    {
        { "Host", options => options.Host = "" },
        { "Port", options => options.Port = 0 },
        { "Port", options => options.Port = 65_536 },
        { "UnixSocketPath", options => options.UnixSocketPath = "redis.sock" },
        { "User", options => options.User = "user" },
        { "Database", options => options.Database = -1 },
        { "ClientName", options => options.ClientName = "a b" },
        { "ClientName", options => options.ClientName = "" },
        { "ConnectTimeoutMs", options => options.ConnectTimeoutMs = 0 },
        { "ConnectTimeoutMs", options => options.ConnectTimeoutMs = ClientLimits.TimeoutMsMax + 1 },
        { "ResponseTimeoutMs", options => options.ResponseTimeoutMs = -1 },
        { "ReconnectDelayMs", options => options.ReconnectDelayMs = 0 },
        { "ReconnectDelayMaxMs", options => options.ReconnectDelayMaxMs = 0 },
        { "BytesInFlightMax", options => options.BytesInFlightMax = 0 },
        { "ForeignPrefixes", options => options.ForeignPrefixes = null! },
        { "ForeignPrefixes", options => options.ForeignPrefixes = ["a_", ""] },
        { "TimeProvider", options => options.TimeProvider = null! },
    };

    [Theory]
    [MemberData(nameof(OutOfRange), DisableDiscoveryEnumeration = true)]
    public void A_value_out_of_range_is_refused_by_name(string name, Action<BitmapistOptions> set)
    {
        var options = new BitmapistOptions();
        options.Snapshot(); // the defaults are fine
        set(options);
        ArgumentException refusal = Assert.Throws<ArgumentException>(() => ServerConnection.Create(options));
        Assert.Equal(name, refusal.ParamName);
        Assert.StartsWith($"BitmapistOptions.{name} ", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Later_changes_do_not_reach_a_snapshot()
    {
        string[] foreign = ["t1_1_"];
        var options = new BitmapistOptions { Port = 7000, ForeignPrefixes = foreign };
        BitmapistOptions snapshot = options.Snapshot();
        options.Port = 7001;
        foreign[0] = "changed_";
        Assert.Equal(7000, snapshot.Port);
        Assert.Equal(["t1_1_"], snapshot.ForeignPrefixes);
    }

    [Fact]
    public void The_password_is_not_printed() =>
        Assert.DoesNotContain("secret", new BitmapistOptions { User = "secret", Password = "secret" }.ToString(),
            StringComparison.Ordinal);
}
