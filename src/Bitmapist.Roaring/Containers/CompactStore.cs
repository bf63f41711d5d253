using Bitmapist.Roaring.Kernels;

namespace Bitmapist.Roaring.Containers;

/// <summary>
/// The writable compact form: one strictly ascending array of ids with spare capacity. A mutable struct.
/// </summary>
internal struct CompactStore
{
    public CompactStore(uint[] ids, int count, int chunkCount, bool isShared)
    {
        Ids = ids;
        Count = count;
        ChunkCount = chunkCount;
        IsShared = isShared;
    }

    public uint[] Ids { get; private set; }

    public int Count { get; private set; }

    /// <summary>Distinct upper halves, kept on the way: they decide when containers are cheaper.</summary>
    public int ChunkCount { get; private set; }

    /// <summary>Whether a frozen bitmap reads the same array.</summary>
    public bool IsShared { get; set; }

    public readonly ReadOnlySpan<uint> Used => Ids.AsSpan(0, Count);

    /// <summary>
    /// The index of the first id at or after the given one; ids above all others cost one comparison.
    /// </summary>
    public readonly int LowerBound(uint id) =>
        Count > 0 && Ids[Count - 1] < id ? Count : Search.LowerBound(Used, id);

    public readonly bool HoldsAt(int position, uint id) => position < Count && Ids[position] == id;

    /// <summary>Whether one more id at its lower bound would be better kept in containers.</summary>
    public readonly bool OutgrownBy(int position, uint id) =>
        FormRules.OutgrowsCompact(Count + 1, ChunkCount + (SharesChunk(position, id, position) ? 0 : 1));

    /// <summary>Inserts an id that is not there at its lower bound.</summary>
    /// <param name="position">Where.</param>
    /// <param name="id">The id.</param>
    /// <param name="leftBytes">Grows by the bytes of the array when that is left to frozen bitmaps.</param>
    public void Insert(int position, uint id, ref long leftBytes)
    {
        CountLeft(ref leftBytes);
        if (!SharesChunk(position, id, position)) ChunkCount++;
        uint[] target = Ids;
        if (IsShared || Count == Ids.Length)
        {
            target = new uint[FormRules.GrownCompactCapacity(Count + 1)];
            Ids.AsSpan(0, position).CopyTo(target);
        }
        Ids.AsSpan(position, Count - position).CopyTo(target.AsSpan(position + 1));
        target[position] = id;
        Ids = target;
        Count++;
        IsShared = false;
    }

    public void RemoveAt(int position, ref long leftBytes)
    {
        CountLeft(ref leftBytes);
        if (!SharesChunk(position, Ids[position], position + 1)) ChunkCount--;
        uint[] target = Ids;
        if (IsShared || Ids.Length > 2 * FormRules.GrownCompactCapacity(Count))
        {
            target = new uint[FormRules.GrownCompactCapacity(Count)];
            Ids.AsSpan(0, position).CopyTo(target);
        }
        Ids.AsSpan(position + 1, Count - position - 1).CopyTo(target.AsSpan(position));
        Ids = target;
        Count--;
        IsShared = false;
    }

    private readonly void CountLeft(ref long leftBytes)
    {
        if (IsShared && Count > 0) leftBytes += MemoryEstimate.OfCompact(Ids);
    }

    /// <summary>
    /// Whether the id below a position, or the one at <paramref name="next"/>, lies in the id's chunk.
    /// </summary>
    private readonly bool SharesChunk(int position, uint id, int next) =>
        (position > 0 && Ids[position - 1] >> 16 == id >> 16) || (next < Count && Ids[next] >> 16 == id >> 16);
}
