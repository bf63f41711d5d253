using Bitmapist.Server.Settings;

namespace Bitmapist.Server.Access;

/// <summary>What a user may do, and how it proves who it is. Immutable; any thread.</summary>
internal sealed record UserRules
{
    /// <summary>Whether it may log in.</summary>
    public bool IsOn { get; init; }

    /// <summary>Any password will do.</summary>
    public bool TakesAnyPassword { get; init; }

    /// <summary>
    /// Redis's flag on checking RESTORE's payloads, which are always checked here: null until it was given.
    /// </summary>
    public bool? SanitizesPayload { get; init; }

    public IReadOnlyList<PasswordHash> Passwords { get; init; } = [];

    /// <summary>The user's own selector, then those in parentheses.</summary>
    public required IReadOnlyList<Selector> Selectors { get; init; }

    /// <summary>There is nothing that it may not do.</summary>
    public bool IsUnrestricted => Selectors.Any(selector => selector.IsUnrestricted);

    /// <summary>The flags as GETUSER has them.</summary>
    public IReadOnlyList<string> Flags
    {
        get
        {
            var flags = new List<string> { IsOn ? "on" : "off" };
            if (TakesAnyPassword) flags.Add("nopass");
            if (SanitizesPayload is { } sanitizes) flags.Add(sanitizes ? "sanitize-payload" : "skip-sanitize-payload");
            return flags;
        }
    }

    /// <summary>
    /// Whether this password is the user's. It is compared with every one, so that the time tells nothing.
    /// </summary>
    public bool Accepts(PasswordHash given)
    {
        bool isFound = false;
        foreach (PasswordHash password in Passwords) isFound |= password.Equals(given);
        return isFound || TakesAnyPassword;
    }

    /// <summary>All rules, as a line of an ACL file has them.</summary>
    public override string ToString()
    {
        IEnumerable<string> rules = Flags.Concat(Passwords.Select(password => "#" + password))
            .Append(Selectors[0].ToString())
            .Concat(Selectors.Skip(1).Select(selector => $"({selector})"));
        return string.Join(' ', rules);
    }
}
