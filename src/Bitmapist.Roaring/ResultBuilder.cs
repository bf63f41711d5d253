using System.Diagnostics;
using Bitmapist.Roaring.Containers;
using Bitmapist.Roaring.Kernels;

namespace Bitmapist.Roaring;

/// <summary>
/// Collects chunks in ascending order and makes a frozen bitmap of them. Small sparse results stay ids and never
/// become containers. One thread at a time.
/// </summary>
internal sealed class ResultBuilder
{
    /// <summary>Entries whose arrays a thread keeps for its next result: 18 B × 4,096 = 72 KiB.</summary>
    private const int KeptEntriesMax = 4_096;

    [ThreadStatic]
    private static ResultBuilder? s_cached;

    private ushort[] _chunks = new ushort[16];
    private Container[] _containers = new Container[16];
    private int _count;
    private uint[]? _ids; // those appended while every chunk was small
    private int _idCount;
    private int _idChunks;
    private bool _isCompact = true;
    private long _cardinality;
    private int _lastChunk = -1;

    /// <summary>This thread's builder, empty. <see cref="ToFrozen"/> ends its use.</summary>
    public static ResultBuilder ForThisThread()
    {
        ResultBuilder builder = s_cached ??= new ResultBuilder();
        builder.Reset(); // an exception may have left something behind
        return builder;
    }

    /// <summary>
    /// Appends a chunk by value: an array may go to the compact form, anything else becomes a container.
    /// </summary>
    public void Append(int chunk, in ContainerView view, Workspace scratch)
    {
        if (view.IsEmpty || TryAppendCompact(chunk, view)) return;
        AppendContainer(chunk, scratch.Materialise(view));
    }

    /// <summary>Appends the chunk under a cursor: shares its container if there is one in memory.</summary>
    public void Append(ref ChunkCursor cursor, Workspace scratch)
    {
        if (!cursor.CanShare)
        {
            Append(cursor.Chunk, cursor.View, scratch);
            return;
        }
        Container shared = cursor.SharedContainer;
        if (TryAppendCompact(cursor.Chunk, shared.View)) return;
        AppendContainer(cursor.Chunk, shared);
    }

    /// <summary>Appends a container that the result may own or share.</summary>
    public void AppendContainer(int chunk, in Container container)
    {
        if (_isCompact) LeaveCompact();
        Debug.Assert(chunk > _lastChunk && container.Cardinality > 0);
        _lastChunk = chunk;
        if (_count == _chunks.Length)
        {
            int capacity = Math.Min(2 * _count, RoaringLimits.ChunksMax);
            Array.Resize(ref _chunks, capacity);
            Array.Resize(ref _containers, capacity);
        }
        _chunks[_count] = (ushort)chunk;
        _containers[_count++] = container;
        _cardinality += container.Cardinality;
    }

    /// <summary>Appends ascending ids of any number of chunks, all above the last one appended.</summary>
    public void AppendIds(ReadOnlySpan<uint> ascending, Workspace scratch)
    {
        CompactIds.AssertAscending(ascending);
        for (int start = 0; start < ascending.Length;)
        {
            int chunk = (int)(ascending[start] >> 16);
            int end = start + 1;
            while (end < ascending.Length && (int)(ascending[end] >> 16) == chunk) end++;
            Append(chunk, Narrow(ascending[start..end], scratch), scratch);
            start = end;
        }
    }

    public FrozenBitmap ToFrozen()
    {
        FrozenBitmap result = _isCompact ? MakeCompact() : MakeContainers();
        Reset();
        return result;
    }

    private FrozenBitmap MakeCompact() => _idCount == 0
        ? FrozenBitmap.Empty
        : new FrozenBitmap(_ids.AsSpan(0, _idCount).ToArray(), _idCount, _idChunks);

    private FrozenBitmap MakeContainers()
    {
        if (!FormRules.PrefersCompact(_cardinality, _count))
            return new FrozenBitmap(_chunks[.._count], _containers[.._count], _count, _cardinality);
        uint[] compact = new uint[_cardinality];
        int written = 0;
        for (int i = 0; i < _count; i++)
        {
            ContainerView view = _containers[i].View;
            ContainerReading.CopyIds(view, _chunks[i], compact.AsSpan(written, view.Cardinality));
            written += view.Cardinality;
        }
        return new FrozenBitmap(compact, written, _count);
    }

    private static ContainerView Narrow(ReadOnlySpan<uint> ids, Workspace scratch)
    {
        if (ids.Length <= FormRules.ArrayMax)
        {
            Widths.Narrow(ids, scratch.Values);
            return scratch.ArrayResult(ids.Length);
        }
        Span<ulong> words = scratch.Words;
        words.Clear();
        CompactIds.SetBits(ids, words);
        return scratch.WordsResult(ids.Length);
    }

    private bool TryAppendCompact(int chunk, in ContainerView view)
    {
        if (!_isCompact) return false;
        int total = _idCount + view.Cardinality;
        if (!FormRules.PrefersCompact(total, _idChunks + 1)) return false;
        Debug.Assert(chunk > _lastChunk);
        _lastChunk = chunk;
        _ids ??= new uint[FormRules.CompactMax];
        ContainerReading.CopyIds(view, chunk, _ids.AsSpan(_idCount, view.Cardinality));
        _idCount = total;
        _idChunks++;
        return true;
    }

    /// <summary>Turns the ids so far into containers: the set has become too large or too dense.</summary>
    private void LeaveCompact()
    {
        _isCompact = false;
        _lastChunk = -1;
        for (int start = 0; start < _idCount;)
        {
            int chunk = (int)(_ids![start] >> 16);
            int end = start + 1;
            while (end < _idCount && (int)(_ids[end] >> 16) == chunk) end++;
            AppendContainer(chunk, CompactIds.ToContainer(_ids.AsSpan(start, end - start), end - start));
            start = end;
        }
    }

    private void Reset()
    {
        // Released, so that a thread's builder does not keep a dropped bitmap's containers alive.
        if (_count > KeptEntriesMax)
        {
            _chunks = new ushort[16];
            _containers = new Container[16];
        }
        else
        {
            Array.Clear(_containers, 0, _count);
        }
        _count = _idCount = _idChunks = 0;
        _cardinality = 0;
        _lastChunk = -1;
        _isCompact = true;
    }
}
