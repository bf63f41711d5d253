using System.Runtime.InteropServices;
using Bitmapist.Roaring;

namespace Bitmapist.Engine.Bits;

/// <summary>A string's bytes to bits and back, a chunk at a time.</summary>
public static class StringBytes
{
    /// <summary>Bytes of one chunk of 65,536 bits: the unit in which strings are read and written.</summary>
    public const int ChunkBytes = 65_536 / 8;

    private const int ChunkWords = ChunkBytes / sizeof(ulong);

    /// <summary>The one-bits of a string. O(bytes).</summary>
    public static FrozenBitmap ToBits(ReadOnlySpan<byte> bytes) => ToBits(bytes, startByte: 0);

    /// <summary>The one-bits of bytes that begin at a byte of a string, within its first 512 MiB. O(bytes).</summary>
    public static FrozenBitmap ToBits(ReadOnlySpan<byte> bytes, long startByte)
    {
        var builder = new BitmapBuilder();
        Span<ulong> words = stackalloc ulong[ChunkWords];
        int skipped = (int)(startByte % ChunkBytes); // of the first chunk
        for (int chunk = (int)(startByte / ChunkBytes); !bytes.IsEmpty; chunk++, skipped = 0)
        {
            int taken = Math.Min(bytes.Length, ChunkBytes - skipped);
            int wordCount = (skipped + taken + 7) / 8;
            words[..((skipped + 7) / 8)].Clear();
            words[wordCount - 1] = 0; // a last, partial word
            bytes[..taken].CopyTo(MemoryMarshal.AsBytes(words)[skipped..]);
            BitOrder.Convert(words[..wordCount]);
            builder.AppendWords(chunk, words[..wordCount]);
            bytes = bytes[taken..];
        }

        return builder.ToFrozen();
    }

    /// <summary>
    /// Copies bytes [<paramref name="start"/>, start + destination length) of the string to the destination.
    /// </summary>
    /// <param name="bits">The one-bits.</param>
    /// <param name="start">First byte.</param>
    /// <param name="destination">At most <see cref="ChunkBytes"/> bytes.</param>
    public static void CopyTo(FrozenBitmap bits, long start, Span<byte> destination)
    {
        long next = bits.NextSet(start * 8);
        if (next < 0 || next >= (start + destination.Length) * 8)
        {
            destination.Clear(); // as most of a string is whose bits are few
            return;
        }

        if (start % sizeof(ulong) == 0 && destination.Length % sizeof(ulong) == 0)
        {
            Span<ulong> inPlace = MemoryMarshal.Cast<byte, ulong>(destination);
            bits.CopyWordsTo(start / sizeof(ulong), inPlace);
            BitOrder.Convert(inPlace);
            return;
        }

        int skipped = (int)(start % sizeof(ulong)); // bytes of the first word that come before the start
        Span<ulong> words = stackalloc ulong[(skipped + destination.Length + 7) / 8];
        bits.CopyWordsTo(start / sizeof(ulong), words);
        BitOrder.Convert(words);
        MemoryMarshal.AsBytes(words).Slice(skipped, destination.Length).CopyTo(destination);
    }
}
