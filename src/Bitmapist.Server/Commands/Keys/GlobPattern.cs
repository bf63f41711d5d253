namespace Bitmapist.Server.Commands.Keys;

/// <summary>
/// Redis's glob patterns over bytes: <c>*</c>, <c>?</c>, <c>[abc]</c>, <c>[a-z]</c>, <c>[^a]</c>, backslash escapes; no
/// character is special to the stars. An unclosed class extends to the pattern's end.
/// </summary>
internal static class GlobPattern
{
    /// <summary>
    /// Whether the pattern matches the whole name. O(pattern × name): it goes back to the last star only.
    /// </summary>
    public static bool IsMatch(ReadOnlySpan<byte> pattern, ReadOnlySpan<byte> name)
    {
        // Where to try again after a mismatch: one character further behind the star.
        int starPattern = -1, starName = 0;
        int p = 0, n = 0;
        while (n < name.Length)
        {
            if (p < pattern.Length && pattern[p] == (byte)'*')
            {
                starPattern = ++p;
                starName = n;
                continue;
            }

            if (p < pattern.Length && MatchesOne(pattern, p, name[n], out int next))
            {
                p = next;
                n++;
                continue;
            }

            if (starPattern < 0) return false;
            p = starPattern;
            n = ++starName;
        }

        while (p < pattern.Length && pattern[p] == (byte)'*') p++;
        return p == pattern.Length;
    }

    /// <summary>What every name that matches begins with: the pattern up to its first special character.</summary>
    public static byte[] LiteralPrefix(ReadOnlySpan<byte> pattern)
    {
        var prefix = new List<byte>();
        for (int i = 0; i < pattern.Length && pattern[i] is not ((byte)'*' or (byte)'?' or (byte)'['); i++)
        {
            if (pattern[i] == (byte)'\\' && i + 1 < pattern.Length) i++;
            prefix.Add(pattern[i]);
        }

        return [.. prefix];
    }

    private static bool MatchesOne(ReadOnlySpan<byte> pattern, int at, byte character, out int next)
    {
        next = at + 1;
        switch (pattern[at])
        {
            case (byte)'?':
                return true;
            case (byte)'[':
                return MatchesClass(pattern, at + 1, character, out next);
            case (byte)'\\' when at + 1 < pattern.Length:
                next = at + 2;
                return pattern[at + 1] == character;
            default:
                return pattern[at] == character;
        }
    }

    private static bool MatchesClass(ReadOnlySpan<byte> pattern, int at, byte character, out int next)
    {
        bool isNegated = at < pattern.Length && pattern[at] == (byte)'^';
        if (isNegated) at++;
        bool isIn = false;
        while (at < pattern.Length && pattern[at] != (byte)']')
        {
            if (pattern[at] == (byte)'\\' && at + 1 < pattern.Length)
            {
                isIn |= pattern[at + 1] == character;
                at += 2;
            }
            else if (at + 2 < pattern.Length && pattern[at + 1] == (byte)'-')
            {
                byte low = Math.Min(pattern[at], pattern[at + 2]);
                byte high = Math.Max(pattern[at], pattern[at + 2]);
                isIn |= character >= low && character <= high;
                at += 3;
            }
            else
            {
                isIn |= pattern[at] == character;
                at++;
            }
        }

        next = Math.Min(at + 1, pattern.Length);
        return isIn != isNegated;
    }
}
