using System.Text;
using Bitmapist.Server.Globs;

namespace Bitmapist.Server.Access;

/// <summary>What a command does with a key, as far as rights tell it apart.</summary>
[Flags]
internal enum KeyUse
{
    /// <summary>Neither: it asks whether the key is there, say, for which any right to the key will do.</summary>
    None = 0,

    /// <summary>Its value is read, or copied elsewhere.</summary>
    Read = 1,

    /// <summary>It is made, changed or deleted.</summary>
    Write = 2,
}

/// <summary>The words that COMMAND INFO's key specifications have for it.</summary>
internal static class KeyUses
{
    public static KeyUse Parse(string access)
    {
        KeyUse use = access.Contains("access", StringComparison.Ordinal) ? KeyUse.Read : KeyUse.None;
        bool isWrite = access.Contains("insert", StringComparison.Ordinal)
            || access.Contains("delete", StringComparison.Ordinal)
            || access.Contains("update", StringComparison.Ordinal);
        return isWrite ? use | KeyUse.Write : use;
    }
}

/// <summary>Keys of which the names match, and what may be done with them. Immutable.</summary>
/// <param name="Text">The glob pattern, Latin-1.</param>
/// <param name="Use">What is granted.</param>
/// <param name="Glob">The same, compiled.</param>
internal sealed record KeyPattern(string Text, KeyUse Use, GlobPattern Glob)
{
    /// <summary>As a rule: ~pattern, %R~pattern or %W~pattern.</summary>
    public string Rule => Use switch
    {
        KeyUse.Read => "%R~" + Text,
        KeyUse.Write => "%W~" + Text,
        _ => "~" + Text,
    };

    /// <summary>Whether every use asked for is granted, and the name matches. O(bytes of the name).</summary>
    public bool Allows(ReadOnlySpan<byte> key, KeyUse use) => (Use & use) == use && Glob.IsMatch(key);

    /// <summary>Compiles a pattern; null when it is longer than patterns may be.</summary>
    public static KeyPattern? TryCompile(string text, KeyUse use) =>
        GlobPattern.TryCompile(Encoding.Latin1.GetBytes(text), out GlobPattern? glob)
            ? new KeyPattern(text, use, glob)
            : null;
}
