namespace Bitmapist.Server.Access;

/// <summary>
/// Which commands one selector allows, while its rules are applied. What was said is kept beside its outcome, so that
/// it can be shown again as it was meant: rules that a later one makes void are dropped, as Redis does from 7.2 on
/// (7.0 invents rules with the same outcome, which depend on all the commands that it has). One thread.
/// </summary>
internal sealed class CommandRules
{
    private readonly CommandCatalog _catalog;
    private readonly bool[] _allowed;
    private readonly Dictionary<int, string[]> _firstArguments;
    private readonly List<(bool IsAllowed, string Name)> _rules;
    private bool _startsFromAll;

    /// <summary>None at all.</summary>
    public CommandRules(CommandCatalog catalog)
    {
        _catalog = catalog;
        _allowed = new bool[catalog.Entries.Count];
        _firstArguments = [];
        _rules = [];
    }

    /// <summary>A copy.</summary>
    public CommandRules(CommandRules other)
    {
        _catalog = other._catalog;
        _allowed = [.. other._allowed];
        _firstArguments = new Dictionary<int, string[]>(other._firstArguments);
        _rules = [.. other._rules];
        _startsFromAll = other._startsFromAll;
        AllowsAll = other.AllowsAll;
    }

    /// <summary>Every command, without exception.</summary>
    public bool AllowsAll { get; private set; }

    /// <summary>By the command's number.</summary>
    public IReadOnlyList<bool> Allowed => _allowed;

    /// <summary>First arguments with which a command may be called that may not otherwise, by its number.</summary>
    public IReadOnlyDictionary<int, string[]> FirstArguments => _firstArguments;

    /// <summary>The rules, such as "-@all +get".</summary>
    public override string ToString()
    {
        IEnumerable<string> rules = _rules.Select(rule => (rule.IsAllowed ? "+" : "-") + rule.Name);
        return string.Join(' ', rules.Prepend(_startsFromAll ? "+@all" : "-@all"));
    }

    /// <summary>Begins anew: with all commands, or with none.</summary>
    public void Reset(bool allowsAll)
    {
        Array.Fill(_allowed, allowsAll);
        _firstArguments.Clear();
        _rules.Clear();
        AllowsAll = _startsFromAll = allowsAll;
    }

    /// <summary>Applies a rule without its sign: @category, command, command|subcommand, command|argument.</summary>
    public RuleFault Apply(string rule, bool isAllowed)
    {
        if (rule.StartsWith('@')) return ApplyCategory(rule, isAllowed);
        int command = _catalog.Find(rule);
        if (command >= 0) Change(command, isAllowed);
        else if (!isAllowed || !rule.Contains('|', StringComparison.Ordinal)) return RuleFault.UnknownCommand;
        else if (AllowFirstArgument(rule) is var fault and not RuleFault.None) return fault;
        Note(rule, isAllowed);
        return RuleFault.None;
    }

    private RuleFault ApplyCategory(string rule, bool isAllowed)
    {
        int category = CommandCategories.IndexOf(rule[1..]);
        if (category < 0) return RuleFault.UnknownCommand;
        for (int i = 0; i < _allowed.Length; i++)
            if ((_catalog.Entries[i].Categories >> category & 1) != 0) Change(i, isAllowed);
        Note(rule, isAllowed);
        return RuleFault.None;
    }

    private RuleFault AllowFirstArgument(string rule)
    {
        int bar = rule.LastIndexOf('|');
        int command = _catalog.Find(rule[..bar]);
        if (command < 0) return RuleFault.UnknownCommand;
        CatalogEntry entry = _catalog.Entries[command];
        if (entry.Parent >= 0) return RuleFault.FirstArgumentOfSubcommand;
        string argument = rule[(bar + 1)..];
        if (argument.Length == 0) return RuleFault.Syntax;
        if (entry.IsContainer) return RuleFault.UnknownCommand;
        string[] known = _firstArguments.GetValueOrDefault(command, []);
        if (!known.Contains(argument, StringComparer.OrdinalIgnoreCase))
            _firstArguments[command] = [.. known, argument];
        return RuleFault.None;
    }

    private void Change(int command, bool isAllowed)
    {
        _allowed[command] = isAllowed;
        AllowsAll &= isAllowed;
        _firstArguments.Remove(command);
        if (!_catalog.Entries[command].IsContainer) return;
        foreach (int subcommand in _catalog.SubcommandsOf(command)) Change(subcommand, isAllowed);
    }

    /// <summary>Adds a rule; earlier ones about the same, or about subcommands of the same, are void.</summary>
    private void Note(string rule, bool isAllowed)
    {
        string name = rule.ToLowerInvariant();
        _rules.RemoveAll(earlier =>
            earlier.Name == name || earlier.Name.StartsWith(name + "|", StringComparison.Ordinal));
        _rules.Add((isAllowed, name));
    }
}
