using System.Numerics;
using System.Runtime.InteropServices;

namespace Bitmapist.Engine.Bits;

/// <summary>
/// The only place that knows both orders of bits: Redis counts a string's bits from the most significant bit of byte 0,
/// a bitmap's words count from their least significant bit. Offsets are the ids of the bitmap, so only whole bytes and
/// words are ever converted, by reversing the bits within each byte.
/// </summary>
internal static class BitOrder
{
    /// <summary>Reverses the bits inside each of the eight bytes; its own inverse.</summary>
    public static ulong ReverseBitsInBytes(ulong word)
    {
        word = ((word >> 1) & 0x5555_5555_5555_5555) | ((word & 0x5555_5555_5555_5555) << 1);
        word = ((word >> 2) & 0x3333_3333_3333_3333) | ((word & 0x3333_3333_3333_3333) << 2);
        return ((word >> 4) & 0x0F0F_0F0F_0F0F_0F0F) | ((word & 0x0F0F_0F0F_0F0F_0F0F) << 4);
    }

    /// <summary>Converts words in place, either way.</summary>
    public static void Convert(Span<ulong> words)
    {
        Span<Vector<ulong>> vectors = MemoryMarshal.Cast<ulong, Vector<ulong>>(words);
        foreach (ref Vector<ulong> vector in vectors) vector = ReverseBitsInBytes(vector);
        for (int i = vectors.Length * Vector<ulong>.Count; i < words.Length; i++)
            words[i] = ReverseBitsInBytes(words[i]);
    }

    private static Vector<ulong> ReverseBitsInBytes(Vector<ulong> words)
    {
        Vector<ulong> mask = new(0x5555_5555_5555_5555);
        words = ((words >>> 1) & mask) | ((words & mask) << 1);
        mask = new Vector<ulong>(0x3333_3333_3333_3333);
        words = ((words >>> 2) & mask) | ((words & mask) << 2);
        mask = new Vector<ulong>(0x0F0F_0F0F_0F0F_0F0F);
        return ((words >>> 4) & mask) | ((words & mask) << 4);
    }
}
