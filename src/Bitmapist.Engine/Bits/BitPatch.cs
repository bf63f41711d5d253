using System.Diagnostics;
using System.Runtime.InteropServices;
using Bitmapist.Roaring;
using Bitmapist.Roaring.Operations;

namespace Bitmapist.Engine.Bits;

/// <summary>
/// New bits for a part of a string, from one offset to another: what APPEND, SETRANGE and BITFIELD write. What lies
/// outside stays, and stays shared with the string as it was. Immutable; any thread.
/// </summary>
/// <param name="Start">The first bit.</param>
/// <param name="End">The bit behind the last one, at most 2^32.</param>
/// <param name="Ones">Those of them that are set.</param>
internal readonly record struct BitPatch(long Start, long End, FrozenBitmap Ones)
{
    /// <summary>Bytes in the place of a string's bytes from one on. O(bytes).</summary>
    public static BitPatch OfBytes(long startByte, ReadOnlySpan<byte> bytes)
    {
        long start = startByte * 8;
        return new BitPatch(start, start + (bytes.Length * 8L), StringBytes.ToBits(bytes, startByte));
    }

    /// <summary>Bits from any offset on. O(bits).</summary>
    /// <param name="start">The first bit.</param>
    /// <param name="count">How many.</param>
    /// <param name="bytes">They, from the most significant bit of byte 0 on.</param>
    public static BitPatch OfBits(long start, long count, ReadOnlySpan<byte> bytes)
    {
        Debug.Assert(count <= bytes.Length * 8L && start + count <= 1L << 32, "The bits are given, and in a string.");
        if (start % 8 == 0 && count % 8 == 0) return OfBytes(start / 8, bytes[..(int)(count / 8)]);
        var ones = new List<uint>();
        for (long i = 0; i < count; i++)
            if ((bytes[(int)(i / 8)] >> (int)(7 - (i % 8)) & 1) != 0) ones.Add((uint)(start + i));
        return new BitPatch(start, start + count, FrozenBitmap.FromIds(CollectionsMarshal.AsSpan(ones)));
    }

    /// <summary>The string with these bits, long enough for them. O(its chunks + bits of those it changes).</summary>
    public StringValue ApplyTo(in StringValue old)
    {
        FrozenBitmap bits = old.Bits;
        long next = bits.NextSet(Start);
        if (next >= 0 && next < End) bits = BitmapAlgebra.AndNot(bits, BitmapAlgebra.Range(Start, End));
        if (!Ones.IsEmpty) bits = bits.IsEmpty ? Ones : BitmapAlgebra.Or(bits, Ones);
        return new StringValue(Math.Max(old.LengthBytes, (End + 7) / 8), PendingBits.Ready(bits));
    }
}
