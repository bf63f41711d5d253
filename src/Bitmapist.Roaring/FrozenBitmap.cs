using System.Diagnostics;
using Bitmapist.Roaring.Containers;
using Bitmapist.Roaring.Kernels;

namespace Bitmapist.Roaring;

/// <summary>
/// An immutable bitmap in memory. Its arrays may be shared with the <see cref="RoaringBitmap"/> it was frozen from,
/// which copies before it writes, and with other frozen bitmaps. Any number of threads may read it.
/// </summary>
public sealed class FrozenBitmap : ReadOnlyBitmap
{
    public static readonly FrozenBitmap Empty = new([], 0, 0);

    private readonly uint[]? _ids; // the compact form, or null
    private readonly ushort[] _chunks;
    private readonly Container[] _containers;
    private readonly int _count; // ids or containers in use; the arrays may be longer
    private readonly int _compactChunkCount;
    private readonly long _cardinality;
    private long _containerBytes = MemoryEstimate.Unknown; // counted when asked for; threads racing store the same

    /// <summary>
    /// The compact form: the first <paramref name="count"/> ids, strictly ascending, of that many chunks.
    /// </summary>
    internal FrozenBitmap(uint[] ids, int count, int chunkCount)
    {
        _ids = ids;
        _count = count;
        _compactChunkCount = chunkCount;
        _cardinality = count;
        _chunks = [];
        _containers = [];
    }

    /// <summary>The first <paramref name="count"/> containers with their chunks, ascending.</summary>
    internal FrozenBitmap(ushort[] chunks, Container[] containers, int count, long cardinality)
    {
        _chunks = chunks;
        _containers = containers;
        _count = count;
        _cardinality = cardinality;
    }

    public override long Cardinality => _cardinality;

    public override int ChunkCount => _ids is null ? _count : _compactChunkCount;

    /// <summary>
    /// An estimate of the managed heap this bitmap holds, in bytes, counting shared arrays in full; O(chunks) once.
    /// </summary>
    public long MemoryBytes => _ids is null
        ? MemoryEstimate.OfContainers(_chunks, _containers, ContainerBytes)
        : MemoryEstimate.OfCompact(_ids);

    /// <summary>Bytes of the arrays behind the containers.</summary>
    internal long ContainerBytes
    {
        get
        {
            if (_containerBytes == MemoryEstimate.Unknown) _containerBytes = MemoryEstimate.Sum(Containers);
            return _containerBytes;
        }
    }

    internal override bool IsCompact => _ids is not null;

    internal override ReadOnlySpan<uint> CompactIds => _ids.AsSpan(0, _ids is null ? 0 : _count);

    internal override int ContainerCount => _ids is null ? _count : 0;

    internal ReadOnlySpan<ushort> Chunks => _chunks.AsSpan(0, _ids is null ? _count : 0);

    internal ReadOnlySpan<Container> Containers => _containers.AsSpan(0, _ids is null ? _count : 0);

    /// <summary>A descriptor to note something in that does not change what the bitmap holds.</summary>
    internal ref Container ContainerAt(int index) => ref _containers[index];

    /// <summary>
    /// The arrays behind <see cref="CompactIds"/>, <see cref="Chunks"/> and <see cref="Containers"/>, to share.
    /// </summary>
    internal (uint[]? Ids, ushort[] Chunks, Container[] Containers, int Count) Arrays =>
        (_ids, _chunks, _containers, _count);

    /// <summary>The set of the given ids, in any order, repeated or not; O(n log n), O(n) when ascending.</summary>
    public static FrozenBitmap FromIds(ReadOnlySpan<uint> ids)
    {
        if (IsStrictlyAscending(ids)) return FromAscending(ids);
        uint[] sorted = ids.ToArray();
        Array.Sort(sorted);
        int count = 0;
        foreach (uint id in sorted)
        {
            if (count == 0 || sorted[count - 1] != id) sorted[count++] = id;
        }
        return FromAscending(sorted.AsSpan(0, count));
    }

    /// <summary>
    /// The set of hardly any ids, strictly ascending, that keeps the array: it must not be changed any more. O(n).
    /// </summary>
    public static FrozenBitmap OfFew(uint[] ascending)
    {
        ArgumentNullException.ThrowIfNull(ascending);
        Debug.Assert(IsStrictlyAscending(ascending), "ids strictly ascending");
        if (ascending.Length == 0) return Empty;
        int chunks = 1;
        for (int i = 1; i < ascending.Length; i++)
            if (ascending[i] >> 16 != ascending[i - 1] >> 16) chunks++;
        Debug.Assert(!FormRules.OutgrowsCompact(ascending.Length, chunks), "few ids");
        return new FrozenBitmap(ascending, ascending.Length, chunks);
    }

    /// <summary>Throws <see cref="InvalidOperationException"/> naming the first broken invariant.</summary>
    public void Validate()
    {
        if (_ids is not null) FormValidation.Compact(CompactIds, _compactChunkCount);
        else FormValidation.Containers(Chunks, Containers, _cardinality);
    }

    public override FrozenBitmap ToFrozen() => this;

    public override bool Contains(uint id)
    {
        if (_ids is not null) return Bitmapist.Roaring.Containers.CompactIds.Contains(CompactIds, id);
        int chunk = (int)(id >> 16), index = chunk;
        // Ids of one counter leave out no chunk: then a chunk's number is its place.
        if (index >= _count || _chunks[index] != chunk)
        {
            index = Search.LowerBound(Chunks, (ushort)chunk);
            if (index == _count || _chunks[index] != chunk) return false;
        }
        return ContainerReading.Contains(_containers[index].View, (ushort)id);
    }

    internal static FrozenBitmap FromAscending(ReadOnlySpan<uint> ascending)
    {
        ResultBuilder builder = ResultBuilder.ForThisThread();
        builder.AppendIds(ascending, Workspace.First);
        return builder.ToFrozen();
    }

    internal override int ChunkAt(int index) => _chunks[index];

    internal override int FindChunk(int chunk) => Search.LowerBound(Chunks, (ushort)chunk);

    internal override int CardinalityAt(int index) => _containers[index].Cardinality;

    internal override ContainerView ViewAt(int index) => _containers[index].View;

    private static bool IsStrictlyAscending(ReadOnlySpan<uint> ids)
    {
        for (int i = 1; i < ids.Length; i++)
        {
            if (ids[i - 1] >= ids[i]) return false;
        }
        return true;
    }
}
