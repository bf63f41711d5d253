using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Bitmapist.Roaring.Kernels;

/// <summary>
/// Ascending 16-bit values against the 1,024 words of a bitset. Result spans have room for all values and
/// <see cref="ArrayUnion.Slack"/> more.
/// </summary>
internal static class ArrayBits
{
    /// <summary>Writes the values whose bit is set. Returns their number.</summary>
    public static int And(ReadOnlySpan<ushort> values, ReadOnlySpan<ulong> words, Span<ushort> result)
    {
        ref ulong first = ref FirstOf(words);
        int count = 0;
        foreach (ushort value in values)
        {
            result[count] = value; // overwritten unless counted: no branch to mispredict
            count += (int)(Unsafe.Add(ref first, value >> 6) >> value & 1);
        }
        return count;
    }

    /// <summary>Writes the values whose bit is clear. Returns their number.</summary>
    public static int AndNot(ReadOnlySpan<ushort> values, ReadOnlySpan<ulong> words, Span<ushort> result)
    {
        ref ulong first = ref FirstOf(words);
        int count = 0;
        foreach (ushort value in values)
        {
            result[count] = value;
            count += (int)(~Unsafe.Add(ref first, value >> 6) >> value & 1);
        }
        return count;
    }

    public static int AndCount(ReadOnlySpan<ushort> values, ReadOnlySpan<ulong> words)
    {
        ref ulong first = ref FirstOf(words);
        int count = 0;
        foreach (ushort value in values) count += (int)(Unsafe.Add(ref first, value >> 6) >> value & 1);
        return count;
    }

    /// <summary>
    /// Sets the bits of the values, without counting. Four quarters of the values in turn: neighbours often share a
    /// word, and each would wait for the store of the one before.
    /// </summary>
    public static void SetAll(ReadOnlySpan<ushort> values, Span<ulong> words)
    {
        ref ulong first = ref FirstOf(words);
        ref ushort value = ref MemoryMarshal.GetReference(values);
        nint quarter = values.Length / 4;
        for (nint i = 0; i < quarter; i++)
        {
            SetBit(ref first, Unsafe.Add(ref value, i));
            SetBit(ref first, Unsafe.Add(ref value, i + quarter));
            SetBit(ref first, Unsafe.Add(ref value, i + 2 * quarter));
            SetBit(ref first, Unsafe.Add(ref value, i + 3 * quarter));
        }
        foreach (ushort last in values[(int)(4 * quarter)..]) SetBit(ref first, last);
    }

    /// <summary>Flips the bits of the values, without counting; in quarters as well.</summary>
    public static void FlipAll(ReadOnlySpan<ushort> values, Span<ulong> words)
    {
        ref ulong first = ref FirstOf(words);
        ref ushort value = ref MemoryMarshal.GetReference(values);
        nint quarter = values.Length / 4;
        for (nint i = 0; i < quarter; i++)
        {
            FlipBit(ref first, Unsafe.Add(ref value, i));
            FlipBit(ref first, Unsafe.Add(ref value, i + quarter));
            FlipBit(ref first, Unsafe.Add(ref value, i + 2 * quarter));
            FlipBit(ref first, Unsafe.Add(ref value, i + 3 * quarter));
        }
        foreach (ushort last in values[(int)(4 * quarter)..]) FlipBit(ref first, last);
    }

    /// <summary>Sets the bits of the values; returns how many were clear.</summary>
    public static int Set(ReadOnlySpan<ushort> values, Span<ulong> words)
    {
        ref ulong first = ref FirstOf(words);
        int added = 0;
        foreach (ushort value in values)
        {
            ref ulong word = ref Unsafe.Add(ref first, value >> 6);
            added += (int)(~word >> value & 1);
            word |= 1UL << value;
        }
        return added;
    }

    /// <summary>Clears the bits of the values; returns how many were set.</summary>
    public static int Clear(ReadOnlySpan<ushort> values, Span<ulong> words)
    {
        ref ulong first = ref FirstOf(words);
        int removed = 0;
        foreach (ushort value in values)
        {
            ref ulong word = ref Unsafe.Add(ref first, value >> 6);
            removed += (int)(word >> value & 1);
            word &= ~(1UL << value);
        }
        return removed;
    }

    /// <summary>Flips the bits of the values; returns the change of the number of set bits.</summary>
    public static int Flip(ReadOnlySpan<ushort> values, Span<ulong> words)
    {
        ref ulong first = ref FirstOf(words);
        int removed = 0;
        foreach (ushort value in values)
        {
            ref ulong word = ref Unsafe.Add(ref first, value >> 6);
            removed += (int)(word >> value & 1);
            word ^= 1UL << value;
        }
        return values.Length - 2 * removed;
    }

    private static void SetBit(ref ulong first, ushort value) => Unsafe.Add(ref first, value >> 6) |= 1UL << value;

    private static void FlipBit(ref ulong first, ushort value) => Unsafe.Add(ref first, value >> 6) ^= 1UL << value;

    /// <summary>
    /// The start of 1,024 words: a 16-bit value cannot leave them, so each access need not be checked.
    /// </summary>
    private static ref ulong FirstOf(ReadOnlySpan<ulong> words) =>
        ref MemoryMarshal.GetReference(words[..(1 + (ushort.MaxValue >> 6))]);
}
