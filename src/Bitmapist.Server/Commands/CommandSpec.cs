using Bitmapist.Resp.Writing;

namespace Bitmapist.Server.Commands;

/// <summary>
/// The one declaration of a command: dispatch, arity errors, COMMAND, INFO and docs/commands.md derive from it.
/// </summary>
/// <param name="Name">Lower case; a subcommand's name without its parent's.</param>
/// <param name="Arity">Number of arguments, the name (or both names) included; negative: at least so many.</param>
/// <param name="Flags">What it does and where it may run.</param>
/// <param name="Keys">Where its keys are.</param>
/// <param name="Run">What it does.</param>
internal sealed record CommandSpec(string Name, int Arity, CommandFlags Flags, KeySpec Keys, CommandRunner Run)
{
    /// <summary>One sentence for COMMAND DOCS and docs/commands.md.</summary>
    public required string Summary { get; init; }

    /// <summary>ACL categories as COMMAND INFO has them, space-separated, without their at-signs.</summary>
    public string Categories { get; init; } = "";

    /// <summary>The version of Redis whose behaviour this first followed.</summary>
    public string Since { get; init; } = "1.0.0";

    /// <summary>Group in COMMAND DOCS: bitmap, string, generic, connection, server, transactions.</summary>
    public string Group { get; init; } = "generic";

    /// <summary>Time complexity of ours.</summary>
    public string Complexity { get; init; } = "O(1)";

    /// <summary>What it does with its first key, in the words of COMMAND INFO's key specifications.</summary>
    public string KeyAccess { get; init; } = "";

    /// <summary>What it does with its other keys, where that differs.</summary>
    public string OtherKeyAccess { get; init; } = "";

    /// <summary>A remark on its first key, in COMMAND INFO.</summary>
    public string KeyNotes { get; init; } = "";

    /// <summary>What a given call does with its first key, where that depends on its options.</summary>
    public Func<ArgumentList, string>? KeyAccessOf { get; init; }

    /// <summary>
    /// The arguments after the name as <see cref="ArgumentSyntax"/> reads them: <c>key [start:integer end:integer]</c>.
    /// </summary>
    public string Arguments { get; init; } = "";

    /// <summary>Hints for proxies and clients, as COMMAND INFO's tips.</summary>
    public IReadOnlyList<string> Tips { get; init; } = [];

    /// <summary>Subcommands of a container command; their indexes in statistics follow the container's.</summary>
    public IReadOnlyList<CommandSpec> Subcommands { get; init; } = [];

    /// <summary>Place in statistics arrays; given by <see cref="CommandTable"/>.</summary>
    public int Index { get; set; } = -1;

    /// <summary>The container's name and a bar before a subcommand's, as in errors and statistics.</summary>
    public string FullName { get; set; } = Name;

    /// <summary>The arguments as people read them, without types.</summary>
    public string Syntax => ArgumentSyntax.WithoutTypes(Arguments);

    public bool Is(CommandFlags flag) => (Flags & flag) != 0;

    /// <summary>Whether a call with so many arguments is well-formed.</summary>
    public bool AcceptsCount(int argumentCount) => Arity >= 0 ? argumentCount == Arity : argumentCount >= -Arity;
}

/// <summary>
/// Parses a call's arguments, then does what it says. Malformed arguments change nothing. What takes long is left to
/// <see cref="CommandContext.Defer"/>; then nothing has been written yet.
/// </summary>
internal delegate void CommandRunner(CommandContext call, RespWriter reply);
