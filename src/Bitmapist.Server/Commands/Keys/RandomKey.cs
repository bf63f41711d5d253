using Bitmapist.Engine.Verbs;
using Bitmapist.Resp.Writing;
using static Bitmapist.Server.Commands.CommandFlags;

namespace Bitmapist.Server.Commands.Keys;

/// <summary>redis.io/commands/randomkey</summary>
internal static class RandomKey
{
    public static readonly CommandSpec Spec = new("randomkey", 1, ReadOnly | WholeKeyspace, KeySpec.None, Run)
    {
        Summary = "Replies the name of some key.",
        Categories = "keyspace read slow", Complexity = "O(shards)",
        Tips = ["request_policy:all_shards", "nondeterministic_output"],
    };

    private static void Run(CommandContext call, RespWriter reply)
    {
        if (call.Session.RandomKey() is { } name) reply.WriteBulkString(name);
        else reply.WriteNull();
    }
}
