namespace Bitmapist.Server.Access;

/// <summary>Why a rule of an ACL is refused.</summary>
internal enum RuleFault
{
    /// <summary>It is not.</summary>
    None,
    Syntax,
    UnknownCommand,
    KeysAfterAll,
    ChannelsAfterAll,
    NoSuchPassword,
    HashFormat,
    FirstArgumentOfSubcommand,
}

/// <summary>Redis's words for it.</summary>
internal static class RuleFaults
{
    public static string Text(this RuleFault fault) => fault switch
    {
        RuleFault.UnknownCommand => "Unknown command or category name in ACL",
        RuleFault.KeysAfterAll => AfterAll("allkeys", "resetkeys", "patterns"),
        RuleFault.ChannelsAfterAll => AfterAll("allchannels", "resetchannels", "channels"),
        RuleFault.NoSuchPassword => "The password you are trying to remove from the user does not exist",
        RuleFault.HashFormat =>
            "The password hash must be exactly 64 characters and contain only lowercase hexadecimal characters",
        RuleFault.FirstArgumentOfSubcommand => "Allowing first-arg of a subcommand is not supported",
        _ => "Syntax error",
    };

    private static string AfterAll(string all, string reset, string what) =>
        $"Adding a pattern after the * pattern (or the '{all}' flag) is not valid and does not have any effect. "
        + $"Try '{reset}' to start with an empty list of {what}";
}
