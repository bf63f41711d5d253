using System.Runtime.CompilerServices;

namespace Bitmapist.Server.Globs;

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
