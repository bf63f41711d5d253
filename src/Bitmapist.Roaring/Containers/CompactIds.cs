using System.Diagnostics;
using Bitmapist.Roaring.Kernels;

namespace Bitmapist.Roaring.Containers;

/// <summary>Questions to the strictly ascending ids of a compact set. Ranges are half-open within 0 … 2^32.</summary>
internal static class CompactIds
{
    public static bool Contains(ReadOnlySpan<uint> ids, uint id)
    {
        int index = Search.LowerBound(ids, id);
        return index < ids.Length && ids[index] == id;
    }

    /// <summary>Ids below <paramref name="bound"/>, which may be 2^32.</summary>
    public static int CountBelow(ReadOnlySpan<uint> ids, long bound) =>
        bound >= RoaringLimits.IdsMax ? ids.Length : Search.LowerBound(ids, (uint)bound);

    public static long CountRange(ReadOnlySpan<uint> ids, long start, long end) =>
        CountBelow(ids, end) - CountBelow(ids, start);

    public static long NextSet(ReadOnlySpan<uint> ids, long from)
    {
        int index = CountBelow(ids, from);
        return index < ids.Length ? ids[index] : -1;
    }

    public static long NextClear(ReadOnlySpan<uint> ids, long from)
    {
        for (int i = CountBelow(ids, from); i < ids.Length && ids[i] == from; i++) from++;
        return from;
    }

    /// <summary>Sets the bits of ids within the window of words that starts at <paramref name="firstWord"/>.</summary>
    public static void OrWindow(ReadOnlySpan<uint> ids, long firstWord, Span<ulong> words)
    {
        long start = firstWord * 64, end = start + words.Length * 64L;
        for (int i = CountBelow(ids, start); i < ids.Length && ids[i] < end; i++)
        {
            long bit = ids[i] - start;
            words[(int)(bit >> 6)] |= 1UL << (int)bit;
        }
    }

    public static int CountChunks(ReadOnlySpan<uint> ids)
    {
        if (ids.IsEmpty) return 0;
        int chunks = 1;
        for (int i = 1; i < ids.Length; i++) chunks += ids[i] >> 16 != ids[i - 1] >> 16 ? 1 : 0;
        return chunks;
    }

    /// <summary>Sets the bits of ids of one chunk in its 1,024 words.</summary>
    public static void SetBits(ReadOnlySpan<uint> ids, Span<ulong> words)
    {
        foreach (uint id in ids) words[(int)(id >> 6) & (FormRules.ChunkWords - 1)] |= 1UL << (int)id;
    }

    /// <summary>
    /// Ids of one chunk as a container: an array with room for so many values, or a bitset where they are more than an
    /// array may have, as a set that is compact for its many other chunks can hold.
    /// </summary>
    public static Container ToContainer(ReadOnlySpan<uint> ids, int arrayCapacity)
    {
        if (ids.Length > FormRules.ArrayMax)
        {
            ulong[] words = new ulong[FormRules.ChunkWords];
            SetBits(ids, words);
            return Container.OfBitset(words, ids.Length);
        }

        ushort[] values = new ushort[arrayCapacity];
        Widths.Narrow(ids, values);
        return Container.OfArray(values, ids.Length);
    }

    [Conditional("DEBUG")]
    public static void AssertAscending(ReadOnlySpan<uint> ids)
    {
        for (int i = 1; i < ids.Length; i++) Debug.Assert(ids[i - 1] < ids[i], "ids must be strictly ascending");
    }
}
