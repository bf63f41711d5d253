using Bitmapist.Roaring.Containers;
using Bitmapist.Roaring.Kernels;

namespace Bitmapist.Roaring.Operations;

/// <summary>Keeps those ids of a compact set that other bitmaps hold, or do not hold.</summary>
internal static class CompactFilter
{
    /// <summary>Ids held on the stack meanwhile: 2 KiB.</summary>
    private const int StackIdsMax = 512;

    /// <summary>From so many ids of a chunk on they are merged with its values instead of searched for.</summary>
    private const int MergedIdsMin = 4;

    /// <summary>The intersection of all operands, of which the one at <paramref name="compact"/> is compact.</summary>
    public static FrozenBitmap Intersect(ReadOnlySpan<ReadOnlyBitmap> operands, int compact)
    {
        int idsMax = operands[compact].CompactIds.Length;
        using PooledArray<uint> pooled = PooledArray<uint>.Above(StackIdsMax, idsMax);
        Span<uint> kept = idsMax <= StackIdsMax ? stackalloc uint[StackIdsMax] : pooled.Span;
        return FrozenBitmap.FromAscending(KeepCommon(operands, compact, kept));
    }

    /// <summary>The size of the same; allocates nothing.</summary>
    public static int IntersectCount(ReadOnlySpan<ReadOnlyBitmap> operands, int compact)
    {
        int idsMax = operands[compact].CompactIds.Length;
        using PooledArray<uint> pooled = PooledArray<uint>.Above(StackIdsMax, idsMax);
        Span<uint> kept = idsMax <= StackIdsMax ? stackalloc uint[StackIdsMax] : pooled.Span;
        return KeepCommon(operands, compact, kept).Length;
    }

    /// <summary>The ids of the compact <paramref name="first"/> that are in none of <paramref name="rest"/>.</summary>
    public static FrozenBitmap Subtract(ReadOnlyBitmap first, ReadOnlySpan<ReadOnlyBitmap> rest)
    {
        int idsMax = first.CompactIds.Length;
        using PooledArray<uint> pooled = PooledArray<uint>.Above(StackIdsMax, idsMax);
        Span<uint> kept = idsMax <= StackIdsMax ? stackalloc uint[StackIdsMax] : pooled.Span;
        return FrozenBitmap.FromAscending(KeepOthers(first, rest, kept));
    }

    /// <summary>The size of the same; allocates nothing.</summary>
    public static int SubtractCount(ReadOnlyBitmap first, ReadOnlySpan<ReadOnlyBitmap> rest)
    {
        int idsMax = first.CompactIds.Length;
        using PooledArray<uint> pooled = PooledArray<uint>.Above(StackIdsMax, idsMax);
        Span<uint> kept = idsMax <= StackIdsMax ? stackalloc uint[StackIdsMax] : pooled.Span;
        return KeepOthers(first, rest, kept).Length;
    }

    /// <summary>The size of the intersection, where at least one side is compact.</summary>
    public static long CountPair(ReadOnlyBitmap left, ReadOnlyBitmap right)
    {
        if (!left.IsCompact || (right.IsCompact && right.Cardinality < left.Cardinality)) (left, right) = (right, left);
        ReadOnlySpan<uint> ids = left.CompactIds;
        if (right.IsCompact) return IdSearch.Count(ids, right.CompactIds);
        return right is FrozenBitmap inMemory
            ? CountInContainers(ids, inMemory)
            : CountInChunks(ids, new ChunkCursor(right));
    }

    private static long CountInContainers(ReadOnlySpan<uint> ids, FrozenBitmap bitmap)
    {
        Span<ushort> room = stackalloc ushort[FormRules.CompactMax];
        ReadOnlySpan<ushort> chunks = bitmap.Chunks;
        int count = 0, i = 0;
        while (!ids.IsEmpty)
        {
            int chunk = (int)(ids[0] >> 16);
            i = Search.Gallop(chunks, i, (ushort)chunk);
            if (i == chunks.Length) break;
            // Ids of chunks that the other side lacks are passed over together.
            if (chunks[i] > chunk)
            {
                ids = ids[Search.Gallop(ids, 1, (uint)chunks[i] << 16)..];
                continue;
            }
            int end = ChunkEnd(ids);
            count += CountSlice(ids[..end], bitmap.Containers[i].View, room);
            ids = ids[end..];
        }
        return count;
    }

