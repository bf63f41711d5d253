using System.Diagnostics;
using System.Numerics;

namespace Bitmapist.Roaring.Kernels;

/// <summary>
/// Sorts 32-bit ids by their digits, the lowest first (Knuth, TAOCP 3, §5.2.5): no comparison, so no branch that the
/// processor guesses wrong, which is what merging many short lists costs most.
/// </summary>
internal static class IdSort
{
    private const int DigitBits = 8; // 256 places to write to are as many as the first-level cache takes well
    private const int DigitValues = 1 << DigitBits;
    private const int DigitsMax = 32 / DigitBits;

    /// <summary>Below this the counts of digits cost more than comparing.</summary>
    private const int CountedMin = 48;

    /// <summary>
    /// Sorts ids of which the lowest and the highest are known. O(ids × digits in which they differ).
    /// </summary>
    /// <param name="ids">In any order, also repeated.</param>
    /// <param name="scratch">As many more; none of its content is kept.</param>
    /// <param name="lowest">The lowest id, or any below with the same leading bits.</param>
    /// <param name="highest">The highest, or any above.</param>
    /// <returns>The ids in ascending order: one of the two spans.</returns>
    public static Span<uint> Sort(Span<uint> ids, Span<uint> scratch, uint lowest, uint highest)
    {
        Debug.Assert(scratch.Length == ids.Length);
        if (ids.Length < CountedMin)
        {
            ids.Sort();
            return ids;
        }

        // All ids share the bits above the first in which the extremes differ.
        int bits = 32 - BitOperations.LeadingZeroCount(lowest ^ highest);
        Span<int> places = stackalloc int[DigitValues];
        for (int shift = 0; shift < bits; shift += DigitBits)
        {
            places.Clear();
            foreach (uint id in ids) places[(byte)(id >> shift)]++;
            int place = 0;
            foreach (ref int of in places) (of, place) = (place, place + of);
            foreach (uint id in ids) scratch[places[(byte)(id >> shift)]++] = id;
            Span<uint> sorted = scratch;
            scratch = ids;
            ids = sorted;
        }

        return ids;
    }
}
