using Bitmapist.Roaring.Containers;
using Bitmapist.Roaring.Kernels;

namespace Bitmapist.Roaring.Operations;

/// <summary>Keeps those ids of a compact set that other bitmaps hold, or do not hold.</summary>
internal static class CompactFilter
{
    /// <summary>The intersection of all operands, of which the one at <paramref name="compact"/> is compact.</summary>
    public static FrozenBitmap Intersect(ReadOnlyBitmap[] operands, int compact)
    {
        uint[] ids = operands[compact].CompactIds.ToArray();
        int count = ids.Length;
        for (int i = 0; i < operands.Length && count > 0; i++)
        {
            if (i != compact) count = Keep(ids, count, operands[i], wanted: true);
        }
        return FrozenBitmap.FromAscending(ids.AsSpan(0, count));
    }

    /// <summary>The ids of the compact <paramref name="first"/> that are in none of <paramref name="rest"/>.</summary>
    public static FrozenBitmap Subtract(ReadOnlyBitmap first, ReadOnlySpan<ReadOnlyBitmap> rest)
    {
        uint[] ids = first.CompactIds.ToArray();
        int count = ids.Length;
        foreach (ReadOnlyBitmap operand in rest) count = Keep(ids, count, operand, wanted: false);
        return FrozenBitmap.FromAscending(ids.AsSpan(0, count));
    }

    /// <summary>The size of the intersection, where at least one side is compact.</summary>
    public static long CountPair(ReadOnlyBitmap left, ReadOnlyBitmap right)
    {
        if (!left.IsCompact || (right.IsCompact && right.Cardinality < left.Cardinality)) (left, right) = (right, left);
        ReadOnlySpan<uint> ids = left.CompactIds;
        return right.IsCompact ? CountInIds(ids, right.CompactIds) : CountInContainers(ids, right);
    }

    /// <summary>Moves the ids that are (or are not) in <paramref name="operand"/> to the front; returns their number.</summary>
    private static int Keep(uint[] ids, int count, ReadOnlyBitmap operand, bool wanted) => operand.IsCompact
        ? KeepInIds(ids, count, operand.CompactIds, wanted)
        : KeepInContainers(ids, count, operand, wanted);

    private static int KeepInIds(uint[] ids, int count, ReadOnlySpan<uint> others, bool wanted)
    {
        int kept = 0, position = 0;
        for (int i = 0; i < count; i++)
        {
            uint id = ids[i];
            position = Search.Gallop(others, position, id);
            bool found = position < others.Length && others[position] == id;
            ids[kept] = id;
            kept += found == wanted ? 1 : 0;
        }
        return kept;
    }

    private static int KeepInContainers(uint[] ids, int count, ReadOnlyBitmap operand, bool wanted)
    {
        int kept = 0;
        ChunkCursor cursor = new(operand);
        for (int i = 0; i < count;)
        {
            int chunk = (int)(ids[i] >> 16);
            cursor.SeekTo(chunk);
            bool held = cursor.Chunk == chunk;
            ContainerView view = held ? cursor.View : default;
            for (; i < count && (int)(ids[i] >> 16) == chunk; i++)
            {
                uint id = ids[i];
                bool found = held && ContainerReading.Contains(view, (ushort)id);
                ids[kept] = id;
                kept += found == wanted ? 1 : 0;
            }
        }
        return kept;
    }

    private static long CountInIds(ReadOnlySpan<uint> few, ReadOnlySpan<uint> many)
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

    private static long CountInContainers(ReadOnlySpan<uint> ids, ReadOnlyBitmap operand)
    {
        int count = 0;
        ChunkCursor cursor = new(operand);
        for (int i = 0; i < ids.Length;)
        {
            int chunk = (int)(ids[i] >> 16);
            cursor.SeekTo(chunk);
            bool held = cursor.Chunk == chunk;
            ContainerView view = held ? cursor.View : default;
            for (; i < ids.Length && (int)(ids[i] >> 16) == chunk; i++)
                count += held && ContainerReading.Contains(view, (ushort)ids[i]) ? 1 : 0;
        }
        return count;
    }
}