    private static long CountInChunks(ReadOnlySpan<uint> ids, ChunkCursor cursor)
    {
        Span<ushort> room = stackalloc ushort[FormRules.CompactMax];
        int count = 0;
        while (!ids.IsEmpty)
        {
            int chunk = (int)(ids[0] >> 16);
            cursor.SeekTo(chunk);
            if (cursor.Chunk == ChunkCursor.End) break;
            if (cursor.Chunk > chunk)
            {
                ids = ids[Search.Gallop(ids, 1, (uint)cursor.Chunk << 16)..];
                continue;
            }
            int end = ChunkEnd(ids);
            count += CountSlice(ids[..end], cursor.View, room);
            ids = ids[end..];
        }
        return count;
    }

    private static ReadOnlySpan<uint> KeepCommon(ReadOnlySpan<ReadOnlyBitmap> operands, int compact, Span<uint> kept)
    {
        ReadOnlySpan<uint> ids = operands[compact].CompactIds;
        for (int i = 0; i < operands.Length && !ids.IsEmpty; i++)
        {
            if (i != compact) ids = kept[..Keep(ids, operands[i], kept, wanted: 1)];
        }
        return ids;
    }

    private static ReadOnlySpan<uint> KeepOthers(
        ReadOnlyBitmap first, ReadOnlySpan<ReadOnlyBitmap> rest, Span<uint> kept)
    {
        ReadOnlySpan<uint> ids = first.CompactIds;
        foreach (ReadOnlyBitmap operand in rest) ids = kept[..Keep(ids, operand, kept, wanted: 0)];
        return ids;
    }

    /// <summary>
    /// Writes the ids that are (wanted 1) or are not (wanted 0) in <paramref name="operand"/>; returns their number.
    /// The target may be where the ids are.
    /// </summary>
    private static int Keep(ReadOnlySpan<uint> ids, ReadOnlyBitmap operand, Span<uint> target, int wanted)
    {
        if (operand.IsCompact) return IdSearch.Keep(ids, operand.CompactIds, target, wanted);
        int kept = 0;
        ChunkCursor cursor = new(operand);
        while (!ids.IsEmpty)
        {
            int chunk = (int)(ids[0] >> 16);
            int end = ChunkEnd(ids);
            cursor.SeekTo(chunk);
            if (cursor.Chunk == chunk)
            {
                kept += KeepSlice(ids[..end], cursor.View, target[kept..], wanted);
            }
            else if (wanted == 0)
            {
                ids[..end].CopyTo(target[kept..]);
                kept += end;
            }
            ids = ids[end..];
        }
        return kept;
    }

    private static int KeepSlice(ReadOnlySpan<uint> ids, in ContainerView view, Span<uint> target, int wanted)
    {
        int kept = 0, position = 0;
        foreach (uint id in ids)
        {
            int found = Holds(view, (ushort)id, ref position) ? 1 : 0;
            target[kept] = id;
            kept += found == wanted ? 1 : 0;
        }
        return kept;
    }

    /// <summary>Ids of one chunk; the room takes as many values as they are.</summary>
    private static int CountSlice(ReadOnlySpan<uint> ids, in ContainerView view, Span<ushort> room)
    {
        if (ids.Length < MergedIdsMin)
        {
            int count = 0;
            foreach (uint id in ids) count += Branchless.One(ContainerReading.Contains(view, (ushort)id));
            return count;
        }
        Widths.Narrow(ids, room);
        return ContainerAnd.Count(ContainerView.OfArray(room[..ids.Length]), view);
    }

    /// <summary>Asks for ascending values; <paramref name="position"/> remembers the place in an array.</summary>
    private static bool Holds(in ContainerView view, ushort value, ref int position)
    {
        if (view.Kind != ContainerKind.Array) return ContainerReading.Contains(view, value);
        ReadOnlySpan<ushort> values = view.Values;
        // The first search looks at the whole array, the others at what is near.
        position = position == 0 ? Search.LowerBound(values, value) : Search.Gallop(values, position, value);
        return position < values.Length && values[position] == value;
    }

    /// <summary>How many ids share the first one's chunk.</summary>
    private static int ChunkEnd(ReadOnlySpan<uint> ids)
    {
        uint chunk = ids[0] >> 16;
        return chunk == ushort.MaxValue ? ids.Length : Search.Gallop(ids, 1, (chunk + 1) << 16);
    }
}
