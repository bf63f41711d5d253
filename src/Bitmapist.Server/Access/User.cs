using System.Text;

namespace Bitmapist.Server.Access;

/// <summary>
/// A user whose rules may change while it is connected: connections hold the user, and each call asks for its rules of
/// that moment. Any thread.
/// </summary>
internal sealed class User
{
    private volatile UserRules _rules;
    private volatile bool _isUnrestricted;

    /// <param name="name">Latin-1.</param>
    /// <param name="rules">What it may do at first.</param>
    public User(string name, UserRules rules)
    {
        Name = name;
        _rules = rules;
        _isUnrestricted = rules.IsUnrestricted;
    }

    public string Name { get; }

    /// <summary>What it may do now. Set by <see cref="AccessControl"/> alone.</summary>
    public UserRules Rules
    {
        get => _rules;
        set
        {
            // Both ways the flag is never set while the rules forbid something.
            _isUnrestricted = false;
            _rules = value;
            _isUnrestricted = value.IsUnrestricted;
        }
    }

    /// <summary>There is nothing that it may not do: what most calls ask, and nothing else.</summary>
    public bool IsUnrestricted => _isUnrestricted;

    /// <summary>Whether any selector allows the channel, or the pattern of channels.</summary>
    public bool MayUseChannel(ReadOnlySpan<byte> channel, bool isPattern)
    {
        foreach (Selector selector in Rules.Selectors)
            if (selector.AllowsChannel(channel, isPattern)) return true;
        return false;
    }

    /// <summary>The line of an ACL file, and of ACL LIST.</summary>
    public override string ToString() => $"user {Name} {Rules}";

    /// <summary>The name on the wire.</summary>
    public byte[] NameBytes => Encoding.Latin1.GetBytes(Name);
}
