using Bitmapist.Roaring.Kernels;

namespace Bitmapist.Roaring.Operations;

/// <summary>OR and XOR of compact sets: merging sorted ids.</summary>
internal static class CompactMerge
{
    /// <summary>
    /// The operands that are not empty, with all compact ones replaced by their union (or symmetric difference).
    /// </summary>
    public static ReadOnlyBitmap[] MergeCompact(ReadOnlySpan<ReadOnlyBitmap> operands, SetOperation operation)
    {
        int compactCount = 0, otherCount = 0, idCount = 0;
        foreach (ReadOnlyBitmap operand in operands)
        {
            if (operand.IsEmpty) continue;
            if (operand.IsCompact) compactCount++;
            else otherCount++;
            idCount += operand.CompactIds.Length;
        }
        bool merges = compactCount > 1;
        ReadOnlyBitmap[] rest = new ReadOnlyBitmap[otherCount + Math.Min(compactCount, 1)];
        uint[] ids = new uint[merges ? idCount : 0];
        List<int> ends = new(merges ? compactCount : 0);
        int at = 0, written = 0;
        foreach (ReadOnlyBitmap operand in operands)
        {
            if (operand.IsEmpty) continue;
            if (!operand.IsCompact || !merges)
            {
                rest[at++] = operand;
                continue;
            }
            operand.CompactIds.CopyTo(ids.AsSpan(written));
            written += operand.CompactIds.Length;
            ends.Add(written);
        }
        if (merges) rest[at] = MergeAll(ids, ends, operation);
        return rest;
    }

    /// <summary>The union (or symmetric difference) of two compact sets.</summary>
    public static FrozenBitmap Pair(ReadOnlySpan<uint> left, ReadOnlySpan<uint> right, SetOperation operation)
    {
        Span<uint> merged = left.Length + right.Length <= StackIdsMax
            ? stackalloc uint[StackIdsMax]
            : new uint[left.Length + right.Length];
        int count = operation == SetOperation.Or
            ? IdMerge.Union(left, right, merged)
            : IdMerge.SymmetricDifference(left, right, merged);
        return FrozenBitmap.FromAscending(merged[..count]);
    }

    /// <summary>Ids of a pair merged on the stack: 2 KiB.</summary>
    private const int StackIdsMax = 512;

    /// <summary>
    /// Merges neighbouring lists, each ending where <paramref name="ends"/> says, until one is left; O(n log lists).
    /// </summary>
    private static FrozenBitmap MergeAll(uint[] ids, List<int> ends, SetOperation operation)
    {
        uint[] source = ids, target = new uint[ids.Length];
        while (ends.Count > 1)
        {
            int start = 0, written = 0, lists = 0;
            for (int i = 0; i < ends.Count; i += 2)
            {
                ReadOnlySpan<uint> left = source.AsSpan(start..ends[i]);
                ReadOnlySpan<uint> right = i + 1 < ends.Count ? source.AsSpan(ends[i]..ends[i + 1]) : default;
                start += left.Length + right.Length;
                written += operation == SetOperation.Or
                    ? IdMerge.Union(left, right, target.AsSpan(written))
                    : IdMerge.SymmetricDifference(left, right, target.AsSpan(written));
                ends[lists++] = written;
            }
            ends.RemoveRange(lists, ends.Count - lists);
            (source, target) = (target, source);
        }
        return FrozenBitmap.FromAscending(source.AsSpan(0, ends[0]));
    }
}
