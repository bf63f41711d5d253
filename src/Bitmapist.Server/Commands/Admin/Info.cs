using System.Text;
using Bitmapist.Resp.Writing;
using Bitmapist.Server.Commands.Admin.Sections;
using static Bitmapist.Server.Commands.CommandFlags;

namespace Bitmapist.Server.Commands.Admin;

/// <summary>redis.io/commands/info, and the original server's two sections, <c>keys</c> and <c>commands</c>.</summary>
internal static class Info
{
    public static readonly CommandSpec Spec = new("info", -1, Loading | Stale | WholeKeyspace, KeySpec.None, Run)
    {
        Summary = "Describes the server's state, section by section.",
        Group = "server", Categories = "slow dangerous", Complexity = "O(connections + databases × shards)",
        Tips = ["nondeterministic_output", "request_policy:all_shards", "response_policy:special"],
        Arguments = "[section...]",
    };

    /// <summary>The sections in the order of the reply.</summary>
    private static readonly InfoSection[] s_sections =
    [
        new("server", "Server", InfoGroup.Default, ServerSection.Write),
        new("clients", "Clients", InfoGroup.Default, ClientsSection.Write),
        new("memory", "Memory", InfoGroup.Default, MemorySection.Write),
        new("persistence", "Persistence", InfoGroup.Default, PersistenceSection.Write),
        new("stats", "Stats", InfoGroup.Default, StatsSection.Write),
        new("replication", "Replication", InfoGroup.Default, ReplicationSection.Write),
        new("cpu", "CPU", InfoGroup.Default, CpuSection.Write),
        new("modules", "Modules", InfoGroup.Default, (_, _) => { }),
        new("commandstats", "Commandstats", InfoGroup.All, CommandStatsSection.Write),
        new("errorstats", "Errorstats", InfoGroup.Default, ErrorStatsSection.Write),
        new("latencystats", "Latencystats", InfoGroup.All, (_, _) => { }),
        new("cluster", "Cluster", InfoGroup.Default, (_, text) => text.Add("cluster_enabled", 0)),
        new("keyspace", "Keyspace", InfoGroup.Default, KeyspaceSection.Write),
        new("slurp", "Slurp", InfoGroup.ByName, SlurpSection.Write),
        new("keys", "", InfoGroup.ByName, KeysSection.Write),
        new("commands", "", InfoGroup.ByName, CommandsSection.Write),
    ];

    private static void Run(CommandContext call, RespWriter reply)
    {
        ArgumentList args = call.Args;
        var text = new InfoText();
        foreach (InfoSection section in s_sections)
            if (IsAskedFor(section, args)) text.Add(section, call);
        reply.WriteText(text.ToString());
    }

    private static bool IsAskedFor(InfoSection section, ArgumentList args)
    {
        if (args.Count == 1) return section.Group == InfoGroup.Default;
        for (int i = 1; i < args.Count; i++)
        {
            if (args.Is(i, Encoding.ASCII.GetBytes(section.Name))) return true;
            if (args.Is(i, "default"u8) && section.Group == InfoGroup.Default) return true;
            if ((args.Is(i, "all"u8) || args.Is(i, "everything"u8)) && section.Group != InfoGroup.ByName) return true;
        }

        return false;
    }
}
