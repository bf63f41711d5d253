using Bitmapist.Resp.Writing;
using Bitmapist.Server.Settings;
using static Bitmapist.Server.Commands.CommandFlags;

namespace Bitmapist.Server.Commands.Admin;

/// <summary>Short commands about the server.</summary>
internal static class ServerCommands
{
    /// <summary>redis.io/commands/role: a master without replicas.</summary>
    public static readonly CommandSpec Role = new("role", 1, NoScript | Loading | Stale | Fast, KeySpec.None, RunRole)
    {
        Summary = "Replies that the server is a master, and has no replicas.",
        Group = "server", Since = "2.8.12", Categories = "admin fast dangerous",
    };

    /// <summary>redis.io/commands/lolwut, as of Redis 7.0: without a picture.</summary>
    public static readonly CommandSpec Lolwut = new("lolwut", -1, ReadOnly | Fast, KeySpec.None, RunLolwut)
    {
        Summary = "Replies the version of Redis that this server follows.",
        Group = "server", Since = "5.0.0", Categories = "read fast", Arguments = "[VERSION version:integer]",
    };

    /// <summary>redis.io/commands/bgrewriteaof: here a save makes the log short.</summary>
    public static readonly CommandSpec RewriteLog = new(
        "bgrewriteaof", 1, CommandFlags.Admin | NoScript | NoAsyncLoading, KeySpec.None, RunRewriteLog)
    {
        Summary = "Saves to the database file in the background, after which the write-ahead log is short.",
        Group = "server", Categories = "admin slow dangerous", Complexity = "O(1)",
    };

    /// <summary>redis.io/commands/module-list: there are none.</summary>
    public static readonly CommandSpec Module = Containers.Declare("module", CommandFlags.None) with
    {
        Summary = "A container for commands about modules.",
        Group = "server", Since = "4.0.0", Categories = "slow", Complexity = "that of the subcommand",
        Subcommands =
        [
            new CommandSpec(
                "list", 2, CommandFlags.Admin | NoScript, KeySpec.None, (_, reply) => reply.WriteArrayHeader(0))
            {
                Summary = "Replies the modules, of which there are none.",
                Group = "server", Since = "4.0.0", Categories = "admin slow dangerous",
                Tips = ["nondeterministic_output_order"],
            },
            Containers.Help("module") with { Since = "5.0.0", Group = "server", Categories = "slow" },
        ],
    };

    private static void RunRole(CommandContext call, RespWriter reply)
    {
        reply.WriteArrayHeader(3);
        reply.WriteBulkString("master"u8);
        reply.WriteInteger(0);
        reply.WriteArrayHeader(0);
    }

    private static void RunLolwut(CommandContext call, RespWriter reply)
    {
        ArgumentList args = call.Args;
        bool hasVersion = args.Count >= 3 && args.Is(1, "version"u8);
        if (hasVersion && !call.TryGetInt(reply, 2, out _)) return;
        reply.WriteText($"Redis ver. {ServerVersion.Redis}\n");
    }

    private static void RunRewriteLog(CommandContext call, RespWriter reply)
    {
        if (call.Server.Persistence?.TryStartSave() == false)
            call.Fail(reply, "ERR Background append only file rewriting already in progress"u8);
        else
            reply.WriteSimpleString("Background append only file rewriting started"u8);
    }
}
