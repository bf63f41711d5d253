using Bitmapist.Resp.Writing;
using static Bitmapist.Server.Commands.CommandFlags;

namespace Bitmapist.Server.Commands.Connection;

/// <summary>redis.io/commands/time</summary>
internal static class Time
{
    public static readonly CommandSpec Spec = new("time", 1, Loading | Stale | Fast, KeySpec.None, Run)
    {
        Summary = "Replies the unix time in seconds, and the microseconds of the current second.",
        Group = "server", Since = "2.6.0", Categories = "fast", Tips = ["nondeterministic_output"],
    };

    private static void Run(CommandContext call, RespWriter reply)
    {
        long microseconds =
            (call.Server.Time.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;
        reply.WriteArrayHeader(2);
        reply.WriteBulkInteger(microseconds / 1_000_000);
        reply.WriteBulkInteger(microseconds % 1_000_000);
    }
}
