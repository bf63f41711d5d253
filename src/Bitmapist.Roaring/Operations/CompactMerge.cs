using System.Numerics;
using Bitmapist.Roaring.Kernels;

namespace Bitmapist.Roaring.Operations;

/// <summary>OR and XOR of compact sets: merging sorted ids.</summary>
internal static class CompactMerge
{
    /// <summary>Ids of a pair merged on the stack: 2 KiB.</summary>
    private const int StackIdsMax = 512;

    /// <summary>What merging costs for each id and doubling of the number of lists, measured in ns.</summary>
    private const int MergeCost = 2;

    /// <summary>
    /// What walking a compact set costs for each of its chunks beside other operands, measured in ns.
    /// </summary>
    private const int WalkCost = 30;

    /// <summary>
    /// The operands that are not empty; all compact ones are replaced by their union (or symmetric difference) when
    /// there is nothing else or merging them costs less than walking them chunk by chunk with the others.
    /// </summary>
    public static ReadOnlyBitmap[] MergeCompact(ReadOnlySpan<ReadOnlyBitmap> operands, SetOperation operation)
    {
        List<ReadOnlyBitmap> rest = new(operands.Length);
        int compactCount = 0, idCount = 0;
        long chunkCount = 0;
        foreach (ReadOnlyBitmap operand in operands)
        {
            if (operand.IsEmpty) continue;
            rest.Add(operand);
            if (!operand.IsCompact) continue;
            compactCount++;
            idCount += operand.CompactIds.Length;
            chunkCount += operand.ChunkCount;
        }
        if (compactCount < 2) return [.. rest];
        long mergeCost = (long)MergeCost * idCount * (BitOperations.Log2((uint)compactCount) + 1);
        if (compactCount < rest.Count && mergeCost > WalkCost * chunkCount) return [.. rest];

        uint[] ids = new uint[idCount];
        List<int> ends = new(compactCount);
        int written = 0;
        foreach (ReadOnlyBitmap operand in rest)
        {
            if (!operand.IsCompact) continue;
            operand.CompactIds.CopyTo(ids.AsSpan(written));
            written += operand.CompactIds.Length;
            ends.Add(written);
        }
        rest.RemoveAll(static operand => operand.IsCompact);
        rest.Add(MergeAll(ids, ends, operation));
        return [.. rest];
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
