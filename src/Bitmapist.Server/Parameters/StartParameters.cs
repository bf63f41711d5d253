using Bitmapist.Server.State;

namespace Bitmapist.Server.Parameters;

/// <summary>A parameter that a flag of the executable sets as well, under the same name.</summary>
/// <param name="Name">CONFIG's name.</param>
/// <param name="ValueName">What a value is, in a word.</param>
/// <param name="Description">What it is for, in a line of help.</param>
/// <param name="Default">What CONFIG GET replies when nothing is said.</param>
public sealed record StartParameter(string Name, string ValueName, string Description, string Default);

/// <summary>
/// Parameters that are set at start and by CONFIG SET alike: one reading of their values, one set of errors.
/// </summary>
public static class StartParameters
{
    private static readonly (StartParameter Start, Parameter Parameter)[] s_all =
    [
        (new("timeout", "seconds",
            "close clients that are idle for so long, 0 for never", "0"),
            ClientParameters.Timeout),
        (new("tcp-keepalive", "seconds",
            "probe peers that are idle for so long, 0 for never", "300"),
            ClientParameters.KeepAlive),
        (new("proto-max-bulk-len", "bytes",
            "longest argument of a command, such as 512mb", "536870912"),
            ClientParameters.BulkLength),
        (new("client-query-buffer-limit", "bytes",
            "longest command, such as 1gb", "1073741824"),
            ClientParameters.QueryBufferLimit),
        (new("client-output-buffer-limit", "limits",
            "what may wait for a client: class, hard and soft bytes, seconds, such as 'pubsub 32mb 8mb 60'",
            "normal 0 0 0 slave 268435456 67108864 60 pubsub 33554432 8388608 60"),
            ClientParameters.OutputBufferLimit),
        (new("tracking-table-max-keys", "count",
            "keys remembered for client-side caching, 0 for any number", "1000000"),
            ClientParameters.TrackingKeys),
        (new("notify-keyspace-events", "classes",
            "what happens to keys and is published, such as KEA", ""),
            ClientParameters.Notifications),
        (new("slowlog-log-slower-than", "microseconds",
            "what is slow enough for SLOWLOG, -1 for nothing", "10000"),
            TimingParameters.SlowerThan),
        (new("slowlog-max-len", "count",
            "calls that SLOWLOG keeps", "128"),
            TimingParameters.SlowLogLength),
        (new("latency-monitor-threshold", "milliseconds",
            "what is slow enough for LATENCY, 0 for nothing", "0"),
            TimingParameters.MonitorThreshold),
        (new("latency-tracking", "yes|no",
            "keep a histogram of latencies for each command", "yes"),
            TimingParameters.Tracking),
        (new("latency-tracking-info-percentiles", "percentiles",
            "those that INFO shows, such as '50 99 99.9'", "50 99 99.9"),
            TimingParameters.Percentiles),
    ];

    /// <summary>The parameters, in the order of help.</summary>
    public static IEnumerable<StartParameter> All => s_all.Select(pair => pair.Start);

    /// <summary>Null, or what is wrong with a value.</summary>
    public static string? Check(string name, string value) => Find(name).Check(value);

    /// <summary>Sets what the options say.</summary>
    internal static void Apply(ServerState server)
    {
        foreach ((string name, string value) in server.Options.Parameters)
        {
            Parameter parameter = Find(name).Parameter;
            if (parameter.Writer!.Check(server, value) is { } fault) throw new ArgumentException($"{name}: {fault}");
            parameter.Writer.Apply(server, value);
        }
    }

    private static (Parameter Parameter, Func<string, string?> Check) Find(string name)
    {
        foreach ((StartParameter start, Parameter parameter) in s_all)
            if (start.Name == name) return (parameter, value => parameter.Writer!.CheckText(value));
        throw new ArgumentException($"{name} is no parameter that is set at start", nameof(name));
    }
}
