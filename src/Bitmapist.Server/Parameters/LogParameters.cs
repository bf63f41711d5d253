using System.Globalization;
using Bitmapist.Server.Settings;
using Bitmapist.Server.State;
using Bitmapist.Storage.Log;

namespace Bitmapist.Server.Parameters;

/// <summary>Parameters of the write-ahead log. All may change while the server runs.</summary>
internal static class LogParameters
{
    private const string NoLog = "this server keeps no log";

    /// <summary>When the log is synced to the disk.</summary>
    public static readonly Parameter AppendFsync =
        new("appendfsync", call => NameOf(call.Server.Persistence?.AppendFsync ?? call.Server.Options.AppendFsync))
        {
            Writer = new ParameterWriter(CheckFsync, ApplyFsync),
        };

    /// <summary>
    /// When the log is so many percent of the live data, and at least <see cref="RewriteMinSize"/>, a save begins,
    /// after which the log is short again: what Redis reaches by rewriting its AOF.
    /// </summary>
    public static readonly Parameter RewritePercentage =
        new("auto-aof-rewrite-percentage", call => Text(PercentageOf(call.Server)))
        {
            Writer = new ParameterWriter(CheckPercentage, ApplyPercentage),
        };

    /// <summary>Bytes of the log below which no save begins for its size.</summary>
    public static readonly Parameter RewriteMinSize =
        new("auto-aof-rewrite-min-size", call => Text(BytesMinOf(call.Server)))
        {
            Writer = new ParameterWriter(CheckMinSize, ApplyMinSize),
        };

    private static string NameOf(FsyncPolicy policy) => policy switch
    {
        FsyncPolicy.Always => "always",
        FsyncPolicy.No => "no",
        _ => "everysec",
    };

    private static bool TryParse(string text, out FsyncPolicy policy)
    {
        foreach (FsyncPolicy candidate in Enum.GetValues<FsyncPolicy>())
        {
            policy = candidate;
            if (text.Equals(NameOf(candidate), StringComparison.OrdinalIgnoreCase)) return true;
        }

        policy = default;
        return false;
    }

    private static string? CheckFsync(ServerState server, string value)
    {
        if (!TryParse(value, out _)) return "argument(s) must be one of the following: everysec, always, no";
        return server.Persistence is null ? NoLog : null;
    }

    private static void ApplyFsync(ServerState server, string value)
    {
        if (TryParse(value, out FsyncPolicy policy)) server.Persistence!.AppendFsync = policy;
    }

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
        return server.Persistence is null ? NoLog : null;
    }

    private static void ApplyPercentage(ServerState server, string value) => server.Persistence!.LogGrowthPercentage =
        int.Parse(value, NumberStyles.None, CultureInfo.InvariantCulture);

    private static string? CheckMinSize(ServerState server, string value)
    {
        if (!MemorySize.TryParse(value, out _)) return "argument must be a memory value";
        return server.Persistence is null ? NoLog : null;
    }

    private static void ApplyMinSize(ServerState server, string value)
    {
        if (MemorySize.TryParse(value, out long bytes)) server.Persistence!.LogGrowthBytesMin = bytes;
    }
}
