using Bitmapist.Roaring.Containers;
using Bitmapist.Roaring.Operations;

namespace Bitmapist.Roaring;

/// <summary>Reads the ids of a bitmap upwards, a batch at a time. One thread at a time.</summary>
public sealed class BitmapIterator
{
    private readonly ReadOnlyBitmap bitmap;
    private int index; // the current container, or the next id of a compact set
    private int from; // the next value within the current container

    internal BitmapIterator(ReadOnlyBitmap bitmap, long from)
    {
        this.bitmap = bitmap;
        if (bitmap.IsCompact)
        {
            index = CompactIds.CountBelow(bitmap.CompactIds, from);
            return;
        }
        int chunk = (int)(from >> 16); // 65,536 for the end: behind every container
        index = chunk == Limits.ChunksMax ? bitmap.ContainerCount : bitmap.FindChunk(chunk);
        bool startsInside = index < bitmap.ContainerCount && bitmap.ChunkAt(index) == chunk;
        this.from = startsInside ? (int)(from & 0xFFFF) : 0;
    }

    /// <summary>Writes the next ids, ascending; returns their number, 0 at the end (or for an empty span).</summary>
    public int NextBatch(Span<uint> ids)
    {
        if (bitmap.IsCompact)
        {
            ReadOnlySpan<uint> rest = bitmap.CompactIds[index..];
            int count = Math.Min(rest.Length, ids.Length);
            rest[..count].CopyTo(ids);
            index += count;
            return count;
        }
        int written = 0;
        while (written < ids.Length && index < bitmap.ContainerCount)
        {
            written += ContainerBatch.Copy(bitmap.ViewAt(index), bitmap.ChunkAt(index), ref from, ids[written..]);
            if (from < FormRules.ChunkIds) continue;
            index++;
            from = 0;
        }
        return written;
    }
}
