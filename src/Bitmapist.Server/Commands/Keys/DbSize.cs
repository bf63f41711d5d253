using Bitmapist.Engine.Verbs;
using Bitmapist.Resp.Writing;
using static Bitmapist.Server.Commands.CommandFlags;

namespace Bitmapist.Server.Commands.Keys;

/// <summary>redis.io/commands/dbsize</summary>
internal static class DbSize
{
    public static readonly CommandSpec Spec = new("dbsize", 1, ReadOnly | Fast | WholeKeyspace, KeySpec.None, Run)
    {
        Summary = "Replies the number of keys in the selected database.",
        Group = "server", Categories = "keyspace read fast", Complexity = "O(shards)",
        Tips = ["request_policy:all_shards", "response_policy:agg_sum"],
    };

    private static void Run(CommandContext call, RespWriter reply) => reply.WriteInteger(call.Session.CountKeys());
}
