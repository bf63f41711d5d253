using System.Globalization;
using Bitmapist.Server.Settings;
using Bitmapist.Server.State;

namespace Bitmapist.Server.Parameters;

/// <summary>
/// auto-aof-rewrite-percentage and auto-aof-rewrite-min-size: when the log is so many percent of the live data, and at
/// least so many bytes, a save begins, after which the log is short again: what Redis reaches by rewriting its AOF. May
/// change while the server runs.
/// </summary>
internal static class LogRewrite
{
    public static readonly Parameter Percentage =
        new("auto-aof-rewrite-percentage", call => Text(PercentageOf(call.Server)))
        {
            Writer = new ParameterWriter(CheckPercentage, ApplyPercentage),
        };

    public static readonly Parameter MinSize =
        new("auto-aof-rewrite-min-size", call => Text(BytesMinOf(call.Server)))
        {
            Writer = new ParameterWriter(CheckMinSize, ApplyMinSize),
        };

    private static long PercentageOf(ServerState server) =>
        server.Persistence?.LogGrowthPercentage ?? server.Options.LogGrowthPercentage;

    private static long BytesMinOf(ServerState server) =>
        server.Persistence?.LogGrowthBytesMin ?? server.Options.LogGrowthBytesMin;

    private static string Text(long value) => value.ToString(CultureInfo.InvariantCulture);

    private static string? CheckPercentage(ServerState server, string value)
    {
        if (!long.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long percentage))
            return "argument couldn't be parsed into an integer";
        if (percentage is < 0 or > int.MaxValue) return "argument must be between 0 and 2147483647 inclusive";
        return server.Persistence is null ? "this server keeps no log" : null;
    }

    private static void ApplyPercentage(ServerState server, string value) => server.Persistence!.LogGrowthPercentage =
        int.Parse(value, NumberStyles.None, CultureInfo.InvariantCulture);

    private static string? CheckMinSize(ServerState server, string value)
    {
        if (!MemorySize.TryParse(value, out _)) return "argument must be a memory value";
        return server.Persistence is null ? "this server keeps no log" : null;
    }

    private static void ApplyMinSize(ServerState server, string value)
    {
        if (MemorySize.TryParse(value, out long bytes)) server.Persistence!.LogGrowthBytesMin = bytes;
    }
}
