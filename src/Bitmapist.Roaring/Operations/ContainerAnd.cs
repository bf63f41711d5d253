using Bitmapist.Roaring.Containers;
using Bitmapist.Roaring.Kernels;

namespace Bitmapist.Roaring.Operations;

/// <summary>The values in both of two containers. Results lie in the workspace or in an operand.</summary>
internal static class ContainerAnd
{
    public static ContainerView And(scoped in ContainerView left, scoped in ContainerView right, Workspace scratch)
    {
        if (left.IsFull) return right;
        if (right.IsFull) return left;
        return (left.Kind, right.Kind) switch
        {
            (ContainerKind.Array, ContainerKind.Array) =>
                scratch.ArrayResult(ArrayIntersection.Intersect(left.Values, right.Values, scratch.Values)),
            (ContainerKind.Array, ContainerKind.Bitset) => ArrayBitset(left, right, scratch),
            (ContainerKind.Array, ContainerKind.Run) => ArrayRun(left, right, scratch),
            (ContainerKind.Bitset, ContainerKind.Array) => ArrayBitset(right, left, scratch),
            (ContainerKind.Bitset, ContainerKind.Bitset) => BitsetBitset(left, right, scratch),
            (ContainerKind.Bitset, ContainerKind.Run) => BitsetRun(left, right, scratch),
            (ContainerKind.Run, ContainerKind.Array) => ArrayRun(right, left, scratch),
            (ContainerKind.Run, ContainerKind.Bitset) => BitsetRun(right, left, scratch),
            _ => RunOperations.Apply(SetOperation.And, left, right, scratch),
        };
    }

    /// <summary>The size of the intersection; builds nothing.</summary>
    public static int Count(scoped in ContainerView left, scoped in ContainerView right)
    {
        if (left.IsFull) return right.Cardinality;
        if (right.IsFull) return left.Cardinality;
        return (left.Kind, right.Kind) switch
        {
            (ContainerKind.Array, ContainerKind.Array) => ArrayIntersection.Count(left.Values, right.Values),
            (ContainerKind.Array, ContainerKind.Bitset) => ArrayBits.AndCount(left.Values, right.Words),
            (ContainerKind.Array, ContainerKind.Run) => ArrayRuns.IntersectCount(left.Values, right.Values),
            (ContainerKind.Bitset, ContainerKind.Array) => ArrayBits.AndCount(right.Values, left.Words),
            (ContainerKind.Bitset, ContainerKind.Bitset) => WordLogic.AndCount(left.Words, right.Words),
            (ContainerKind.Bitset, ContainerKind.Run) => CountBitsInRuns(left.Words, right.Values),
            (ContainerKind.Run, ContainerKind.Array) => ArrayRuns.IntersectCount(right.Values, left.Values),
            (ContainerKind.Run, ContainerKind.Bitset) => CountBitsInRuns(right.Words, left.Values),
            _ => RunMerge.IntersectCount(left.Values, right.Values),
        };
    }

    private static ContainerView ArrayBitset(
        scoped in ContainerView array, scoped in ContainerView bitset, Workspace scratch) =>
        scratch.ArrayResult(ArrayBits.And(array.Values, bitset.Words, scratch.Values));

    private static ContainerView ArrayRun(
        scoped in ContainerView array, scoped in ContainerView run, Workspace scratch) =>
        scratch.ArrayResult(ArrayRuns.Intersect(array.Values, run.Values, scratch.Values));

    private static ContainerView BitsetBitset(
        scoped in ContainerView left, scoped in ContainerView right, Workspace scratch) =>
        scratch.WordsResult(WordLogic.And(left.Words, right.Words, scratch.Words));

    private static ContainerView BitsetRun(
        scoped in ContainerView bitset, scoped in ContainerView run, Workspace scratch)
    {
        Span<ulong> words = scratch.Words;
        bitset.Words.CopyTo(words);
        ReadOnlySpan<ushort> runs = run.Values;
        int clearFrom = 0;
        for (int i = 0; i < runs.Length; i += 2)
        {
            WordRange.Clear(words, clearFrom, runs[i]);
            clearFrom = runs[i] + runs[i + 1] + 1;
        }
        WordRange.Clear(words, clearFrom, FormRules.ChunkIds);
        return scratch.WordsResult(PopCount.Count(words));
    }

    private static int CountBitsInRuns(ReadOnlySpan<ulong> words, ReadOnlySpan<ushort> runs)
    {
        int count = 0;
        for (int i = 0; i < runs.Length; i += 2) count += WordRange.Count(words, runs[i], runs[i] + runs[i + 1] + 1);
        return count;
    }
}
