using Bitmapist.Engine.Verbs;
using Bitmapist.Resp.Writing;
using static Bitmapist.Server.Commands.CommandFlags;

namespace Bitmapist.Server.Commands.Keys;

/// <summary>Commands about a whole database, or all of them.</summary>
internal static class DatabaseCommands
{
    /// <summary>redis.io/commands/dbsize</summary>
    public static readonly CommandSpec DbSize = new(
        "dbsize", 1, ReadOnly | Fast | WholeKeyspace, KeySpec.None, RunDbSize)
    {
        Summary = "Replies the number of keys in the selected database.",
        Group = "server", Categories = "keyspace read fast", Complexity = "O(shards)",
        Tips = ["request_policy:all_shards", "response_policy:agg_sum"],
    };

    /// <summary>redis.io/commands/flushdb; SYNC and ASYNC are accepted and make no difference.</summary>
    public static readonly CommandSpec FlushDatabase = new(
        "flushdb", -1, Write | WholeKeyspace, KeySpec.None, RunDatabase)
    {
        Summary = "Removes every key of the selected database.",
        Group = "server", Categories = "keyspace write slow dangerous", Complexity = "O(shards)",
        Arguments = "[ASYNC | SYNC]",
        Tips = ["request_policy:all_shards", "response_policy:all_succeeded"],
    };

    /// <summary>redis.io/commands/flushall, likewise</summary>
    public static readonly CommandSpec FlushAll = new("flushall", -1, Write | WholeKeyspace, KeySpec.None, RunAll)
    {
        Summary = "Removes every key of every database.",
        Group = "server", Categories = "keyspace write slow dangerous", Complexity = "O(shards × databases)",
        Arguments = "[ASYNC | SYNC]",
        Tips = ["request_policy:all_shards", "response_policy:all_succeeded"],
    };

    /// <summary>redis.io/commands/swapdb</summary>
    public static readonly CommandSpec SwapDatabases = new(
        "swapdb", 3, Write | Fast | WholeKeyspace, KeySpec.None, RunSwap)
    {
        Summary = "Gives each of two databases the keys of the other; the next save writes the file anew.",
        Group = "server", Since = "4.0.0", Categories = "keyspace write fast dangerous",
        Arguments = "index1:integer index2:integer", Complexity = "O(shards + databases)",
    };

    private static void RunSwap(CommandContext call, RespWriter reply)
    {
        if (!TryGetDatabase(call, 1, out long one)) call.Fail(reply, "ERR invalid first DB index"u8);
        else if (!TryGetDatabase(call, 2, out long other)) call.Fail(reply, "ERR invalid second DB index"u8);
        else if (one < 0 || other < 0 || Math.Max(one, other) >= call.Session.Databases)
            call.Fail(reply, Errors.DatabaseIndex);
        else
        {
            call.Session.Swap((int)one, (int)other);
            reply.WriteOk();
        }
    }

    private static bool TryGetDatabase(CommandContext call, int index, out long number) =>
        call.Args.TryGetInteger(index, out number) && number is >= int.MinValue and <= int.MaxValue;

    private static void RunDbSize(CommandContext call, RespWriter reply) =>
        reply.WriteInteger(call.Session.CountKeys());

    private static void RunDatabase(CommandContext call, RespWriter reply)
    {
        if (!TryReadMode(call, reply)) return;
        call.Session.Flush(call.Session.Database);
        reply.WriteOk();
    }

    private static void RunAll(CommandContext call, RespWriter reply)
    {
        if (!TryReadMode(call, reply)) return;
        call.Session.FlushAll();
        reply.WriteOk();
    }

    private static bool TryReadMode(CommandContext call, RespWriter reply)
    {
        ArgumentList args = call.Args;
        if (args.Count == 1 || (args.Count == 2 && (args.Is(1, "sync"u8) || args.Is(1, "async"u8)))) return true;
        call.Fail(reply, Errors.Syntax);
        return false;
    }
}
