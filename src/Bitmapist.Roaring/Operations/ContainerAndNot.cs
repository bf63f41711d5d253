using Bitmapist.Roaring.Containers;
using Bitmapist.Roaring.Kernels;

namespace Bitmapist.Roaring.Operations;

/// <summary>
/// The values in the first container and not in the second. Results lie in the workspace or in an operand.
/// </summary>
internal static class ContainerAndNot
{
    public static ContainerView AndNot(scoped in ContainerView left, scoped in ContainerView right, Workspace scratch)
    {
        if (right.IsEmpty || left.IsEmpty) return left;
        if (right.IsFull) return scratch.ArrayResult(0);
        return (left.Kind, right.Kind) switch
        {
            (ContainerKind.Array, ContainerKind.Array) =>
                scratch.ArrayResult(ArrayIntersection.Difference(left.Values, right.Values, scratch.Values)),
            (ContainerKind.Array, ContainerKind.Bitset) =>
                scratch.ArrayResult(ArrayBits.AndNot(left.Values, right.Words, scratch.Values)),
            (ContainerKind.Array, ContainerKind.Run) =>
                scratch.ArrayResult(ArrayRuns.Difference(left.Values, right.Values, scratch.Values)),
            (ContainerKind.Bitset, ContainerKind.Bitset) =>
                scratch.WordsResult(WordLogic.AndNot(left.Words, right.Words, scratch.Words)),
            (ContainerKind.Bitset, _) => BitsetOther(left, right, scratch),
            (ContainerKind.Run, ContainerKind.Bitset) => RunBitset(left, right, scratch),
            _ => RunOperations.Apply(SetOperation.AndNot, left, right, scratch),
        };
    }

    private static ContainerView BitsetOther(
        scoped in ContainerView left, scoped in ContainerView right, Workspace scratch)
    {
        Span<ulong> words = scratch.Words;
        left.Words.CopyTo(words);
        ReadOnlySpan<ushort> values = right.Values;
        if (right.Kind == ContainerKind.Array)
            return scratch.WordsResult(left.Cardinality - ArrayBits.Clear(values, words));
        for (int i = 0; i < values.Length; i += 2) WordRange.Clear(words, values[i], values[i] + values[i + 1] + 1);
        return scratch.WordsResult(PopCount.Count(words));
    }

    private static ContainerView RunBitset(
        scoped in ContainerView left, scoped in ContainerView right, Workspace scratch)
    {
        Span<ulong> words = scratch.Words;
        ContainerReading.CopyWords(left, words);
        return scratch.WordsResult(WordLogic.AndNot(words, right.Words, words));
    }
}
