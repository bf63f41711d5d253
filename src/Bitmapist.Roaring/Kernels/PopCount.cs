using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Bitmapist.Roaring.Kernels;

/// <summary>
/// Counts set bits. The vector forms look both halves of each byte up in a table held in a register (Muła, Kurz,
/// Lemire, "Faster Population Counts Using AVX2 Instructions", arXiv:1611.07612, §3.1).
/// </summary>
internal static class PopCount
{
    /// <summary>Vectors whose counts a byte can sum: at most 8 each, 16 × 8 = 128 of 255.</summary>
    public const int BlockVectors = 16;

    // The number of bits of 0 … 15, a byte each.
    private const ulong TableLow = 0x0302_0201_0201_0100, TableHigh = 0x0403_0302_0302_0201;

    public static int Count(ReadOnlySpan<ulong> words) =>
        Avx512BW.IsSupported ? CountVector512(words)
        : Avx2.IsSupported ? CountVector256(words)
        : CountScalar(words);

    internal static int CountScalar(ReadOnlySpan<ulong> words)
    {
        int count = 0;
        foreach (ulong word in words) count += BitOperations.PopCount(word);
        return count;
    }

    internal static int CountVector256(ReadOnlySpan<ulong> words)
    {
        const int BlockWords = BlockVectors * 4;
        ref ulong first = ref MemoryMarshal.GetReference(words);
        Vector256<ulong> counts = Vector256<ulong>.Zero;
        nuint i = 0, end = (nuint)(words.Length - words.Length % BlockWords);
        while (i < end)
        {
            Vector256<byte> block = Vector256<byte>.Zero;
            for (int n = 0; n < BlockVectors; n++, i += 4)
                block += OfBytes(Vector256.LoadUnsafe(ref first, i).AsByte());
            counts += Avx2.SumAbsoluteDifferences(block, Vector256<byte>.Zero).AsUInt64();
        }
        return (int)Vector256.Sum(counts) + CountScalar(words[(int)i..]);
    }

    internal static int CountVector512(ReadOnlySpan<ulong> words)
    {
        int done = words.Length - words.Length % CarrySaveCount.BlockWords;
        return CarrySaveCount.Count(new SingleSource(words), (nuint)done) + CountScalar(words[done..]);
    }

    /// <summary>The number of set bits of each byte; AVX2 only.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<byte> OfBytes(Vector256<byte> bytes)
    {
        Vector256<byte> table = Vector256.Create(TableLow, TableHigh, TableLow, TableHigh).AsByte();
        Vector256<byte> low = Vector256.Create((byte)0x0F);
        Vector256<byte> high = Vector256.ShiftRightLogical(bytes.AsUInt16(), 4).AsByte() & low;
        return Avx2.Shuffle(table, bytes & low) + Avx2.Shuffle(table, high);
    }

    /// <summary>The number of set bits of each byte; AVX-512BW only.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<byte> OfBytes(Vector512<byte> bytes)
    {
        // Eight words are one constant to the compiler; a vector made of two halves is put together in the loop.
        Vector512<byte> table = Vector512.Create(
            TableLow, TableHigh, TableLow, TableHigh, TableLow, TableHigh, TableLow, TableHigh).AsByte();
        Vector512<byte> low = Vector512.Create((byte)0x0F);
        Vector512<byte> high = Vector512.ShiftRightLogical(bytes.AsUInt16(), 4).AsByte() & low;
        return Avx512BW.Shuffle(table, bytes & low) + Avx512BW.Shuffle(table, high);
    }
}
