using Bitmapist.Roaring.Containers;
using Bitmapist.Roaring.Kernels;

namespace Bitmapist.Roaring.Operations;

/// <summary>
/// AND of bitmaps. Chunks missing from any operand are skipped by galloping; a compact operand makes the rest a
/// question of membership.
/// </summary>
internal static class Intersection
{
    public static FrozenBitmap Of(ReadOnlySpan<ReadOnlyBitmap> operands)
    {
        if (operands.Length == 1) return operands[0].ToFrozen();
        if (operands.Length == 2) return OfPair(operands);
        using PooledArray<ReadOnlyBitmap> ordered = SmallestFirst(operands);
        if (ordered.Span[0].IsEmpty) return FrozenBitmap.Empty;
        int smallestCompact = FirstCompact(ordered.Span);
        if (smallestCompact >= 0) return CompactFilter.Intersect(ordered.Span, smallestCompact);

        ResultBuilder result = ResultBuilder.ForThisThread();
        Many(ordered.Span, result);
        return result.ToFrozen();
    }

    /// <summary>The size of the intersection; allocates nothing.</summary>
    public static long Count(ReadOnlySpan<ReadOnlyBitmap> operands)
    {
        if (operands.Length == 1) return operands[0].Cardinality;
        if (operands.Length == 2) return CountPair(operands[0], operands[1]);
        using PooledArray<ReadOnlyBitmap> ordered = SmallestFirst(operands);
        if (ordered.Span[0].IsEmpty) return 0;
        int smallestCompact = FirstCompact(ordered.Span);
        return smallestCompact >= 0
            ? CompactFilter.IntersectCount(ordered.Span, smallestCompact)
            : CountMany(ordered.Span);
    }

    /// <summary>The size of the intersection of two bitmaps; builds nothing.</summary>
    public static long CountPair(ReadOnlyBitmap left, ReadOnlyBitmap right)
    {
        if (left.IsEmpty || right.IsEmpty) return 0;
        if (left.IsCompact || right.IsCompact) return CompactFilter.CountPair(left, right);
        if (left is FrozenBitmap leftInMemory && right is FrozenBitmap rightInMemory)
            return CountPair(leftInMemory, rightInMemory);
        long count = 0;
        ChunkCursor a = new(left), b = new(right);
        while (Align(ref a, ref b))
        {
            count += ContainerAnd.Count(a.View, b.View);
            a.MoveNext();
            b.MoveNext();
        }
        return count;
    }

    /// <summary>The same for containers in memory, without cursors: with few of them, those would cost more.</summary>
    private static long CountPair(FrozenBitmap left, FrozenBitmap right)
    {
        ReadOnlySpan<ushort> leftChunks = left.Chunks, rightChunks = right.Chunks;
        ReadOnlySpan<Container> leftContainers = left.Containers, rightContainers = right.Containers;
        long count = 0;
        int i = 0, j = 0;
        while (i < leftChunks.Length && j < rightChunks.Length)
        {
            int difference = leftChunks[i] - rightChunks[j];
            if (difference == 0) count += ContainerAnd.Count(leftContainers[i++].View, rightContainers[j++].View);
            else if (difference < 0) i = Search.Gallop(leftChunks, i + 1, rightChunks[j]);
            else j = Search.Gallop(rightChunks, j + 1, leftChunks[i]);
        }
        return count;
    }

    private static FrozenBitmap OfPair(ReadOnlySpan<ReadOnlyBitmap> pair)
    {
        ReadOnlyBitmap left = pair[0], right = pair[1];
        if (left.IsEmpty || right.IsEmpty) return FrozenBitmap.Empty;
        if (left.IsCompact || right.IsCompact)
        {
            bool leftLeads = left.IsCompact && (!right.IsCompact || left.Cardinality <= right.Cardinality);
            return CompactFilter.Intersect(pair, leftLeads ? 0 : 1);
        }
        ResultBuilder result = ResultBuilder.ForThisThread();
        Workspace scratch = Workspace.First;
        ChunkCursor a = new(left), b = new(right);
        while (Align(ref a, ref b))
        {
            ContainerView aView = a.View, bView = b.View;
            if (aView.IsFull) result.Append(ref b, scratch);
            else if (bView.IsFull) result.Append(ref a, scratch);
            else result.Append(a.Chunk, ContainerAnd.And(aView, bView, scratch), scratch);
            a.MoveNext();
            b.MoveNext();
        }
        return result.ToFrozen();
    }

