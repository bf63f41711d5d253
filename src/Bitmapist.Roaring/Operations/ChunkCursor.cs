using Bitmapist.Roaring.Containers;
using Bitmapist.Roaring.Kernels;

namespace Bitmapist.Roaring.Operations;

/// <summary>
/// Walks the chunks of any bitmap upwards, compact ones included. Starts at the first chunk; <see cref="Chunk"/> is
/// <see cref="End"/> behind the last one.
/// </summary>
internal struct ChunkCursor
{
    /// <summary>Behind every chunk.</summary>
    public const int End = Limits.ChunksMax;

    private readonly ReadOnlyBitmap source;
    private readonly FrozenBitmap? inMemory; // null for serialized bytes
    private readonly int count; // containers, or ids of a compact set
    private int index; // the current container, or the first id of the current chunk
    private int next; // compact only: the first id behind the current chunk
    private ushort[]? scratch; // compact only: the current chunk's values

    public ChunkCursor(ReadOnlyBitmap source)
    {
        this.source = source;
        inMemory = source as FrozenBitmap;
        if (source.IsCompact)
        {
            count = source.CompactIds.Length;
            EnterCompactChunk(0);
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
        get
        {
            if (!source.IsCompact)
                return inMemory is null ? source.ViewAt(index) : inMemory.Containers[index].View;
            int length = next - index;
            if (scratch is null || scratch.Length < length) scratch = new ushort[Math.Max(length, 8)];
            CompactIds.CopyValues(source.CompactIds[index..next], scratch);
            return ContainerView.OfArray(scratch.AsSpan(0, length));
        }
    }

    /// <summary>Whether the chunk's container lies in memory and can be shared instead of copied.</summary>
    public readonly bool CanShare => inMemory is not null && !source.IsCompact;

    /// <summary>The container to share; only where <see cref="CanShare"/>.</summary>
    public readonly Container SharedContainer => inMemory!.Containers[index].Shared();

    public void MoveNext()
    {
        if (source.IsCompact) EnterCompactChunk(next);
        else EnterContainer(index + 1);
    }

    /// <summary>Moves to the first chunk at or after <paramref name="chunk"/>; never backwards; O(log distance).</summary>
    public void SeekTo(int chunk)
    {
        if (Chunk >= chunk) return;
        if (chunk == End)
        {
            Chunk = End;
            return;
        }
        if (source.IsCompact)
            EnterCompactChunk(Search.Gallop(source.CompactIds, next, (uint)chunk << 16));
        else if (inMemory is not null)
            EnterContainer(Search.Gallop(inMemory.Chunks, index + 1, (ushort)chunk));
        else
            EnterContainer(source.FindChunk(chunk));
    }

    private void EnterContainer(int at)
    {
        index = at;
        Chunk = at >= count ? End : inMemory is null ? source.ChunkAt(at) : inMemory.Chunks[at];
    }

    private void EnterCompactChunk(int at)
    {
        index = at;
        if (at >= count)
        {
            Chunk = End;
            return;
        }
        ReadOnlySpan<uint> ids = source.CompactIds;
        uint chunk = ids[at] >> 16;
        next = at + 1;
        while (next < count && ids[next] >> 16 == chunk) next++;
        Chunk = (int)chunk;
    }
}
