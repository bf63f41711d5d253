using Bitmapist.Roaring.Containers;

namespace Bitmapist.Roaring;

/// <summary>
/// A mutable set of 32-bit ids. One thread at a time: the caller locks, for reads as well. <see cref="Freeze"/> and
/// <see cref="FromFrozen"/> share memory both ways; whatever is shared is copied before it is written, first the
/// top-level arrays, then each container that is touched.
/// </summary>
public sealed class RoaringBitmap
{
    /// <summary>4 KiB of ids: copying them costs less than having the next write copy them.</summary>
    private const int CopiedIdsMax = 1024;

    // A struct each, and only one in use, so that a small set is two objects: this one and its ids.
    private bool _isCompact;
    private CompactStore _compact;
    private ContainerStore _store;
    private long _cardinality;
    private FrozenBitmap? _frozen; // what shares our arrays; null once we have changed

    public RoaringBitmap() => Adopt(FrozenBitmap.Empty);

    private RoaringBitmap(FrozenBitmap source) => Adopt(source);

    /// <summary>The number of ids, 0 … 2^32; O(1).</summary>
    public long Cardinality => _cardinality;

    public bool IsEmpty => _cardinality == 0;

    /// <summary>
    /// An estimate of the managed heap this bitmap holds, in bytes, counting shared arrays in full; kept while
    /// writing, so O(1) but for the first time after <see cref="FromFrozen"/>.
    /// </summary>
    public long MemoryBytes => _isCompact
        ? MemoryEstimate.OfCompact(_compact.Ids)
        : MemoryEstimate.OfContainers(_store.Chunks, _store.Items, _store.DataBytes);

    /// <summary>A mutable copy that shares everything until it is written to; O(1).</summary>
    public static RoaringBitmap FromFrozen(FrozenBitmap source)
    {
        ArgumentNullException.ThrowIfNull(source);
        return new RoaringBitmap(source);
    }

    /// <summary>The present content, for any number of readers; O(1).</summary>
    public FrozenBitmap Freeze()
    {
        if (_frozen is not null) return _frozen;
        return _frozen = Share();
    }

    /// <summary>
    /// As <see cref="Freeze"/>, for a reader that soon releases it: a small set is copied, so that the writes that
    /// follow need not, and nothing young is kept here. A caller that passes over very many bitmaps would otherwise
    /// leave the garbage collector a reference in each of them to follow.
    /// </summary>
    public FrozenBitmap FreezeBriefly()
    {
        if (_frozen is not null) return _frozen;
        if (_isCompact && _compact.Count <= CopiedIdsMax)
            return new FrozenBitmap(_compact.Used.ToArray(), _compact.Count, _compact.ChunkCount);
        return Share();
    }

    public bool Contains(uint id)
    {
        if (_isCompact) return _compact.HoldsAt(_compact.LowerBound(id), id);
        int index = _store.IndexOf((int)(id >> 16));
        return index >= 0 && ContainerReading.Contains(_store.Items[index].View, (ushort)id);
    }

    /// <summary>Adds an id; true when it was not there.</summary>
    public bool Add(uint id)
    {
        long leftBytes = 0;
        return Add(id, ref leftBytes);
    }

    /// <summary>Removes an id; true when it was there.</summary>
    public bool Remove(uint id)
    {
        long leftBytes = 0;
        return Remove(id, ref leftBytes);
    }

    /// <summary>Adds an id; true when it was not there.</summary>
    /// <param name="id">The id.</param>
    /// <param name="leftBytes">Grows by about the bytes that the frozen bitmaps sharing memory with this one have for
    /// themselves from now on, because they were copied before they were written.</param>
    public bool Add(uint id, ref long leftBytes)
    {
        if (_isCompact)
        {
            int position = _compact.LowerBound(id);
            if (_compact.HoldsAt(position, id)) return false;
            if (!_compact.OutgrownBy(position, id))
            {
                _compact.Insert(position, id, ref leftBytes);
                return Changed(1);
            }
            LeaveCompact(ref leftBytes);
        }
        int chunk = (int)(id >> 16);
        int index = _store.IndexOf(chunk);
        if (index < 0) _store.Insert(~index, chunk, Container.OfArray([(ushort)id, 0, 0, 0], 1), ref leftBytes);
        else if (!_store.Add(index, (ushort)id, ref leftBytes)) return false;
        return Changed(1);
    }

