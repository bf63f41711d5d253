using System.Numerics;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Bitmapist.Roaring.Kernels;

/// <summary>
/// Which of few strictly ascending ids are among many. Each is compared with a block of the many at once; only finding
/// the block takes branches, one for each block passed over.
/// </summary>
internal static class IdSearch
{
    private const int Block = 8;

    /// <summary>
    /// From so many of the many for each of the few on, the block is searched for by doubled strides.
    /// </summary>
    private const int GallopRatio = 64;

    /// <summary>How many of the few there are.</summary>
    public static int Count(ReadOnlySpan<uint> few, ReadOnlySpan<uint> many)
    {
        if (many.Length < Block || !Vector256.IsHardwareAccelerated) return CountGalloping(few, many);
        ref uint first = ref MemoryMarshal.GetReference(many);
        bool gallops = few.Length * (long)GallopRatio < many.Length;
        int count = 0, block = 0;
        foreach (uint id in few)
        {
            block = BlockOf(many, block, id, gallops);
            count += BitOperations.PopCount(Matches(ref first, block, id)); // at most one
        }
        return count;
    }

    /// <summary>
    /// Writes those of the few that are (wanted 1) or are not (wanted 0) there; returns their number. The target may be
    /// where the few are.
    /// </summary>
    public static int Keep(ReadOnlySpan<uint> few, ReadOnlySpan<uint> many, Span<uint> target, int wanted)
    {
        if (many.Length < Block || !Vector256.IsHardwareAccelerated) return KeepGalloping(few, many, target, wanted);
        ref uint first = ref MemoryMarshal.GetReference(many);
        bool gallops = few.Length * (long)GallopRatio < many.Length;
        int kept = 0, block = 0, unwanted = 1 - wanted;
        foreach (uint id in few)
        {
            block = BlockOf(many, block, id, gallops);
            target[kept] = id; // overwritten unless kept
            kept += BitOperations.PopCount(Matches(ref first, block, id)) ^ unwanted;
        }
        return kept;
    }

    internal static int CountGalloping(ReadOnlySpan<uint> few, ReadOnlySpan<uint> many)
    {
        int count = 0, position = 0;
        foreach (uint id in few)
        {
            position = Search.Gallop(many, position, id);
            if (position == many.Length) break;
            count += many[position] == id ? 1 : 0;
        }
        return count;
    }

    internal static int KeepGalloping(ReadOnlySpan<uint> few, ReadOnlySpan<uint> many, Span<uint> target, int wanted)
    {
        int kept = 0, position = 0;
        foreach (uint id in few)
        {
            position = Search.Gallop(many, position, id);
            int found = position < many.Length && many[position] == id ? 1 : 0;
            target[kept] = id;
            kept += found == wanted ? 1 : 0;
        }
        return kept;
    }

    /// <summary>
    /// Where the first block from one on begins whose last value is not below the id, or else the last block that fits.
    /// </summary>
    private static int BlockOf(ReadOnlySpan<uint> many, int block, uint id, bool gallops)
    {
        int last = many.Length - Block;
        if (gallops) return Math.Min(Search.Gallop(many, block, id), last);
        while (block < last && many[block + Block - 1] < id) block = Math.Min(block + Block, last);
        return block;
    }

    private static uint Matches(ref uint first, int block, uint id) => Vector256.Equals(
        Vector256.LoadUnsafe(ref first, (nuint)block), Vector256.Create(id)).ExtractMostSignificantBits();
}
