using System.Text;
using Bitmapist.Server.Settings;

namespace Bitmapist.Server.Access;

/// <summary>A user while rules are applied to it, each a word of Redis's syntax as Latin-1. One thread.</summary>
internal sealed class UserBuilder
{
    private readonly CommandCatalog _catalog;
    private readonly List<PasswordHash> _passwords = [];
    private readonly List<Selector> _selectors = [];
    private readonly SelectorBuilder _root;
    private bool _isOn;
    private bool _takesAnyPassword;
    private bool? _sanitizesPayload;

    /// <summary>A new user: off, without a password, without a right.</summary>
    public UserBuilder(CommandCatalog catalog)
    {
        _catalog = catalog;
        _root = new SelectorBuilder(catalog);
    }

    /// <summary>As a user is, to be changed.</summary>
    public UserBuilder(CommandCatalog catalog, UserRules rules)
    {
        _catalog = catalog;
        _isOn = rules.IsOn;
        _takesAnyPassword = rules.TakesAnyPassword;
        _sanitizesPayload = rules.SanitizesPayload;
        _passwords.AddRange(rules.Passwords);
        _root = new SelectorBuilder(rules.Selectors[0]);
        _selectors.AddRange(rules.Selectors.Skip(1));
    }

    public UserRules Build() => new()
    {
        IsOn = _isOn, TakesAnyPassword = _takesAnyPassword, SanitizesPayload = _sanitizesPayload,
        Passwords = _passwords.ToArray(), Selectors = [_root.Build(), .. _selectors],
    };

    /// <summary>Applies one rule; nothing is changed when it is refused.</summary>
    public RuleFault Apply(string rule)
    {
        switch (rule.ToLowerInvariant())
        {
            case "on" or "off":
                _isOn = rule.Length == 2;
                return RuleFault.None;
            case "nopass":
                _takesAnyPassword = true;
                _passwords.Clear();
                return RuleFault.None;
            case "resetpass":
                _takesAnyPassword = false;
                _passwords.Clear();
                return RuleFault.None;
            case "sanitize-payload":
                _sanitizesPayload = true;
                return RuleFault.None;
            case "skip-sanitize-payload":
                _sanitizesPayload = false;
                return RuleFault.None;
            case "clearselectors":
                _selectors.Clear();
                return RuleFault.None;
            case "reset":
                Reset();
                return RuleFault.None;
        }

        return rule switch
        {
            ['>', ..] => AddPassword(PasswordHash.Of(Encoding.Latin1.GetBytes(rule[1..]))),
            ['#', ..] => PasswordHash.TryParse(rule[1..]) is { } hash ? AddPassword(hash) : RuleFault.HashFormat,
            ['<', ..] => RemovePassword(PasswordHash.Of(Encoding.Latin1.GetBytes(rule[1..]))),
            ['!', ..] => PasswordHash.TryParse(rule[1..]) is { } hash ? RemovePassword(hash) : RuleFault.HashFormat,
            ['(', .., ')'] => AddSelector(rule[1..^1]),
            _ => _root.Apply(rule),
        };
    }

    /// <summary>Makes a password the only one; null: any will do.</summary>
    public void SetPassword(PasswordHash? password)
    {
        _takesAnyPassword = password is null;
        _passwords.Clear();
        if (password is not null) _passwords.Add(password);
    }

    private void Reset()
    {
        _isOn = _takesAnyPassword = false;
        _sanitizesPayload = true;
        _passwords.Clear();
        _selectors.Clear();
        _root.Reset();
    }

    private RuleFault AddPassword(PasswordHash password)
    {
        if (!_passwords.Contains(password)) _passwords.Add(password);
        _takesAnyPassword = false;
        return RuleFault.None;
    }

    private RuleFault RemovePassword(PasswordHash password) =>
        _passwords.Remove(password) ? RuleFault.None : RuleFault.NoSuchPassword;

    private RuleFault AddSelector(string rules)
    {
        var selector = new SelectorBuilder(_catalog);
        // What is saved must be what is read again. So nothing but a space divides rules, as in a file, and none ends
        // with a parenthesis, which would be the selector's.
        if (rules.Contains(") ", StringComparison.Ordinal) || rules.EndsWith(')')) return RuleFault.Syntax;
        foreach (string rule in rules.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            if (selector.Apply(rule) is var fault and not RuleFault.None) return fault;
        _selectors.Add(selector.Build());
        return RuleFault.None;
    }
}
