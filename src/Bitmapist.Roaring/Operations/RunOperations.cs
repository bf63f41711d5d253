using System.Diagnostics;
using Bitmapist.Roaring.Containers;
using Bitmapist.Roaring.Kernels;

namespace Bitmapist.Roaring.Operations;

/// <summary>The set operations on two operands.</summary>
internal enum SetOperation
{
    And,
    Or,
    Xor,
    AndNot,
}

/// <summary>
/// Operations with a run container on at least one side and no bitset. An array takes part as a list of runs, except
/// where the result can only be an array.
/// </summary>
internal static class RunOperations
{
    /// <summary>O(runs, values of an array included). Operands with too many runs go through a bitset.</summary>
    public static ContainerView Apply(
        SetOperation operation, scoped in ContainerView left, scoped in ContainerView right, Workspace scratch)
    {
        Debug.Assert(left.Kind != ContainerKind.Bitset && right.Kind != ContainerKind.Bitset);
        // Each run of an operand makes at most one result run, and a difference one more.
        if (RunsMax(left) + RunsMax(right) >= Workspace.RunsMax)
            return ThroughBitset(operation, left, right, scratch);
        ReadOnlySpan<ushort> leftRuns = left.Values, rightRuns = right.Values;
        if (left.Kind == ContainerKind.Array) leftRuns = ToRuns(leftRuns, scratch.Values);
        if (right.Kind == ContainerKind.Array) rightRuns = ToRuns(rightRuns, scratch.Values);
        int runCount = operation switch
        {
            SetOperation.And => RunMerge.Intersect(leftRuns, rightRuns, scratch.Runs),
            SetOperation.Or => RunMerge.Union(leftRuns, rightRuns, scratch.Runs),
            SetOperation.Xor => RunMerge.SymmetricDifference(leftRuns, rightRuns, scratch.Runs),
            _ => RunMerge.Difference(leftRuns, rightRuns, scratch.Runs),
        };
        return scratch.RunResult(runCount);
    }

    private static int RunsMax(in ContainerView view) =>
        view.Kind == ContainerKind.Run ? view.RunCount : view.Cardinality;

    private static ReadOnlySpan<ushort> ToRuns(ReadOnlySpan<ushort> values, Span<ushort> target) =>
        target[..(2 * RunList.FillFromArray(values, target))];

    private static ContainerView ThroughBitset(
        SetOperation operation, scoped in ContainerView left, scoped in ContainerView right, Workspace scratch)
    {
        Span<ulong> words = scratch.Words;
        ContainerReading.CopyWords(left, words);
        Span<ulong> other = stackalloc ulong[FormRules.ChunkWords];
        ContainerReading.CopyWords(right, other);
        return scratch.WordsResult(operation switch
        {
            SetOperation.And => WordLogic.And(words, other, words),
            SetOperation.Or => WordLogic.Or(words, other, words),
            SetOperation.Xor => WordLogic.Xor(words, other, words),
            _ => WordLogic.AndNot(words, other, words),
        });
    }
}
