using System.Text;

namespace Bitmapist.Server.Access;

/// <summary>
/// Commands, keys and channels that may be used together: a call is allowed when one selector of its user allows all of
/// it. Immutable; any thread.
/// </summary>
internal sealed class Selector
{
    private readonly ulong[] _commands;
    private readonly IReadOnlyDictionary<int, string[]> _firstArguments;
    private readonly bool _allowsAllCommands;

    /// <param name="commands">Allowed commands; copied.</param>
    /// <param name="keys">Allowed keys; null: all.</param>
    /// <param name="channels">Allowed channels; null: all.</param>
    public Selector(CommandRules commands, IReadOnlyList<KeyPattern>? keys, IReadOnlyList<ChannelPattern>? channels)
    {
        CommandRules = new CommandRules(commands);
        _commands = new ulong[(commands.Allowed.Count + 63) / 64];
        for (int i = 0; i < commands.Allowed.Count; i++)
            if (commands.Allowed[i]) _commands[i / 64] |= 1UL << (i % 64);
        _firstArguments = CommandRules.FirstArguments;
        _allowsAllCommands = commands.AllowsAll;
        Keys = keys;
        Channels = channels;
    }

    /// <summary>How the commands came to be; not to be changed.</summary>
    public CommandRules CommandRules { get; }

    /// <summary>Allowed keys; null: all.</summary>
    public IReadOnlyList<KeyPattern>? Keys { get; }

    /// <summary>Allowed channels; null: all.</summary>
    public IReadOnlyList<ChannelPattern>? Channels { get; }

    /// <summary>There is nothing that it does not allow.</summary>
    public bool IsUnrestricted => _allowsAllCommands && Keys is null && Channels is null;

    /// <summary>The rules about keys, such as "~a* %R~b*".</summary>
    public string KeyRules => Keys is null ? "~*" : string.Join(' ', Keys.Select(key => key.Rule));

    /// <summary>The rules about channels, such as "&amp;news*".</summary>
    public string ChannelRules =>
        Channels is null ? "&*" : string.Join(' ', Channels.Select(channel => "&" + channel.Text));

    public bool AllowsCommand(int command) =>
        _allowsAllCommands
        || (command / 64 < _commands.Length && (_commands[command / 64] >> (command % 64) & 1) != 0);

    /// <summary>Whether a command that is not allowed is with this first argument.</summary>
    public bool AllowsFirstArgument(int command, ReadOnlySpan<byte> argument)
    {
        if (!_firstArguments.TryGetValue(command, out string[]? allowed)) return false;
        string given = Encoding.Latin1.GetString(argument);
        return allowed.Contains(given, StringComparer.OrdinalIgnoreCase);
    }

    /// <summary>Whether some pattern allows all of a use. O(patterns × bytes of the name).</summary>
    public bool AllowsKey(ReadOnlySpan<byte> key, KeyUse use)
    {
        if (Keys is null) return true;
        foreach (KeyPattern pattern in Keys)
            if (pattern.Allows(key, use)) return true;
        return false;
    }

    /// <summary>Whether a channel, or a pattern of channels, may be used.</summary>
    public bool AllowsChannel(ReadOnlySpan<byte> channel, bool isPattern)
    {
        if (Channels is null) return true;
        foreach (ChannelPattern pattern in Channels)
            if (pattern.Allows(channel, isPattern)) return true;
        return false;
    }

    /// <summary>All rules in Redis's order: keys, channels, commands.</summary>
    public override string ToString()
    {
        string keys = KeyRules.Length == 0 ? "" : KeyRules + " ";
        // No trimming: a pattern may end in what .NET takes for white space, and would then be another one.
        string channels = Channels switch
        {
            null => "&* ",
            [] => "resetchannels ",
            _ => $"resetchannels {ChannelRules} ",
        };
        return keys + channels + CommandRules;
    }
}
