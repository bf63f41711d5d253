using Bitmapist.Roaring.Containers;

namespace Bitmapist.Roaring.Operations;

/// <summary>
/// OR and XOR of bitmaps, which walk the same chunks. Compact operands are merged first where that is cheaper; a chunk
/// of three or more operands is gathered in a bitset and counted once at the end.
/// </summary>
internal static class Union
{
    public static FrozenBitmap Of(ReadOnlySpan<ReadOnlyBitmap> operands, SetOperation operation)
    {
        if (operands.Length == 1) return operands[0].ToFrozen();
        if (operands.Length == 2) return OfPair(operands[0], operands[1], operation);
        ReadOnlyBitmap[] rest = CompactMerge.MergeCompact(operands, operation);
        if (rest.Length == 0) return FrozenBitmap.Empty;
        if (rest.Length == 1) return rest[0].ToFrozen();
        if (rest.Length == 2) return OfPair(rest[0], rest[1], operation);
        ResultBuilder result = ResultBuilder.ForThisThread();
        Many(rest, operation, result);
        return result.ToFrozen();
    }

    /// <summary>The size of the union (or symmetric difference) of two bitmaps; allocates nothing.</summary>
    public static long CountPair(ReadOnlyBitmap left, ReadOnlyBitmap right, SetOperation operation)
    {
        // |A ∪ B| = |A| + |B| − |A ∩ B|; XOR leaves out the intersection once more.
        int share = operation == SetOperation.Or ? 1 : 2;
        return left.Cardinality + right.Cardinality - share * Intersection.CountPair(left, right);
    }

    private static FrozenBitmap OfPair(ReadOnlyBitmap left, ReadOnlyBitmap right, SetOperation operation)
    {
        if (left.IsEmpty) return right.ToFrozen();
        if (right.IsEmpty) return left.ToFrozen();
        if (left.IsCompact && right.IsCompact) return CompactMerge.Pair(left.CompactIds, right.CompactIds, operation);
        ResultBuilder result = ResultBuilder.ForThisThread();
        Workspace scratch = Workspace.First;
        ChunkCursor a = new(left), b = new(right);
        while (a.Chunk != b.Chunk || a.Chunk != ChunkCursor.End)
        {
            if (a.Chunk < b.Chunk)
            {
                result.Append(ref a, scratch);
                a.MoveNext();
            }
            else if (b.Chunk < a.Chunk)
            {
                result.Append(ref b, scratch);
                b.MoveNext();
            }
            else
            {
                AppendPair(ref a, ref b, operation, result, scratch);
                a.MoveNext();
                b.MoveNext();
            }
        }
        return result.ToFrozen();
    }

    private static void AppendPair(
        ref ChunkCursor a, ref ChunkCursor b, SetOperation operation, ResultBuilder result, Workspace scratch)
    {
        ContainerView aView = a.View, bView = b.View;
        if (operation == SetOperation.Xor)
            result.Append(a.Chunk, ContainerXor.Xor(aView, bView, scratch), scratch);
        else if (aView.IsFull) result.Append(ref a, scratch);
        else if (bView.IsFull) result.Append(ref b, scratch);
        else result.Append(a.Chunk, ContainerOr.Or(aView, bView, scratch), scratch);
    }

    private static void Many(ReadOnlySpan<ReadOnlyBitmap> operands, SetOperation operation, ResultBuilder result)
    {
        Workspace scratch = Workspace.First;
        using PooledArray<ChunkCursor> cursors = ChunkCursor.Of(operands);
        using ChunkFront front = new(cursors.Span);
        for (ReadOnlySpan<int> group = front.Group(); !group.IsEmpty; group = front.Group())
        {
            ref ChunkCursor first = ref cursors.Span[group[0]];
            if (group.Length == 1) result.Append(ref first, scratch);
            else if (group.Length == 2) AppendPair(ref first, ref cursors.Span[group[1]], operation, result, scratch);
            else AppendGroup(cursors.Span, group, operation, result, scratch);
            front.MoveGroup();
        }
    }

    private static void AppendGroup(
        Span<ChunkCursor> cursors, ReadOnlySpan<int> group, SetOperation operation, ResultBuilder result,
        Workspace scratch)
    {
        int cardinality = ChunkGroup.Gather(cursors, group, operation, scratch.Words);
        int chunk = cursors[group[0]].Chunk;
        if (cardinality == FormRules.ChunkIds) result.AppendContainer(chunk, FullChunk.Container);
        else result.Append(chunk, scratch.WordsResult(cardinality), scratch);
    }
}
