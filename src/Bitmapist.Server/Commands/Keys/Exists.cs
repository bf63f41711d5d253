using Bitmapist.Engine.Verbs;
using Bitmapist.Resp.Writing;
using static Bitmapist.Server.Commands.CommandFlags;

namespace Bitmapist.Server.Commands.Keys;

/// <summary>redis.io/commands/exists</summary>
internal static class Exists
{
    public static readonly CommandSpec Spec = new("exists", -2, ReadOnly | Fast, KeySpec.AllArguments, Run)
    {
        Summary = "Counts how many of the keys exist.",
        Categories = "keyspace read fast", KeyAccess = "RO", Arguments = "key...", Complexity = "O(keys given)",
        Tips = ["request_policy:multi_shard", "response_policy:agg_sum"],
    };

    private static void Run(CommandContext call, RespWriter reply) =>
        reply.WriteInteger(call.Session.CountExisting(call.Args.From(1)));
}
