namespace Bitmapist.Server.Commands;

/// <summary>
/// Which arguments must not be shown to others than their sender, wherever calls are listed: passwords, and what tells
/// about users. Redis hides the same, and shows the rest.
/// </summary>
internal static class SecretArguments
{
    /// <summary>What is shown instead.</summary>
    public const string Shown = "(redacted)";

    /// <summary>Whether an argument of a call, the command's name being 0, is to be hidden. O(arguments).</summary>
    public static bool Contain(ArgumentList args, int index)
    {
        if (index == 0) return false;
        if (args.Is(0, "auth"u8)) return true;
        if (args.Is(0, "hello"u8)) return IsBehind(args, index, 2, "auth"u8, words: 2);
        if (args.Is(0, "acl"u8)) return index > 1 && (args.Is(1, "setuser"u8) || args.Is(1, "deluser"u8));
        if (args.Is(0, "config"u8))
            return index > 2 && args.Is(1, "set"u8) && index % 2 == 1 && IsSecretParameter(args, index - 1);
        if (args.Is(0, "slurp"u8))
            return IsBehind(args, index, 2, "password"u8, words: 1) || IsBehind(args, index, 2, "user"u8, words: 1);
        if (args.Is(0, "migrate"u8))
            return IsBehind(args, index, 6, "auth"u8, words: 1) || IsBehind(args, index, 6, "auth2"u8, words: 2);
        return false;
    }

    private static bool IsSecretParameter(ArgumentList args, int name) =>
        args.Is(name, "requirepass"u8) || args.Is(name, "masterauth"u8) || args.Is(name, "masteruser"u8)
        || args.Is(name, "tls-key-file-pass"u8) || args.Is(name, "tls-client-key-file-pass"u8);

    /// <summary>
    /// Whether an argument is one of so many words behind a keyword, in whatever call: a word that only looks like the
    /// keyword hides more than need be, never less.
    /// </summary>
    private static bool IsBehind(ArgumentList args, int index, int first, ReadOnlySpan<byte> keyword, int words)
    {
        for (int i = Math.Max(first, index - words); i < index; i++)
            if (args.Is(i, keyword)) return true;
        return false;
    }
}
