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

    private readonly uint[]? ids; // the compact form, or null
    private readonly ushort[] chunks;
    private readonly Container[] containers;
    private readonly int count; // ids or containers in use; the arrays may be longer
    private readonly int compactChunkCount;
    private readonly long cardinality;
    private long containerBytes = MemoryEstimate.Unknown; // counted when asked for; threads racing store the same

    /// <summary>
    /// The compact form: the first <paramref name="count"/> ids, strictly ascending, of that many chunks.
    /// </summary>
    internal FrozenBitmap(uint[] ids, int count, int chunkCount)
    {
        this.ids = ids;
        this.count = count;
        compactChunkCount = chunkCount;
        cardinality = count;
        chunks = [];
        containers = [];
    }

    /// <summary>The first <paramref name="count"/> containers with their chunks, ascending.</summary>
    internal FrozenBitmap(ushort[] chunks, Container[] containers, int count, long cardinality)
    {
        this.chunks = chunks;
        this.containers = containers;
        this.count = count;
        this.cardinality = cardinality;
    }

    public override long Cardinality => cardinality;

    public override int ChunkCount => ids is null ? count : compactChunkCount;

    /// <summary>
    /// An estimate of the managed heap this bitmap holds, in bytes, counting shared arrays in full; O(chunks) once.
    /// </summary>
    public long MemoryBytes => ids is null
        ? MemoryEstimate.OfContainers(chunks, containers, ContainerBytes)
        : MemoryEstimate.OfCompact(ids);

    /// <summary>Bytes of the arrays behind the containers.</summary>
    internal long ContainerBytes
    {
        get
        {
            if (containerBytes == MemoryEstimate.Unknown) containerBytes = MemoryEstimate.Sum(Containers);
            return containerBytes;
        }
    }

    internal override bool IsCompact => ids is not null;

    internal override ReadOnlySpan<uint> CompactIds => ids.AsSpan(0, ids is null ? 0 : count);

    internal override int ContainerCount => ids is null ? count : 0;

    internal ReadOnlySpan<ushort> Chunks => chunks.AsSpan(0, ids is null ? count : 0);

    internal ReadOnlySpan<Container> Containers => containers.AsSpan(0, ids is null ? count : 0);

    /// <summary>
    /// The arrays behind <see cref="CompactIds"/>, <see cref="Chunks"/> and <see cref="Containers"/>, to share.
    /// </summary>
    internal (uint[]? Ids, ushort[] Chunks, Container[] Containers, int Count) Arrays =>
        (ids, chunks, containers, count);

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

    /// <summary>Throws <see cref="InvalidOperationException"/> naming the first broken invariant.</summary>
    public void Validate()
    {
        if (ids is not null) FormValidation.Compact(CompactIds, compactChunkCount);
        else FormValidation.Containers(Chunks, Containers, cardinality);
    }

    public override FrozenBitmap ToFrozen() => this;

    internal static FrozenBitmap FromAscending(ReadOnlySpan<uint> ascending)
    {
        ResultBuilder builder = ResultBuilder.ForThisThread();
        builder.AppendIds(ascending, Workspace.First);
        return builder.ToFrozen();
    }

    internal override int ChunkAt(int index) => chunks[index];

    internal override int FindChunk(int chunk) => Search.LowerBound(Chunks, (ushort)chunk);

    internal override int CardinalityAt(int index) => containers[index].Cardinality;

    internal override ContainerView ViewAt(int index) => containers[index].View;

    private static bool IsStrictlyAscending(ReadOnlySpan<uint> ids)
    {
        for (int i = 1; i < ids.Length; i++)
        {
            if (ids[i - 1] >= ids[i]) return false;
        }
        return true;
    }
}
