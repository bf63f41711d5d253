using System.Diagnostics.CodeAnalysis;
using Bitmapist.Server.Settings;

namespace Bitmapist.Server.Globs;

/// <summary>
/// Reads Redis's glob syntax over bytes: <c>*</c>, <c>?</c>, <c>[abc]</c>, <c>[a-z]</c>, <c>[^a]</c>, backslash
/// escapes. An unclosed class extends to the pattern's end, a range may be written either way round, and a backslash at
/// the end is itself. Bytes of a range are signed, as characters are where Redis mostly runs (x86-64): from 00 to ff
/// are these two. One pattern each.
/// </summary>
/// <param name="ignoresCase">As Redis's matching without case, of names in lower case: a range is put the right way
/// round first and in lower case then, so that one from Z to a is empty; what is escaped in a class stays as it
/// is.</param>
internal sealed class GlobCompiler(bool ignoresCase)
{
    private readonly List<int> _items = [];
    private readonly List<ByteSet> _classes = [];
    private readonly List<int> _stars = []; // how many items precede each; of several together one

    public bool TryCompile(ReadOnlySpan<byte> pattern, [NotNullWhen(true)] out GlobPattern? compiled)
    {
        for (int at = 0; at < pattern.Length && _items.Count <= ServerLimits.KeyBytes;) ReadItem(pattern, ref at);
        ReadOnlyMemory<int> items = _items.ToArray();
        bool hasStar = _stars.Count > 0;
        int first = hasStar ? _stars[0] : items.Length;
        int last = hasStar ? _stars[^1] : items.Length;
        compiled = null;
        if (last - first > ServerLimits.PatternCharacters) return false;
        GlobSearch? middle = last == first
            ? null
            : new GlobSearch(
                new GlobSingles(items[first..last], _classes), _stars.SkipLast(1).Select(star => star - first));
        compiled = new GlobPattern(
            new GlobSingles(items[..first], _classes), middle, new GlobSingles(items[last..], _classes), hasStar,
            isMatchOfEmpty: pattern.IsEmpty || pattern.SequenceEqual("*"u8), items.Length);
        return true;
    }

    private void ReadItem(ReadOnlySpan<byte> pattern, ref int at)
    {
        byte character = pattern[at++];
        switch (character)
        {
            case (byte)'*':
                if (_stars.Count == 0 || _stars[^1] != _items.Count) _stars.Add(_items.Count);
                break;
            case (byte)'?':
                _items.Add(GlobSingles.Any);
                break;
            case (byte)'[':
                ReadClass(pattern, ref at);
                break;
            default:
                if (character == (byte)'\\' && at < pattern.Length) character = pattern[at++];
                _items.Add(Folded(character));
                break;
        }
    }

    private void ReadClass(ReadOnlySpan<byte> pattern, ref int at)
    {
        bool isNegated = at < pattern.Length && pattern[at] == (byte)'^';
        if (isNegated) at++;
        ByteSet set = default;
        while (at < pattern.Length && pattern[at] != (byte)']')
        {
            byte character = pattern[at++];
            if (character == (byte)'\\' && at < pattern.Length)
            {
                set.Add(pattern[at++]);
            }
            else if (at + 1 < pattern.Length && pattern[at] == (byte)'-')
            {
                sbyte first = (sbyte)character, last = (sbyte)pattern[at + 1];
                if (first > last) (first, last) = (last, first);
                set.AddRange((sbyte)Folded((byte)first), (sbyte)Folded((byte)last));
                at += 2;
            }
            else
            {
                set.Add(Folded(character));
            }
        }

        at++; // the bracket, if there is one
        if (isNegated) set.Invert();
        _items.Add(GlobSingles.FirstClass + _classes.Count);
        _classes.Add(set);
    }

    private byte Folded(byte character) =>
        ignoresCase && character is >= (byte)'A' and <= (byte)'Z' ? (byte)(character | 0x20) : character;
}
