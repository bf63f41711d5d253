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
    private readonly ReadOnlyBitmap _source;
    private readonly uint[]? _ids;
    private readonly ushort[]? _chunks;
    private readonly Container[]? _containers;
    private readonly int _count; // containers, or ids of a compact set
    private int _index; // the current container, or the first id of the current chunk
    private int _next; // compact only: the first id behind the current chunk
    private ushort[]? _scratch; // compact only: the current chunk's values

    public ChunkCursor(ReadOnlyBitmap source)
    {
        _source = source;
        if (source is FrozenBitmap inMemory)
        {
            (_ids, _chunks, _containers, _count) = inMemory.Arrays;
            if (_ids is not null) EnterCompactChunk(0);
            else EnterContainer(0);
        }
        else
        {
            _count = source.ContainerCount;
            EnterContainer(0);
        }
    }

    /// <summary>The ascending ids at the start of an array, as if they were a compact set.</summary>
    public ChunkCursor(uint[] ids, int count)
    {
        _source = FrozenBitmap.Empty;
        _ids = ids;
        _count = count;
        EnterCompactChunk(0);
    }

    public int Chunk { get; private set; }

    /// <summary>A cursor for each bitmap.</summary>
    public static PooledArray<ChunkCursor> Of(ReadOnlySpan<ReadOnlyBitmap> bitmaps)
    {
        var cursors = new PooledArray<ChunkCursor>(bitmaps.Length);
        for (int i = 0; i < bitmaps.Length; i++) cursors.Span[i] = new ChunkCursor(bitmaps[i]);
        return cursors;
    }

    /// <summary>
    /// The current chunk's ids. A compact set's are copied to the cursor's scratch memory: valid until it moves.
    /// </summary>
    public ContainerView View
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => CanShare ? _containers![_index].View : _ids is null ? _source.ViewAt(_index) : CompactView();
    }

    /// <summary>Whether the chunk's container lies in memory and can be shared instead of copied.</summary>
    public readonly bool CanShare => _ids is null && _containers is not null;

    /// <summary>Whether the current chunk is an array, or ids of a compact set.</summary>
    public readonly bool IsArray => CanShare ? _containers![_index].Kind == ContainerKind.Array
        : _ids is not null || _source.ViewAt(_index).Kind == ContainerKind.Array;

    /// <summary>The container to share; only where <see cref="CanShare"/>.</summary>
    public readonly Container SharedContainer => _containers![_index].Shared();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void MoveNext()
    {
        if (_ids is null) EnterContainer(_index + 1);
        else EnterCompactChunk(_next);
    }

    /// <summary>
    /// Moves to the first chunk at or after <paramref name="chunk"/>; never backwards; O(log distance).
    /// </summary>
    public void SeekTo(int chunk)
    {
        if (Chunk >= chunk) return;
        if (chunk == End) Chunk = End;
        else if (_ids is not null) EnterCompactChunk(Search.Gallop(_ids.AsSpan(0, _count), _next, (uint)chunk << 16));
        else if (CanShare) EnterContainer(Search.Gallop(_chunks.AsSpan(0, _count), _index + 1, (ushort)chunk));
        else EnterContainer(_source.FindChunk(chunk));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void EnterContainer(int at)
    {
        _index = at;
        Chunk = at >= _count ? End : _chunks is not null ? _chunks[at] : _source.ChunkAt(at);
    }

    private void EnterCompactChunk(int at)
    {
        _index = at;
        if (at >= _count)
        {
            Chunk = End;
            return;
        }
        ReadOnlySpan<uint> all = _ids.AsSpan(0, _count);
        uint chunk = all[at] >> 16;
        _next = at + 1;
        while (_next < all.Length && all[_next] >> 16 == chunk) _next++;
        Chunk = (int)chunk;
    }

    /// <summary>
    /// The current chunk's ids. A compact set's are copied to <paramref name="room"/>, which has room for all of them.
    /// </summary>
    public readonly ContainerView ViewIn(Span<ushort> room)
    {
        if (CanShare) return _containers![_index].View;
        if (_ids is null) return _source.ViewAt(_index);
        ReadOnlySpan<uint> ids = _ids.AsSpan(_index, _next - _index);
        Widths.Narrow(ids, room);
        return ContainerView.OfArray(room[..ids.Length]);
    }

    private ContainerView CompactView()
    {
        int length = _next - _index;
        if (_scratch is null || _scratch.Length < length) _scratch = new ushort[Math.Max(length, 8)];
        Widths.Narrow(_ids.AsSpan(_index, length), _scratch);
        return ContainerView.OfArray(_scratch.AsSpan(0, length));
    }
}