    private static void Many(ReadOnlySpan<ReadOnlyBitmap> operands, ResultBuilder result)
    {
        Workspace scratch = Workspace.First, other = Workspace.Second;
        using PooledArray<ChunkCursor> pooled = ChunkCursor.Of(operands);
        Span<ChunkCursor> cursors = pooled.Span;
        for (; AlignAll(cursors); cursors[0].MoveNext())
        {
            ContainerView view = cursors[0].View;
            for (int i = 1; i < cursors.Length && !view.IsEmpty; i++)
            {
                view = ContainerAnd.And(view, cursors[i].View, scratch);
                if (scratch.Holds(view)) (scratch, other) = (other, scratch); // the next step reads what this one wrote
            }
            result.Append(cursors[0].Chunk, view, other);
        }
    }

    private static long CountMany(ReadOnlySpan<ReadOnlyBitmap> operands)
    {
        Workspace scratch = Workspace.First, other = Workspace.Second;
        using PooledArray<ChunkCursor> pooled = ChunkCursor.Of(operands);
        Span<ChunkCursor> cursors = pooled.Span;
        long count = 0;
        for (; AlignAll(cursors); cursors[0].MoveNext())
        {
            ContainerView view = cursors[0].View;
            for (int i = 1; i < cursors.Length - 1 && !view.IsEmpty; i++)
            {
                view = ContainerAnd.And(view, cursors[i].View, scratch);
                if (scratch.Holds(view)) (scratch, other) = (other, scratch);
            }
            if (!view.IsEmpty) count += ContainerAnd.Count(view, cursors[^1].View);
        }
        return count;
    }

    /// <summary>Moves both cursors to the next chunk that both have; false when there is none.</summary>
    private static bool Align(ref ChunkCursor a, ref ChunkCursor b)
    {
        while (a.Chunk != b.Chunk)
        {
            if (a.Chunk < b.Chunk) a.SeekTo(b.Chunk);
            else b.SeekTo(a.Chunk);
        }
        return a.Chunk != ChunkCursor.End;
    }

    private static bool AlignAll(Span<ChunkCursor> cursors)
    {
        int chunk = cursors[0].Chunk;
        for (int i = 1; i < cursors.Length && chunk != ChunkCursor.End;)
        {
            cursors[i].SeekTo(chunk);
            if (cursors[i].Chunk == chunk)
            {
                i++;
                continue;
            }
            cursors[0].SeekTo(cursors[i].Chunk);
            chunk = cursors[0].Chunk;
            i = 1;
        }
        return chunk != ChunkCursor.End;
    }

    private static int FirstCompact(ReadOnlySpan<ReadOnlyBitmap> operands)
    {
        for (int i = 0; i < operands.Length; i++)
            if (operands[i].IsCompact) return i;
        return -1;
    }

    /// <summary>Fewest chunks lead: they decide which chunks of the others are looked at. Then fewest ids.</summary>
    private static PooledArray<ReadOnlyBitmap> SmallestFirst(ReadOnlySpan<ReadOnlyBitmap> operands)
    {
        var ordered = new PooledArray<ReadOnlyBitmap>(operands.Length);
        operands.CopyTo(ordered.Span);
        ordered.Span.Sort(static (left, right) => left.ChunkCount != right.ChunkCount
            ? left.ChunkCount.CompareTo(right.ChunkCount)
            : left.Cardinality.CompareTo(right.Cardinality));
        return ordered;
    }
}
