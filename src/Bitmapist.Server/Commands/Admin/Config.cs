using Bitmapist.Resp.Writing;
using static Bitmapist.Server.Commands.CommandFlags;

namespace Bitmapist.Server.Commands.Admin;

/// <summary>redis.io/commands/config-get and its siblings</summary>
internal static class Config
{
    private const CommandFlags Flags = CommandFlags.Admin | NoScript | Loading | Stale;

    public static readonly CommandSpec Spec = Containers.Declare("config", CommandFlags.None) with
    {
        Summary = "A container for commands about the configuration.",
        Group = "server", Since = "2.0.0", Categories = "slow", Complexity = "that of the subcommand",
        Subcommands =
        [
            Declare("get", -3, ConfigGet.Run, "Replies the parameters whose names match.") with
            {
                Arguments = "parameter...", Complexity = "O(parameters × patterns)",
            },
            Declare("set", -4, ConfigSet.Run, "Changes parameters, all or none.") with
            {
                Arguments = "(parameter value)...", Complexity = "O(parameters given)",
                Tips = ["request_policy:all_nodes", "response_policy:all_succeeded"],
            },
            Declare("resetstat", 2, RunResetStat, "Makes the counts of INFO start again.") with
            {
                Complexity = "O(connections)",
            },
            Containers.Help("config") with { Since = "5.0.0", Group = "server", Categories = "slow" },
        ],
    };

    private static CommandSpec Declare(string name, int arity, CommandRunner run, string summary) =>
        new(name, arity, Flags, KeySpec.None, run)
        {
            Summary = summary, Group = "server", Since = "2.0.0", Categories = "admin slow dangerous",
        };

    private static void RunResetStat(CommandContext call, RespWriter reply)
    {
        call.Server.Statistics.Reset();
        reply.WriteOk();
    }
}
