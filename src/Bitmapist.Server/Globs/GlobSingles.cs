using System.Runtime.CompilerServices;

namespace Bitmapist.Server.Globs;

/// <summary>
/// Items of a pattern that match one byte each, in order: a byte itself, any byte, or a class. Immutable.
/// </summary>
/// <param name="items">Below 256 the byte, then <see cref="Any"/>, then from <see cref="FirstClass"/> on a
/// class.</param>
/// <param name="classes">The pattern's classes.</param>
internal readonly struct GlobSingles(ReadOnlyMemory<int> items, List<ByteSet> classes)
{
    public const int Any = 256;
    public const int FirstClass = 257;

    public int Count => items.Length;

    /// <summary>Whether as many bytes match, each its item.</summary>
    public bool IsMatch(ReadOnlySpan<byte> bytes)
    {
        ReadOnlySpan<int> wanted = items.Span;
        for (int i = 0; i < wanted.Length; i++)
            if (wanted[i] != bytes[i] && !IsOther(wanted[i], bytes[i])) return false;
        return true;
    }

    /// <summary>The items up to the first that is no byte itself.</summary>
    public byte[] LiteralPrefix()
    {
        ReadOnlySpan<int> literal = items.Span;
        int count = literal.IndexOfAnyExceptInRange(byte.MinValue, byte.MaxValue);
        byte[] prefix = new byte[count < 0 ? literal.Length : count];
        for (int i = 0; i < prefix.Length; i++) prefix[i] = (byte)literal[i];
        return prefix;
    }

    /// <summary>Whether an item matches any byte.</summary>
    public bool IsAny(int index) => items.Span[index] == Any;

    /// <summary>Sets a bit in the rows of the bytes that an item, not any, matches. At most 256 steps.</summary>
    /// <param name="index">The item's number.</param>
    /// <param name="rows">Rows of words, one for each byte, from the word to set on.</param>
    /// <param name="words">Words of a row.</param>
    /// <param name="bit">The bit.</param>
    public void AddSteps(int index, Span<ulong> rows, int words, ulong bit)
    {
        int item = items.Span[index];
        if (item < Any)
        {
            rows[item * words] |= bit;
            return;
        }

        ByteSet set = classes[item - FirstClass];
        for (int value = 0; value <= byte.MaxValue; value++)
            if (set.Contains((byte)value)) rows[value * words] |= bit;
    }

    private bool IsOther(int item, byte value) =>
        item == Any || (item >= FirstClass && classes[item - FirstClass].Contains(value));
}

/// <summary>A set of bytes, one bit for each.</summary>
[InlineArray(4)]
internal struct ByteSet
{
    private ulong _word;

    public readonly bool Contains(byte value) => ((this[value >> 6] >> (value & 63)) & 1) != 0;

    public void Add(byte value) => this[value >> 6] |= 1UL << (value & 63);

    /// <summary>
    /// Adds both ends and what lies between in the order of signed bytes; nothing when <paramref name="first"/> is the
    /// higher one.
    /// </summary>
    public void AddRange(sbyte first, sbyte last)
    {
        for (int value = first; value <= last; value++) Add((byte)value);
    }

    /// <summary>Takes the bytes that were not in the set in place of those that were.</summary>
    public void Invert()
    {
        foreach (ref ulong word in (Span<ulong>)this) word = ~word;
    }
}
