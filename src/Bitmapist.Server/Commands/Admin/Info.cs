using System.Globalization;
using System.Text;
using Bitmapist.Resp.Writing;
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
        new("server", "Server", InfoGroup.Default, InfoSections.Server),
        new("clients", "Clients", InfoGroup.Default, InfoSections.Clients),
        new("memory", "Memory", InfoGroup.Default, InfoSections.Memory),
        new("persistence", "Persistence", InfoGroup.Default, InfoSections.Persistence),
        new("stats", "Stats", InfoGroup.Default, InfoCounts.Stats),
        new("replication", "Replication", InfoGroup.Default, InfoSections.Replication),
        new("cpu", "CPU", InfoGroup.Default, InfoSections.Cpu),
        new("modules", "Modules", InfoGroup.Default, (_, _) => { }),
        new("commandstats", "Commandstats", InfoGroup.All, InfoCounts.CommandStats),
        new("errorstats", "Errorstats", InfoGroup.Default, InfoCounts.ErrorStats),
        new("latencystats", "Latencystats", InfoGroup.All, InfoCounts.LatencyStats),
        new("cluster", "Cluster", InfoGroup.Default, (_, text) => text.Add("cluster_enabled", 0)),
        new("keyspace", "Keyspace", InfoGroup.Default, InfoCounts.Keyspace),
        new("slurp", "Slurp", InfoGroup.ByName, InfoSections.Slurp),
        new("keys", "", InfoGroup.ByName, InfoCounts.Keys),
        new("commands", "", InfoGroup.ByName, InfoCounts.Commands),
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

/// <summary>A section of INFO.</summary>
/// <param name="Name">What it is asked for by; lower case.</param>
/// <param name="Title">Its heading; empty: none.</param>
/// <param name="Group">When it is shown.</param>
/// <param name="Write">Writes its lines.</param>
internal sealed record InfoSection(string Name, string Title, InfoGroup Group, Action<CommandContext, InfoText> Write);

/// <summary>When a section of INFO is shown, other than by its name.</summary>
internal enum InfoGroup
{
    /// <summary>Unless others are asked for, and with "all".</summary>
    Default,

    /// <summary>With "all".</summary>
    All,

    /// <summary>Never.</summary>
    ByName,
}

/// <summary>The text of INFO: sections of name:value lines, an empty line between sections.</summary>
internal sealed class InfoText
{
    private static readonly string[] s_units = ["B", "K", "M", "G", "T", "P"];
    private readonly StringBuilder _text = new();
    private bool _hasSections;

    /// <summary>Adds a section with its heading.</summary>
    public void Add(InfoSection section, CommandContext call)
    {
        if (_hasSections) _text.Append("\r\n");
        _hasSections = true;
        if (section.Title.Length > 0) _text.Append("# ").Append(section.Title).Append("\r\n");
        section.Write(call, this);
    }

    public void Add(string name, string value) => _text.Append(name).Append(':').Append(value).Append("\r\n");

    public void Add(string name, long value) => Add(name, value.ToString(CultureInfo.InvariantCulture));

    /// <summary>Adds a value with so many decimals.</summary>
    public void Add(string name, double value, int decimals) =>
        Add(name, value.ToString("F" + decimals.ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture));

    /// <summary>Adds a size, and again as people read it under the name with <c>_human</c>.</summary>
    public void AddSize(string name, long bytes)
    {
        Add(name, bytes);
        Add(name + "_human", Human(bytes));
    }

    public override string ToString() => _text.ToString();

    /// <summary>Bytes as Redis abbreviates them: 918.99K.</summary>
    private static string Human(long bytes)
    {
        if (bytes < 1024) return string.Create(CultureInfo.InvariantCulture, $"{bytes}B");
        double size = bytes;
        int unit = 0;
        for (; size >= 1024 && unit < s_units.Length - 1; unit++) size /= 1024;
        return string.Create(CultureInfo.InvariantCulture, $"{size:F2}{s_units[unit]}");
    }
}
