using Bitmapist.Resp.Writing;
using static Bitmapist.Server.Commands.CommandFlags;

namespace Bitmapist.Server.Commands.Connection;

/// <summary>redis.io/commands/watch and unwatch</summary>
internal static class Watch
{
    private const CommandFlags Flags = NoScript | Loading | Stale | Fast | AllowBusy;

    public static readonly CommandSpec Spec = new("watch", -2, Flags | NotQueued, KeySpec.AllArguments, RunWatch)
    {
        Summary = "Makes the next EXEC fail if any of the keys is touched before it.",
        Group = "transactions", Since = "2.2.0", Categories = "fast transaction", KeyAccess = "RO",
        Complexity = "O(keys given)", Arguments = "key...",
    };

    public static readonly CommandSpec Unwatch = new("unwatch", 1, Flags, KeySpec.None, RunUnwatch)
    {
        Summary = "Forgets every watched key.",
        Group = "transactions", Since = "2.2.0", Categories = "fast transaction", Complexity = "O(keys watched)",
    };

    private static void RunWatch(CommandContext call, RespWriter reply)
    {
        if (call.Client.Transaction is not null)
        {
            call.Fail(reply, Errors.WatchInMulti);
            return;
        }

        // Once a watch is broken EXEC fails whatever happens, as in Redis.
        for (int i = 1; i < call.Args.Count && !call.Session.IsWatchBroken; i++) call.Session.Watch(call.Args[i]);
        reply.WriteOk();
    }

    private static void RunUnwatch(CommandContext call, RespWriter reply)
    {
        call.Session.Unwatch();
        reply.WriteOk();
    }
}