    /// <summary>Removes an id; true when it was there.</summary>
    /// <param name="id">The id.</param>
    /// <param name="leftBytes">As for <see cref="Add(uint, ref long)"/>.</param>
    public bool Remove(uint id, ref long leftBytes)
    {
        if (_isCompact)
        {
            int position = _compact.LowerBound(id);
            if (!_compact.HoldsAt(position, id)) return false;
            _compact.RemoveAt(position, ref leftBytes);
            return Changed(-1);
        }
        int index = _store.IndexOf((int)(id >> 16));
        if (index < 0 || !_store.Remove(index, (ushort)id, ref leftBytes)) return false;
        Changed(-1);
        if (_cardinality == 0) Adopt(FrozenBitmap.Empty);
        return true;
    }

    /// <summary>Throws <see cref="InvalidOperationException"/> naming the first broken invariant.</summary>
    public void Validate()
    {
        ReadOnlySpan<Container> containers = _store.Items.AsSpan(0, _store.Count);
        if (_isCompact) FormValidation.Compact(_compact.Used, _compact.ChunkCount);
        else FormValidation.Containers(_store.Chunks.AsSpan(0, _store.Count), containers, _cardinality);
        FormValidation.Require(
            !_isCompact || _compact.Count == _cardinality, "the kept cardinality is the number of ids", _cardinality);
        FormValidation.Require(
            _isCompact || _store.DataBytes == MemoryEstimate.Sum(containers),
            "the kept bytes are the sum over containers", _store.DataBytes);
    }

    private FrozenBitmap Share()
    {
        _compact.IsShared = _store.IsShared = true;
        return _isCompact
            ? new FrozenBitmap(_compact.Ids, _compact.Count, _compact.ChunkCount)
            : new FrozenBitmap(_store.Chunks, _store.Items, _store.Count, _cardinality);
    }

    private bool Changed(int by)
    {
        _cardinality += by;
        _frozen = null;
        return true;
    }

    private void Adopt(FrozenBitmap source)
    {
        (uint[]? ids, ushort[] chunks, Container[] containers, int count) = source.Arrays;
        _isCompact = ids is not null;
        _compact = _isCompact
            ? new CompactStore(ids!, count, source.ChunkCount, isShared: true)
            : new CompactStore([], 0, 0, isShared: true);
        _store = new ContainerStore(chunks, containers, _isCompact ? 0 : count, isShared: true);
        _cardinality = source.Cardinality;
        _frozen = source;
    }

    private void LeaveCompact(ref long leftBytes)
    {
        if (_compact.IsShared) leftBytes += MemoryEstimate.OfCompact(_compact.Ids);
        ReadOnlySpan<uint> ids = _compact.Used;
        int capacity = FormRules.GrownTopLevelCapacity(_compact.ChunkCount);
        _store = new ContainerStore(new ushort[capacity], new Container[capacity], 0, isShared: false);
        for (int start = 0; start < ids.Length;)
        {
            int end = start + 1;
            while (end < ids.Length && ids[end] >> 16 == ids[start] >> 16) end++;
            Container container =
                CompactIds.ToContainer(ids[start..end], FormRules.GrownArrayCapacity(end - start));
            _store.Insert(_store.Count, (int)(ids[start] >> 16), container, ref leftBytes);
            start = end;
        }
        _compact = new CompactStore([], 0, 0, isShared: true);
        _isCompact = false;
        _frozen = null;
    }
}
