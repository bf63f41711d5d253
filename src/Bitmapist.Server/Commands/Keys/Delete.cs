using Bitmapist.Engine.Verbs;
using Bitmapist.Resp.Writing;
using static Bitmapist.Server.Commands.CommandFlags;

namespace Bitmapist.Server.Commands.Keys;

/// <summary>redis.io/commands/del and unlink: one and the same here, where no value takes long to free.</summary>
internal static class Delete
{
    public static readonly CommandSpec Del = new("del", -2, Write, KeySpec.AllArguments, Run)
    {
        Summary = "Removes keys; replies how many existed.",
        Categories = "keyspace write slow", KeyAccess = "RM delete", Complexity = "O(keys given)", Arguments = "key...",
        Tips = ["request_policy:multi_shard", "response_policy:agg_sum"],
    };

    public static readonly CommandSpec Unlink = new("unlink", -2, Write | Fast, KeySpec.AllArguments, Run)
    {
        Summary = "Removes keys; replies how many existed.",
        Since = "4.0.0", Categories = "keyspace write fast", KeyAccess = "RM delete", Complexity = "O(keys given)",
        Arguments = "key...",
        Tips = ["request_policy:multi_shard", "response_policy:agg_sum"],
    };

    private static void Run(CommandContext call, RespWriter reply) =>
        reply.WriteInteger(call.Session.Delete(call.Args.From(1)));
}
