namespace Bitmapist.Roaring.Operations;

/// <summary>OR and XOR of compact sets: merging sorted ids.</summary>
internal static class CompactMerge
{
    /// <summary>
    /// The operands that are not empty, with all compact ones replaced by their union (or symmetric difference).
    /// </summary>
    public static ReadOnlyBitmap[] MergeCompact(ReadOnlySpan<ReadOnlyBitmap> operands, SweepOperation operation)
    {
        int compactCount = 0, otherCount = 0;
        long idCount = 0;
        foreach (ReadOnlyBitmap operand in operands)
        {
            if (operand.IsEmpty) continue;
            if (operand.IsCompact)
            {
                compactCount++;
                idCount += operand.Cardinality;
            }
            else
            {
                otherCount++;
            }
        }
        ReadOnlyBitmap[] rest = new ReadOnlyBitmap[otherCount + Math.Min(compactCount, 1)];
        uint[] ids = compactCount > 1 ? new uint[idCount] : [];
        int at = 0, written = 0;
        foreach (ReadOnlyBitmap operand in operands)
        {
            if (operand.IsEmpty) continue;
            if (!operand.IsCompact || compactCount == 1)
            {
                rest[at++] = operand;
                continue;
            }
            operand.CompactIds.CopyTo(ids.AsSpan(written));
            written += operand.CompactIds.Length;
        }
        if (compactCount > 1) rest[at] = FrozenBitmap.FromAscending(ids.AsSpan(0, SortAndReduce(ids, operation)));
        return rest;
    }

    /// <summary>Sorts the ids and keeps one of each (OR), or those that occur an odd number of times (XOR).</summary>
    private static int SortAndReduce(Span<uint> ids, SweepOperation operation)
    {
        ids.Sort();
        int kept = 0;
        for (int i = 0; i < ids.Length;)
        {
            uint id = ids[i];
            int end = i + 1;
            while (end < ids.Length && ids[end] == id) end++;
            if (operation == SweepOperation.Or || ((end - i) & 1) != 0) ids[kept++] = id;
            i = end;
        }
        return kept;
    }
}
