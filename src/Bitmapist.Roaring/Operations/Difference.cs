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

    public static long Count(ReadOnlyBitmap first, ReadOnlySpan<ReadOnlyBitmap> rest)
    {
        if (rest.IsEmpty) return first.Cardinality;
        if (rest.Length == 1) return first.Cardinality - Intersection.CountPair(first, rest[0]);
        if (first.IsCompact) return CompactFilter.Subtract(first, rest).Cardinality;
        return Walk(first, rest, result: null);
    }

    /// <summary>Returns the result's cardinality; builds it where a builder is given.</summary>
    private static long Walk(ReadOnlyBitmap first, ReadOnlySpan<ReadOnlyBitmap> rest, ResultBuilder? result)
    {
        Workspace scratch = Workspace.First, other = Workspace.Second;
        ChunkCursor[] others = new ChunkCursor[rest.Length];
        for (int i = 0; i < others.Length; i++) others[i] = new ChunkCursor(rest[i]);
        long cardinality = 0;
        for (ChunkCursor cursor = new(first); cursor.Chunk != ChunkCursor.End; cursor.MoveNext())
        {
            ContainerView view = cursor.View;
            bool touched = false;
            foreach (ref ChunkCursor subtrahend in others.AsSpan())
            {
                subtrahend.SeekTo(cursor.Chunk);
                if (subtrahend.Chunk != cursor.Chunk || view.IsEmpty) continue;
                touched = true;
                view = ContainerAndNot.AndNot(view, subtrahend.View, scratch);
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
