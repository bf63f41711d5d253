using Bitmapist.Roaring.Containers;

namespace Bitmapist.Roaring.Operations;

/// <summary>AND NOT of a bitmap and any number of others: only the first one's chunks are walked.</summary>
internal static class Difference
{
    public static FrozenBitmap Of(ReadOnlyBitmap first, ReadOnlySpan<ReadOnlyBitmap> rest)
    {
        if (rest.IsEmpty) return first.ToFrozen();
        if (first.IsCompact) return CompactFilter.Subtract(first, rest);
        ResultBuilder result = ResultBuilder.ForThisThread();
        Walk(first, rest, result);
        return result.ToFrozen();
    }

    /// <summary>The size of the difference; allocates nothing.</summary>
    public static long Count(ReadOnlyBitmap first, ReadOnlySpan<ReadOnlyBitmap> rest)
    {
        if (rest.IsEmpty) return first.Cardinality;
        if (rest.Length == 1) return first.Cardinality - Intersection.CountPair(first, rest[0]);
        if (first.IsCompact) return CompactFilter.SubtractCount(first, rest);
        return Walk(first, rest, result: null);
    }

    /// <summary>Returns the result's cardinality; builds it where a builder is given.</summary>
    private static long Walk(ReadOnlyBitmap first, ReadOnlySpan<ReadOnlyBitmap> rest, ResultBuilder? result)
    {
        Workspace scratch = Workspace.First, other = Workspace.Second;
        using PooledArray<ChunkCursor> others = ChunkCursor.Of(rest);
        Span<ushort> room = stackalloc ushort[FormRules.CompactMax];
        long cardinality = 0;
        for (ChunkCursor cursor = new(first); cursor.Chunk != ChunkCursor.End; cursor.MoveNext())
        {
            scoped ContainerView view = cursor.View; // or what is left of it, in a workspace
            bool touched = false;
            foreach (ref ChunkCursor subtrahend in others.Span)
            {
                subtrahend.SeekTo(cursor.Chunk);
                if (subtrahend.Chunk != cursor.Chunk || view.IsEmpty) continue;
                touched = true;
                view = ContainerAndNot.AndNot(view, subtrahend.ViewIn(room), scratch);
                if (scratch.Holds(view)) (scratch, other) = (other, scratch); // the next step reads what this one wrote
            }
            cardinality += view.Cardinality;
            if (result is null) continue;
            if (touched) result.Append(cursor.Chunk, view, other);
            else result.Append(ref cursor, other);
        }
        return cardinality;
    }
}
