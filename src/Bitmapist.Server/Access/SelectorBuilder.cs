namespace Bitmapist.Server.Access;

/// <summary>A selector while rules are applied to it, each a word of Redis's syntax as Latin-1. One thread.</summary>
internal sealed class SelectorBuilder
{
    private readonly CommandRules _commands;
    private List<KeyPattern>? _keys;
    private List<ChannelPattern>? _channels;

    /// <summary>Nothing is allowed.</summary>
    public SelectorBuilder(CommandCatalog catalog)
    {
        _commands = new CommandRules(catalog);
        _keys = [];
        _channels = [];
    }

    /// <summary>As another selector, to be changed.</summary>
    public SelectorBuilder(Selector selector)
    {
        _commands = new CommandRules(selector.CommandRules);
        _keys = selector.Keys is null ? null : [.. selector.Keys];
        _channels = selector.Channels is null ? null : [.. selector.Channels];
    }

    public Selector Build() => new(_commands, _keys?.ToArray(), _channels?.ToArray());

    /// <summary>Forgets everything.</summary>
    public void Reset()
    {
        _commands.Reset(allowsAll: false);
        _keys = [];
        _channels = [];
    }

    /// <summary>Applies one rule; nothing is changed when it is refused.</summary>
    public RuleFault Apply(string rule)
    {
        switch (rule.ToLowerInvariant())
        {
            case "allkeys" or "~*":
                _keys = null;
                return RuleFault.None;
            case "resetkeys":
                _keys = [];
                return RuleFault.None;
            case "allchannels" or "&*":
                _channels = null;
                return RuleFault.None;
            case "resetchannels":
                _channels = [];
                return RuleFault.None;
            case "allcommands" or "+@all":
                _commands.Reset(allowsAll: true);
                return RuleFault.None;
            case "nocommands" or "-@all":
                _commands.Reset(allowsAll: false);
                return RuleFault.None;
        }

        return rule switch
        {
            ['~' or '%', ..] => AddKeys(rule),
            ['&', ..] => AddChannels(rule[1..]),
            ['+' or '-', ..] => _commands.Apply(rule[1..], isAllowed: rule[0] == '+'),
            _ => RuleFault.Syntax,
        };
    }

    private RuleFault AddKeys(string rule)
    {
        if (_keys is null) return RuleFault.KeysAfterAll;
        if (!TryReadUse(rule, out KeyUse use, out string text) || RuleWords.HaveSpace(text)) return RuleFault.Syntax;
        int known = _keys.FindIndex(key => key.Text == text);
        if (known >= 0) use |= _keys[known].Use;
        if (KeyPattern.TryCompile(text, use) is not { } pattern) return RuleFault.Syntax;
        if (known >= 0) _keys[known] = pattern;
        else _keys.Add(pattern);
        return RuleFault.None;
    }

    /// <summary>Reads ~pattern, or % with R, W or both before the tilde, each once.</summary>
    private static bool TryReadUse(string rule, out KeyUse use, out string text)
    {
        use = KeyUse.None;
        text = "";
        if (rule[0] == '~')
        {
            use = KeyUse.Read | KeyUse.Write;
            text = rule[1..];
            return true;
        }

        for (int i = 1; i < rule.Length; i++)
        {
            if (rule[i] == '~')
            {
                text = rule[(i + 1)..];
                return use != KeyUse.None;
            }

            KeyUse more = rule[i] switch
            {
                'R' or 'r' => KeyUse.Read,
                'W' or 'w' => KeyUse.Write,
                _ => KeyUse.None,
            };
            if (more == KeyUse.None || (use & more) != 0) return false;
            use |= more;
        }

        return use != KeyUse.None; // Redis takes a right without a tilde for one to the empty name
    }

    private RuleFault AddChannels(string text)
    {
        if (_channels is null) return RuleFault.ChannelsAfterAll;
        if (RuleWords.HaveSpace(text) || ChannelPattern.TryCompile(text) is not { } pattern) return RuleFault.Syntax;
        if (!_channels.Exists(channel => channel.Text == text)) _channels.Add(pattern);
        return RuleFault.None;
    }
}
