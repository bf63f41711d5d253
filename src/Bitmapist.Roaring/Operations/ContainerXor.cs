using Bitmapist.Roaring.Containers;
using Bitmapist.Roaring.Kernels;

namespace Bitmapist.Roaring.Operations;

/// <summary>The values in exactly one of two containers. Results lie in the workspace or in an operand.</summary>
internal static class ContainerXor
{
    public static ContainerView Xor(scoped in ContainerView left, scoped in ContainerView right, Workspace scratch)
    {
        if (right.IsEmpty) return left;
        if (left.IsEmpty) return right;
        return (left.Kind, right.Kind) switch
        {
            (ContainerKind.Bitset, ContainerKind.Bitset) =>
                scratch.WordsResult(WordLogic.Xor(left.Words, right.Words, scratch.Words)),
            (ContainerKind.Bitset, _) => BitsetOther(left, right, scratch),
            (_, ContainerKind.Bitset) => BitsetOther(right, left, scratch),
            (ContainerKind.Array, ContainerKind.Array) => ArrayArray(left, right, scratch),
            _ => RunOperations.Apply(SetOperation.Xor, left, right, scratch),
        };
    }

    private static ContainerView BitsetOther(
        scoped in ContainerView bitset, scoped in ContainerView other, Workspace scratch)
    {
        Span<ulong> words = scratch.Words;
        bitset.Words.CopyTo(words);
        if (other.Kind == ContainerKind.Array)
            return scratch.WordsResult(bitset.Cardinality + ArrayBits.Flip(other.Values, words));
        ContainerReading.XorInto(other, words);
        return scratch.WordsResult(PopCount.Count(words));
    }

    private static ContainerView ArrayArray(
        scoped in ContainerView left, scoped in ContainerView right, Workspace scratch)
    {
        if (left.Cardinality + right.Cardinality <= FormRules.ArrayMax)
            return scratch.ArrayResult(ArrayUnion.SymmetricDifference(left.Values, right.Values, scratch.Values));
        Span<ulong> words = scratch.Words;
        ContainerReading.CopyWords(left, words);
        return scratch.WordsResult(left.Cardinality + ArrayBits.Flip(right.Values, words));
    }
}
