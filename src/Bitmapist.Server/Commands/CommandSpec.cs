using Bitmapist.Resp.Writing;
using Bitmapist.Server.Access;
using Bitmapist.Server.Settings;

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

    /// <summary>The first version of Redis that has it.</summary>
    public string Since { get; init; } = "1.0.0";

    /// <summary>
    /// The releases of Redis whose replies it gives, where these changed; then, after a semicolon, what follows others.
    /// </summary>
    public string Follows { get; init; } = ServerVersion.RedisReleases;

    /// <summary>
    /// Group in COMMAND DOCS: bitmap, string, generic, connection, server, transactions; bitmapist for those that Redis
    /// does not have.
    /// </summary>
    public string Group { get; init; } = "generic";

    /// <summary>Time complexity of ours.</summary>
    public string Complexity { get; init; } = "O(1)";

    /// <summary>What it does with its first key, in the words of COMMAND INFO's key specifications.</summary>
    public string KeyAccess { get; init; } = "";

    /// <summary>What it does with its other keys, where that differs.</summary>
    public string OtherKeyAccess { get; init; } = "";

    /// <summary>
    /// Keys that its other arguments say where to find, with a remark and what it does with them, for COMMAND INFO.
    /// </summary>
    public IReadOnlyList<(string Notes, string Access)> MovableKeys { get; init; } = [];

    /// <summary>A remark on its first key, in COMMAND INFO.</summary>
    public string KeyNotes { get; init; } = "";

    /// <summary>What a given call does with its first key, where that depends on its options.</summary>
    public Func<ArgumentList, string>? KeyAccessOf { get; init; }

    /// <summary>
    /// The arguments after the name as <see cref="ArgumentSyntax"/> reads them: <c>key [start:integer end:integer]</c>.
    /// </summary>
    public string Arguments { get; init; } = "";

    /// <summary>
    /// Where a key is that a given call overwrites, and that may be anywhere among its arguments; 0: there is none.
    /// </summary>
    public Func<ArgumentList, int>? WrittenKeyOf { get; init; }

    /// <summary>
    /// Keys that a given call reads and that are no arguments of it, as an event in a period is; none where it cannot
    /// be told.
    /// </summary>
    public Func<ArgumentList, DateTime, IReadOnlyList<ReadOnlyMemory<byte>>>? NamedKeysOf { get; init; }

    /// <summary>Hints for proxies and clients, as COMMAND INFO's tips.</summary>
    public IReadOnlyList<string> Tips { get; init; } = [];

    /// <summary>Subcommands of a container command; their indexes in statistics follow the container's.</summary>
    public IReadOnlyList<CommandSpec> Subcommands { get; init; } = [];

    /// <summary>Which arguments are channels of publish and subscribe.</summary>
    public ChannelUse Channels { get; init; }

    /// <summary>What rights its first key needs; given by <see cref="CommandTable"/>.</summary>
    public KeyUse FirstKeyUse { get; set; }

    /// <summary>What rights its other keys need; given by <see cref="CommandTable"/>.</summary>
    public KeyUse OtherKeyUse { get; set; }

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

/// <summary>Where a command's keys are among its arguments, the command's own name being argument 0.</summary>
/// <param name="First">The first key; 0: the command has none.</param>
/// <param name="Last">The last key; negative: counted from the end, -1 being the last argument.</param>
/// <param name="Step">Distance from one key to the next.</param>
internal readonly record struct KeySpec(int First, int Last, int Step)
{
    public static readonly KeySpec None;
    public static readonly KeySpec FirstArgument = new(1, 1, 1);
    public static readonly KeySpec FirstTwoArguments = new(1, 2, 1);
    public static readonly KeySpec AllArguments = new(1, -1, 1);
    public static readonly KeySpec FromSecondArgument = new(2, -1, 1);

    /// <summary>The numbers of the arguments that are keys in a call with so many arguments, ascending.</summary>
    public Positions In(int argumentCount) => new(this, argumentCount);

    /// <summary>What <c>foreach</c> goes through; allocates nothing.</summary>
    internal struct Positions
    {
        private readonly int _last;
        private readonly int _step;

        public Positions(KeySpec keys, int argumentCount)
        {
            int last = keys.Last >= 0 ? keys.Last : argumentCount + keys.Last;
            _last = keys.First == 0 ? -1 : Math.Min(last, argumentCount - 1);
            _step = keys.Step;
            Current = keys.First - keys.Step;
        }

        public int Current { get; private set; }

        public readonly Positions GetEnumerator() => this;

        public bool MoveNext()
        {
            Current += _step;
            return Current <= _last;
        }
    }
}

/// <summary>Which of a command's arguments are channels that its user must have a right to.</summary>
internal enum ChannelUse
{
    None,

    /// <summary>The first argument, as PUBLISH has it.</summary>
    First,

    /// <summary>All arguments, as SUBSCRIBE has them.</summary>
    All,

    /// <summary>All arguments are patterns of channels, as PSUBSCRIBE has them.</summary>
    AllPatterns,
}

/// <summary>What a command does and where it may run, in the order in which COMMAND INFO lists them.</summary>
[Flags]
internal enum CommandFlags
{
    None = 0,
    Write = 1 << 0,
    ReadOnly = 1 << 1,
    DenyOom = 1 << 2,
    Admin = 1 << 3,
    PubSub = 1 << 4,
    NoScript = 1 << 5,
    Loading = 1 << 6,
    Stale = 1 << 7,
    SkipSlowlog = 1 << 8,
    Fast = 1 << 9,
    NoAuth = 1 << 10,
    NoAsyncLoading = 1 << 11,
    NoMulti = 1 << 12,
    AllowBusy = 1 << 13,

    /// <summary>Runs while its client is subscribed in RESP2 (not shown by COMMAND INFO).</summary>
    WhileSubscribed = 1 << 26,

    /// <summary>
    /// Leaves a result that is computed after it took effect, as BITOP does (not shown by COMMAND INFO).
    /// </summary>
    LeavesBits = 1 << 27,

    /// <summary>Needs the bits of its key in memory, as SETBIT does (not shown by COMMAND INFO).</summary>
    NeedsBits = 1 << 28,

    /// <summary>Runs inside MULTI instead of being queued (not shown by COMMAND INFO).</summary>
    NotQueued = 1 << 29,

    /// <summary>Needs every shard: it concerns the keyspace as a whole (not shown by COMMAND INFO).</summary>
    WholeKeyspace = 1 << 30,
}

/// <summary>The words that Redis has for flags and categories, in its order.</summary>
internal static class CommandFlagNames
{
    private static readonly string[] s_flags =
    [
        "write", "readonly", "denyoom", "admin", "pubsub", "noscript", "loading", "stale", "skip_slowlog", "fast",
        "no_auth", "no_async_loading", "no_multi", "allow_busy",
    ];

    /// <summary>A command's flags; those that are our own are left out.</summary>
    public static List<string> Of(CommandSpec spec)
    {
        List<string> names = Of(spec.Flags);
        if (spec.MovableKeys.Count > 0) names.Add("movablekeys"); // before allow_busy, which no such command has
        return names;
    }

    private static List<string> Of(CommandFlags flags)
    {
        var names = new List<string>();
        for (int i = 0; i < s_flags.Length; i++)
            if (((int)flags >> i & 1) != 0) names.Add(s_flags[i]);
        return names;
    }

    /// <summary>A command's categories without their at-signs.</summary>
    public static List<string> Categories(CommandSpec spec)
    {
        string[] given = spec.Categories.Split(' ');
        return [.. CommandCategories.Names.Where(given.Contains)];
    }
}
