using System.Runtime.CompilerServices;
using Bitmapist.Roaring.Containers;
using Bitmapist.Roaring.Kernels;

namespace Bitmapist.Roaring;

/// <summary>
/// Walks the chunks of any bitmap upwards, compact ones included. Starts at the first chunk; <see cref="Chunk"/> is
/// <see cref="End"/> behind the last one.
/// </summary>
internal struct ChunkCursor
{
    /// <summary>Behind every chunk.</summary>
    public const int End = RoaringLimits.ChunksMax;

    // What the walk reads, by the bitmap's form: ids if it is compact, chunks and containers if it is in memory, the
    // bitmap itself if it is serialized.
    private readonly ReadOnlyBitmap source;
    private readonly uint[]? ids;
    private readonly ushort[]? chunks;
    private readonly Container[]? containers;
    private readonly int count; // containers, or ids of a compact set
    private int index; // the current container, or the first id of the current chunk
    private int next; // compact only: the first id behind the current chunk
    private ushort[]? scratch; // compact only: the current chunk's values

    public ChunkCursor(ReadOnlyBitmap source)
    {
        this.source = source;
        if (source is FrozenBitmap inMemory)
        {
            (ids, chunks, containers, count) = inMemory.Arrays;
            if (ids is not null) EnterCompactChunk(0);
            else EnterContainer(0);
        }
        else
        {
            count = source.ContainerCount;
            EnterContainer(0);
        }
    }

    public int Chunk { get; private set; }

    /// <summary>
    /// The current chunk's ids. A compact set's are copied to the cursor's scratch memory: valid until it moves.
    /// </summary>
    public ContainerView View
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => CanShare ? containers![index].View : ids is null ? source.ViewAt(index) : CompactView();
    }

    /// <summary>Whether the chunk's container lies in memory and can be shared instead of copied.</summary>
    public readonly bool CanShare => ids is null && containers is not null;

    /// <summary>The container to share; only where <see cref="CanShare"/>.</summary>
    public readonly Container SharedContainer => containers![index].Shared();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void MoveNext()
    {
        if (ids is null) EnterContainer(index + 1);
        else EnterCompactChunk(next);
    }

    /// <summary>Back to the first chunk; the scratch memory is kept.</summary>
    public void Rewind()
    {
        if (ids is null) EnterContainer(0);
        else EnterCompactChunk(0);
    }

    /// <summary>
    /// Moves to the first chunk at or after <paramref name="chunk"/>; never backwards; O(log distance).
    /// </summary>
    public void SeekTo(int chunk)
    {
        if (Chunk >= chunk) return;
        if (chunk == End) Chunk = End;
        else if (ids is not null) EnterCompactChunk(Search.Gallop(ids.AsSpan(0, count), next, (uint)chunk << 16));
        else if (CanShare) EnterContainer(Search.Gallop(chunks.AsSpan(0, count), index + 1, (ushort)chunk));
        else EnterContainer(source.FindChunk(chunk));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void EnterContainer(int at)
    {
        index = at;
        Chunk = at >= count ? End : chunks is not null ? chunks[at] : source.ChunkAt(at);
    }

    private void EnterCompactChunk(int at)
    {
        index = at;
        if (at >= count)
        {
            Chunk = End;
            return;
        }
        ReadOnlySpan<uint> all = ids.AsSpan(0, count);
        uint chunk = all[at] >> 16;
        next = at + 1;
        while (next < all.Length && all[next] >> 16 == chunk) next++;
        Chunk = (int)chunk;
    }

    private ContainerView CompactView()
    {
        int length = next - index;
        if (scratch is null || scratch.Length < length) scratch = new ushort[Math.Max(length, 8)];
        CompactIds.CopyValues(ids.AsSpan(index, length), scratch);
        return ContainerView.OfArray(scratch.AsSpan(0, length));
    }
}
