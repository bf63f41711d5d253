namespace Bitmapist.Server.Commands;

/// <summary>An argument of a command, or a group of them, as COMMAND DOCS describes it.</summary>
/// <param name="Name">Lower case; a group is named after its members.</param>
/// <param name="Type">string, integer, key, pattern, unix-time, pure-token, oneof or block.</param>
internal sealed record CommandArgument(string Name, string Type)
{
    /// <summary>The word that introduces it; empty: none does.</summary>
    public string Token { get; init; } = "";

    public bool IsOptional { get; init; }

    public bool IsMultiple { get; init; }

    /// <summary>What a oneof or a block consists of.</summary>
    public IReadOnlyList<CommandArgument> Members { get; init; } = [];

    /// <summary>One argument out of several ways to put it, or in sequence: itself when there is only one.</summary>
    public static CommandArgument Group(string type, IReadOnlyList<CommandArgument> members) =>
        members.Count == 1
            ? members[0]
            : new CommandArgument(string.Join('_', members.Select(member => member.Name)), type) { Members = members };
}
