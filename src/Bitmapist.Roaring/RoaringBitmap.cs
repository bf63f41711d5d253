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
    private bool isCompact;
    private CompactStore compact;
    private ContainerStore store;
    private long cardinality;
    private FrozenBitmap? frozen; // what shares our arrays; null once we have changed

    public RoaringBitmap() => Adopt(FrozenBitmap.Empty);

    private RoaringBitmap(FrozenBitmap source) => Adopt(source);

    /// <summary>The number of ids, 0 … 2^32; O(1).</summary>
    public long Cardinality => cardinality;

    public bool IsEmpty => cardinality == 0;

    /// <summary>
    /// An estimate of the managed heap this bitmap holds, in bytes, counting shared arrays in full; kept while
    /// writing, so O(1) but for the first time after <see cref="FromFrozen"/>.
    /// </summary>
    public long MemoryBytes => isCompact
        ? MemoryEstimate.OfCompact(compact.Ids)
        : MemoryEstimate.OfContainers(store.Chunks, store.Items, store.DataBytes);

    /// <summary>A mutable copy that shares everything until it is written to; O(1).</summary>
    public static RoaringBitmap FromFrozen(FrozenBitmap source)
    {
        ArgumentNullException.ThrowIfNull(source);
        return new RoaringBitmap(source);
    }

    /// <summary>The present content, for any number of readers; O(1).</summary>
    public FrozenBitmap Freeze()
    {
        if (frozen is not null) return frozen;
        return frozen = Share();
    }

    /// <summary>
    /// As <see cref="Freeze"/>, for one reader who soon lets go: a small set is copied, so that the writes that follow
    /// need not, and nothing young is kept here. Who passes over very many bitmaps would otherwise leave the garbage
    /// collector a reference in each of them to follow.
    /// </summary>
    public FrozenBitmap FreezeBriefly()
    {
        if (frozen is not null) return frozen;
        if (isCompact && compact.Count <= CopiedIdsMax)
            return new FrozenBitmap(compact.Used.ToArray(), compact.Count, compact.ChunkCount);
        return Share();
    }

    public bool Contains(uint id)
    {
        if (isCompact) return compact.HoldsAt(compact.LowerBound(id), id);
        int index = store.IndexOf((int)(id >> 16));
        return index >= 0 && ContainerReading.Contains(store.Items[index].View, (ushort)id);
    }

    /// <summary>Adds an id; true when it was not there.</summary>
    public bool Add(uint id)
    {
        if (isCompact)
        {
            int position = compact.LowerBound(id);
            if (compact.HoldsAt(position, id)) return false;
            if (!compact.OutgrownBy(position, id))
            {
                compact.Insert(position, id);
                return Changed(1);
            }
            LeaveCompact();
        }
        int chunk = (int)(id >> 16);
        int index = store.IndexOf(chunk);
        if (index < 0) store.Insert(~index, chunk, Container.OfArray([(ushort)id, 0, 0, 0], 1));
        else if (!store.Add(index, (ushort)id)) return false;
        return Changed(1);
    }

    /// <summary>Removes an id; true when it was there.</summary>
    public bool Remove(uint id)
    {
        if (isCompact)
        {
            int position = compact.LowerBound(id);
            if (!compact.HoldsAt(position, id)) return false;
            compact.RemoveAt(position);
            return Changed(-1);
        }
        int index = store.IndexOf((int)(id >> 16));
        if (index < 0 || !store.Remove(index, (ushort)id)) return false;
        Changed(-1);
        if (cardinality == 0) Adopt(FrozenBitmap.Empty);
        return true;
    }

    /// <summary>Throws <see cref="InvalidOperationException"/> naming the first broken invariant.</summary>
    public void Validate()
    {
        ReadOnlySpan<Container> containers = store.Items.AsSpan(0, store.Count);
        if (isCompact) FormValidation.Compact(compact.Used, compact.ChunkCount);
        else FormValidation.Containers(store.Chunks.AsSpan(0, store.Count), containers, cardinality);
        FormValidation.Require(
            !isCompact || compact.Count == cardinality, "the kept cardinality is the number of ids", cardinality);
        FormValidation.Require(
            isCompact || store.DataBytes == MemoryEstimate.Sum(containers),
            "the kept bytes are the sum over containers", store.DataBytes);
    }

    private FrozenBitmap Share()
    {
        compact.IsShared = store.IsShared = true;
        return isCompact
            ? new FrozenBitmap(compact.Ids, compact.Count, compact.ChunkCount)
            : new FrozenBitmap(store.Chunks, store.Items, store.Count, cardinality);
    }

    private bool Changed(int by)
    {
        cardinality += by;
        frozen = null;
        return true;
    }

    private void Adopt(FrozenBitmap source)
    {
        (uint[]? ids, ushort[] chunks, Container[] containers, int count) = source.Arrays;
        isCompact = ids is not null;
        compact = new CompactStore(ids ?? [], isCompact ? count : 0, isCompact ? source.ChunkCount : 0, isShared: true);
        store = new ContainerStore(chunks, containers, isCompact ? 0 : count, isShared: true);
        cardinality = source.Cardinality;
        frozen = source;
    }

    private void LeaveCompact()
    {
        ReadOnlySpan<uint> ids = compact.Used;
        int capacity = FormRules.GrownTopLevelCapacity(compact.ChunkCount);
        store = new ContainerStore(new ushort[capacity], new Container[capacity], 0, isShared: false);
        for (int start = 0; start < ids.Length;)
        {
            int end = start + 1;
            while (end < ids.Length && ids[end] >> 16 == ids[start] >> 16) end++;
            Container container =
                CompactIds.ToContainer(ids[start..end], FormRules.GrownArrayCapacity(end - start));
            store.Insert(store.Count, (int)(ids[start] >> 16), container);
            start = end;
        }
        compact = new CompactStore([], 0, 0, isShared: true);
        isCompact = false;
        frozen = null;
    }
}
