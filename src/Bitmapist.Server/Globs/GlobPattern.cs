using System.Diagnostics.CodeAnalysis;
using Bitmapist.Server.Settings;

namespace Bitmapist.Server.Globs;

/// <summary>
/// One of Redis's glob patterns, compiled: what is before its first star, between the first and the last, and
/// behind the last. Of these only the middle must be searched for. Immutable; any thread.
/// </summary>
internal sealed class GlobPattern
{
    private readonly GlobSingles _head;
    private readonly GlobSingles _tail;
    private readonly GlobSearch? _middle;
    private readonly bool _hasStar;
    private readonly bool _isMatchOfEmpty;
    private readonly int _bytesMin;

    internal GlobPattern(
        GlobSingles head, GlobSearch? middle, GlobSingles tail, bool hasStar, bool isMatchOfEmpty, int bytesMin)
    {
        _head = head;
        _middle = middle;
        _tail = tail;
        _hasStar = hasStar;
        _isMatchOfEmpty = isMatchOfEmpty;
        _bytesMin = bytesMin;
    }

    /// <summary>What every name that matches begins with: the pattern up to its first special character.</summary>
    public byte[] LiteralPrefix => _head.LiteralPrefix();

    /// <summary>Words of state that matching a byte of a name touches at most, from 1 on.</summary>
    public int StepsPerByte => _middle?.Words ?? 1;

    /// <summary>
    /// Compiles a pattern. O(its bytes), and for each class between its stars 256 steps more.
    /// </summary>
    /// <returns>False when more than <see cref="ServerLimits.PatternCharacters"/> are between its stars.</returns>
    public static bool TryCompile(ReadOnlySpan<byte> pattern, [NotNullWhen(true)] out GlobPattern? compiled) =>
        new GlobCompiler(ignoresCase: false).TryCompile(pattern, out compiled);

    /// <summary>The same, regardless of case, for names that are in lower case.</summary>
    public static bool TryCompileForLowerCase(
        ReadOnlySpan<byte> pattern, [NotNullWhen(true)] out GlobPattern? compiled) =>
        new GlobCompiler(ignoresCase: true).TryCompile(pattern, out compiled);

    /// <summary>
    /// Whether the pattern matches the whole name. O(bytes of the name × <see cref="StepsPerByte"/>), whatever both
    /// are.
    /// </summary>
    public bool IsMatch(ReadOnlySpan<byte> name)
    {
        // Redis does not begin to look at a pattern when there is no name to look at, and knows "*" by itself.
        if (name.IsEmpty) return _isMatchOfEmpty;
        if (name.Length < _bytesMin || (!_hasStar && name.Length > _bytesMin)) return false;
        if (!_head.IsMatch(name[.._head.Count]) || !_tail.IsMatch(name[^_tail.Count..])) return false;
        return _middle is null || _middle.IsMatch(name[_head.Count..^_tail.Count]);
    }
}
