using Bitmapist.Roaring.Containers;

namespace Bitmapist.Roaring.Operations;

/// <summary>Bitmaps and containers of all ids in a range.</summary>
internal static class RangeBitmap
{
    /// <summary>The ids start … end − 1; full chunks share one array. O(chunks).</summary>
    public static FrozenBitmap Of(long start, long end)
    {
        if (start >= end) return FrozenBitmap.Empty;
        ResultBuilder result = ResultBuilder.ForThisThread();
        int firstChunk = (int)(start >> 16), lastChunk = (int)((end - 1) >> 16);
        for (int chunk = firstChunk; chunk <= lastChunk; chunk++)
        {
            int from = chunk == firstChunk ? (int)(start & 0xFFFF) : 0;
            int to = chunk == lastChunk ? (int)((end - 1) & 0xFFFF) + 1 : FormRules.ChunkIds;
            result.AppendContainer(chunk, OfChunk(from, to));
        }
        return result.ToFrozen();
    }

    /// <summary>The values from … to − 1 of one chunk, not empty, as one run.</summary>
    public static Container OfChunk(int from, int to) => to - from == FormRules.ChunkIds
        ? FullChunk.Container
        : Container.OfRuns([(ushort)from, (ushort)(to - from - 1)], 1, to - from);
}
