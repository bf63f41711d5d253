using Bitmapist.Roaring.Containers;
using Bitmapist.Roaring.Kernels;

namespace Bitmapist.Roaring.Operations;

/// <summary>The values in either of two containers. Results lie in the workspace or in an operand.</summary>
internal static class ContainerOr
{
    public static ContainerView Or(scoped in ContainerView left, scoped in ContainerView right, Workspace scratch)
    {
        if (left.IsFull || right.IsEmpty) return left;
        if (right.IsFull || left.IsEmpty) return right;
        return (left.Kind, right.Kind) switch
        {
            (ContainerKind.Bitset, ContainerKind.Bitset) =>
                scratch.WordsResult(WordLogic.Or(left.Words, right.Words, scratch.Words)),
            (ContainerKind.Bitset, _) => BitsetOther(left, right, scratch),
            (_, ContainerKind.Bitset) => BitsetOther(right, left, scratch),
            (ContainerKind.Array, ContainerKind.Array) => ArrayArray(left, right, scratch),
            _ => RunOperations.Apply(SetOperation.Or, left, right, scratch),
        };
    }

    private static ContainerView BitsetOther(
        scoped in ContainerView bitset, scoped in ContainerView other, Workspace scratch)
    {
        Span<ulong> words = scratch.Words;
        bitset.Words.CopyTo(words);
        if (other.Kind == ContainerKind.Array)
            return scratch.WordsResult(bitset.Cardinality + ArrayBits.Set(other.Values, words));
        WordRange.SetRuns(other.Values, words);
        return scratch.WordsResult(PopCount.Count(words));
    }

    private static ContainerView ArrayArray(
        scoped in ContainerView left, scoped in ContainerView right, Workspace scratch)
    {
        if (left.Cardinality + right.Cardinality <= FormRules.ArrayMax)
            return scratch.ArrayResult(ArrayUnion.Union(left.Values, right.Values, scratch.Values));
        Span<ulong> words = scratch.Words;
        ContainerReading.CopyWords(left, words);
        return scratch.WordsResult(left.Cardinality + ArrayBits.Set(right.Values, words));
    }
}
