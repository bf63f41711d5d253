using System.Globalization;
using Bitmapist.Server.State;
using Bitmapist.Server.Timing;

namespace Bitmapist.Server.Parameters;

/// <summary>Parameters of what is known about how long calls take. All may change while the server runs.</summary>
internal static class TimingParameters
{
    /// <summary>Microseconds from which on a call is kept in the slow log; -1: none is.</summary>
    public static readonly Parameter SlowerThan = Numbers.Declare(
        "slowlog-log-slower-than", server => server.SlowCalls.ThresholdMicroseconds, -1, long.MaxValue,
        (server, value) => server.LookForSlowCalls(value, server.LatencyEvents.ThresholdMs));

    /// <summary>Calls that the slow log keeps.</summary>
    public static readonly Parameter SlowLogLength = Numbers.Declare(
        "slowlog-max-len", server => server.SlowCalls.LengthMax, 0, long.MaxValue,
        (server, value) => server.SlowCalls.LengthMax = value);

    /// <summary>Milliseconds from which on the latency monitor notes a call; 0: none.</summary>
    public static readonly Parameter MonitorThreshold = Numbers.Declare(
        "latency-monitor-threshold", server => server.LatencyEvents.ThresholdMs, 0, long.MaxValue,
        (server, value) => server.LookForSlowCalls(server.SlowCalls.ThresholdMicroseconds, value));

    /// <summary>Whether there is a histogram for each command.</summary>
    public static readonly Parameter Tracking = Switches.Declare(
        "latency-tracking", server => server.Latencies.IsOn, (server, isOn) => server.Latencies.IsOn = isOn);

    /// <summary>The percentiles of INFO latencystats.</summary>
    public static readonly Parameter Percentiles =
        new("latency-tracking-info-percentiles", call => call.Server.Latencies.Percentiles)
        {
            Writer = new ParameterWriter(
                value => CommandLatencies.TryParse(value, out List<double> _), ApplyPercentiles),
        };

    private static void ApplyPercentiles(ServerState server, string value)
    {
        if (CommandLatencies.TryParse(value, out List<double> percentiles) is null)
            server.Latencies.Percentiles = CommandLatencies.TextOf(percentiles);
    }
}

/// <summary>Parameters that are yes or no.</summary>
internal static class Switches
{
    /// <summary>Declares one that may change while the server runs.</summary>
    public static Parameter Declare(string name, Func<ServerState, bool> read, Action<ServerState, bool> write) =>
        new(name, call => read(call.Server) ? "yes" : "no")
        {
            Writer = new ParameterWriter(
                value => Parse(value) is null ? "argument must be 'yes' or 'no'" : null,
                (server, value) => write(server, Parse(value) ?? false)),
        };

    private static bool? Parse(string value) =>
        value.Equals("yes", StringComparison.OrdinalIgnoreCase) ? true
        : value.Equals("no", StringComparison.OrdinalIgnoreCase) ? false
        : null;
}

/// <summary>Parameters that are whole numbers within bounds.</summary>
internal static class Numbers
{
    /// <summary>Declares one that may change while the server runs.</summary>
    public static Parameter Declare(
        string name, Func<ServerState, long> read, long min, long max, Action<ServerState, long> write) =>
        new(name, call => read(call.Server).ToString(CultureInfo.InvariantCulture))
        {
            Writer = new ParameterWriter(
                value => Check(value, min, max),
                (server, value) => write(server, Parse(value))),
        };

    /// <summary>Declares one that is a size, with a unit if wanted.</summary>
    public static Parameter DeclareSize(
        string name, Func<ServerState, long> read, long min, long max, Action<ServerState, long> write) =>
        new(name, call => read(call.Server).ToString(CultureInfo.InvariantCulture))
        {
            Writer = new ParameterWriter(
                value => !Settings.MemorySize.TryParse(value, out long bytes) ? "argument must be a memory value"
                    : bytes < min || bytes > max ? Bounds(min, max) : null,
                (server, value) =>
                {
                    if (Settings.MemorySize.TryParse(value, out long bytes)) write(server, bytes);
                }),
        };

    private static long Parse(string value) =>
        long.Parse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);

    private static string? Check(string value, long min, long max)
    {
        if (!long.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long number))
            return "argument couldn't be parsed into an integer";
        return number < min || number > max ? Bounds(min, max) : null;
    }

    private static string Bounds(long min, long max) =>
        string.Create(CultureInfo.InvariantCulture, $"argument must be between {min} and {max} inclusive");
}
