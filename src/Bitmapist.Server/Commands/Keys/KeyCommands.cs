using Bitmapist.Engine.Verbs;
using Bitmapist.Resp.Writing;
using static Bitmapist.Server.Commands.CommandFlags;

namespace Bitmapist.Server.Commands.Keys;

/// <summary>Short commands about keys, whatever their values.</summary>
internal static class KeyCommands
{
    /// <summary>redis.io/commands/exists and touch: one and the same, as every look at a key is a use.</summary>
    public static readonly CommandSpec Exists = new("exists", -2, ReadOnly | Fast, KeySpec.AllArguments, RunCount)
    {
        Summary = "Counts how many of the keys exist.",
        Categories = "keyspace read fast", KeyAccess = "RO", Arguments = "key...", Complexity = "O(keys given)",
        Tips = ["request_policy:multi_shard", "response_policy:agg_sum"],
    };

    /// <summary>redis.io/commands/touch</summary>
    public static readonly CommandSpec Touch = new("touch", -2, ReadOnly | Fast, KeySpec.AllArguments, RunCount)
    {
        Summary = "Uses keys, so that they are not idle; replies how many exist.",
        Since = "3.2.1", Categories = "keyspace read fast", KeyAccess = "RO", Complexity = "O(keys given)",
        Arguments = "key...",
        Tips = ["request_policy:multi_shard", "response_policy:agg_sum"],
    };

    /// <summary>redis.io/commands/del and unlink: one and the same here, where no value takes long to free.</summary>
    public static readonly CommandSpec Del = new("del", -2, Write, KeySpec.AllArguments, RunDelete)
    {
        Summary = "Removes keys; replies how many existed.",
        Categories = "keyspace write slow", KeyAccess = "RM delete", Complexity = "O(keys given)", Arguments = "key...",
        Tips = ["request_policy:multi_shard", "response_policy:agg_sum"],
    };

    /// <summary>redis.io/commands/unlink</summary>
    public static readonly CommandSpec Unlink = new("unlink", -2, Write | Fast, KeySpec.AllArguments, RunDelete)
    {
        Summary = "Removes keys; replies how many existed.",
        Since = "4.0.0", Categories = "keyspace write fast", KeyAccess = "RM delete", Complexity = "O(keys given)",
        Arguments = "key...",
        Tips = ["request_policy:multi_shard", "response_policy:agg_sum"],
    };

    /// <summary>redis.io/commands/type</summary>
    public static readonly CommandSpec TypeOf = new("type", 2, ReadOnly | Fast, KeySpec.FirstArgument, RunTypeOf)
    {
        Summary = "Replies string for a key that exists, none for one that does not.",
        Categories = "keyspace read fast", KeyAccess = "RO", Arguments = "key",
    };

    /// <summary>redis.io/commands/persist</summary>
    public static readonly CommandSpec Persist = new("persist", 2, Write | Fast, KeySpec.FirstArgument, RunPersist)
    {
        Summary = "Removes a key's expiry time.",
        Since = "2.2.0", Categories = "keyspace write fast", KeyAccess = "RW update", Arguments = "key",
    };

    /// <summary>redis.io/commands/randomkey</summary>
    public static readonly CommandSpec RandomKey = new(
        "randomkey", 1, ReadOnly | WholeKeyspace, KeySpec.None, RunRandomKey)
    {
        Summary = "Replies the name of some key.",
        Categories = "keyspace read slow", Complexity = "O(shards)",
        Tips = ["request_policy:all_shards", "nondeterministic_output"],
    };

    private static void RunCount(CommandContext call, RespWriter reply) =>
        reply.WriteInteger(call.Session.CountExisting(call.Args.From(1)));

    private static void RunDelete(CommandContext call, RespWriter reply) =>
        reply.WriteInteger(call.Session.Delete(call.Args.From(1)));

    private static void RunTypeOf(CommandContext call, RespWriter reply) =>
        reply.WriteSimpleString(call.Session.Exists(call.Args[1]) ? "string"u8 : "none"u8);

    private static void RunPersist(CommandContext call, RespWriter reply) =>
        reply.WriteInteger(call.Session.Persist(call.Args[1]) ? 1 : 0);

    private static void RunRandomKey(CommandContext call, RespWriter reply)
    {
        if (call.Session.RandomKey() is { } name) reply.WriteBulkString(name);
        else reply.WriteNull();
    }
}
