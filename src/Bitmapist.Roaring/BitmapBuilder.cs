using System.Diagnostics;
using Bitmapist.Roaring.Containers;
using Bitmapist.Roaring.Kernels;
using Bitmapist.Roaring.Operations;

namespace Bitmapist.Roaring;

/// <summary>
/// Builds a bitmap from ids or words that come in ascending order; each chunk takes its smallest form, run containers
/// included. One thread at a time; <see cref="ToFrozen"/> leaves the builder empty.
/// </summary>
public sealed class BitmapBuilder
{
    private readonly ResultBuilder result = new();
    private readonly ulong[] pending = new ulong[FormRules.ChunkWords]; // the ids of the last chunk so far
    private int pendingChunk = -1;
    private int pendingCount;

    /// <summary>
    /// Appends the first (up to 1,024) words of a chunk; bit i of words[w] is id chunk × 65,536 + 64 w + i. Chunks
    /// ascend strictly over all appends.
    /// </summary>
    public void AppendWords(int chunk, ReadOnlySpan<ulong> words)
    {
        Debug.Assert(chunk is >= 0 and < Limits.ChunksMax && words.Length <= FormRules.ChunkWords);
        int count = PopCount.Count(words);
        if (count == 0) return;
        Debug.Assert(chunk > pendingChunk, "chunks must ascend");
        Flush();
        words.CopyTo(pending);
        pendingChunk = chunk;
        pendingCount = count;
        Flush();
    }

    /// <summary>Appends ids in strictly ascending order, all above those appended before.</summary>
    public void AppendIds(ReadOnlySpan<uint> ascendingIds)
    {
        CompactIds.AssertAscending(ascendingIds);
        foreach (uint id in ascendingIds)
        {
            int chunk = (int)(id >> 16);
            if (chunk != pendingChunk)
            {
                Debug.Assert(chunk > pendingChunk, "chunks must ascend");
                Flush();
                pendingChunk = chunk;
            }
            pending[(id & 0xFFFF) >> 6] |= 1UL << (int)id;
            pendingCount++;
        }
    }

    public FrozenBitmap ToFrozen()
    {
        Flush();
        pendingChunk = -1;
        return result.ToFrozen();
    }

    private void Flush()
    {
        if (pendingCount == 0) return;
        Workspace scratch = Workspace.First;
        ContainerView view = ContainerView.OfBitset(pending, pendingCount);
        if (FormRules.PrefersRuns(RunList.CountRuns(view), pendingCount))
            result.Append(pendingChunk, ContainerCopy.Smallest(view).View, scratch);
        else if (pendingCount > FormRules.ArrayMax)
            result.AppendContainer(pendingChunk, ContainerCopy.Plain(view));
        else
        {
            BitExtraction.Values(pending, pendingCount, scratch.Values);
            result.Append(pendingChunk, scratch.ArrayResult(pendingCount), scratch);
        }
        Array.Clear(pending);
        pendingCount = 0;
    }
}
