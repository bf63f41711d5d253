using System.Diagnostics;
using Bitmapist.Roaring.Kernels;

namespace Bitmapist.Roaring.Containers;

/// <summary>
/// The writable form with containers: two parallel arrays ordered by chunk, with spare capacity. A mutable struct.
/// While the arrays are shared with a frozen bitmap, ownership flags mean nothing; the copy made before the first
/// write clears them.
/// </summary>
internal struct ContainerStore
{
    private int _lastIndex; // the container found last: neighbouring ids often follow each other
    private long _dataBytes; // of the arrays behind the containers, or Unknown until asked for

    public ContainerStore(ushort[] chunks, Container[] items, int count, bool isShared)
    {
        Chunks = chunks;
        Items = items;
        Count = count;
        IsShared = isShared;
        _dataBytes = MemoryEstimate.Unknown;
    }

    public ushort[] Chunks { get; private set; }

    public Container[] Items { get; private set; }

    public int Count { get; private set; }

    /// <summary>Whether a frozen bitmap reads the same arrays.</summary>
    public bool IsShared { get; set; }

    /// <summary>Counted once, then kept while writing.</summary>
    public long DataBytes
    {
        get
        {
            if (_dataBytes == MemoryEstimate.Unknown) _dataBytes = MemoryEstimate.Sum(Items.AsSpan(0, Count));
            return _dataBytes;
        }
    }

    /// <summary>
    /// The index of a chunk's container, or the complement of where it belongs. Neighbours and sets without gaps are
    /// found at once, others in O(log chunks).
    /// </summary>
    public int IndexOf(int chunk)
    {
        if (_lastIndex < Count && Chunks[_lastIndex] == chunk) return _lastIndex;
        if (Count == 0) return ~0;
        int index = chunk - Chunks[0]; // right where no chunk is missing, as with ids handed out by a counter
        if ((uint)index >= (uint)Count || Chunks[index] != chunk)
        {
            index = Search.LowerBound(Chunks.AsSpan(0, Count), (ushort)chunk);
            if (index == Count || Chunks[index] != chunk) return ~index;
        }
        _lastIndex = index;
        return index;
    }

    /// <summary>Adds a value to a container; true when it was not there.</summary>
    /// <param name="index">The container.</param>
    /// <param name="value">The value.</param>
    /// <param name="leftBytes">Grows by the bytes of the arrays that are left to the frozen bitmaps that share
    /// them.</param>
    public bool Add(int index, ushort value, ref long leftBytes)
    {
        ref readonly Container present = ref Items[index];
        int position = 0;
        if (present.Kind == ContainerKind.Bitset)
        {
            if ((present.WordArray[value >> 6] >> value & 1) != 0) return false;
            BitsetWriting.Set(ref Writable(index, ref leftBytes), value); // its size stays the same
            return true;
        }
        if (Find(present, value, ref position)) return false;
        ref Container container = ref Writable(index, ref leftBytes);
        int bytesBefore = container.DataBytes;
        if (container.Kind == ContainerKind.Array) ArrayWriting.Insert(ref container, position, value);
        else RunWriting.Add(ref container, position, value);
        CountBytes(container.DataBytes - bytesBefore);
        return true;
    }

    /// <summary>
    /// Removes a value from a container, and the container with its last value; true when it was there.
    /// </summary>
    public bool Remove(int index, ushort value, ref long leftBytes)
    {
        ref readonly Container present = ref Items[index];
        int position = 0;
        if (present.Kind == ContainerKind.Bitset)
        {
            if ((present.WordArray[value >> 6] >> value & 1) == 0) return false;
        }
        else if (!Find(present, value, ref position))
        {
            return false;
        }
        if (present.Cardinality == 1)
        {
            RemoveAt(index, ref leftBytes);
            return true;
        }
        ref Container container = ref Writable(index, ref leftBytes);
        int bytesBefore = container.DataBytes;
        switch (container.Kind)
        {
            case ContainerKind.Array: ArrayWriting.RemoveAt(ref container, position); break;
            case ContainerKind.Bitset: BitsetWriting.Clear(ref container, value); break;
            default: RunWriting.Remove(ref container, position, value); break;
        }
        CountBytes(container.DataBytes - bytesBefore);
        return true;
    }

    public void Insert(int index, int chunk, in Container container, ref long leftBytes)
    {
        Debug.Assert(container.Cardinality > 0);
        ushort[] chunks = Chunks;
        Container[] items = Items;
        if (IsShared || Count == Chunks.Length || Count == Items.Length)
        {
            int capacity = FormRules.GrownTopLevelCapacity(Count + 1);
            chunks = new ushort[capacity];
            items = new Container[capacity];
            Chunks.AsSpan(0, index).CopyTo(chunks);
            Items.AsSpan(0, index).CopyTo(items);
        }
        Chunks.AsSpan(index, Count - index).CopyTo(chunks.AsSpan(index + 1));
        Items.AsSpan(index, Count - index).CopyTo(items.AsSpan(index + 1));
        Chunks = chunks;
        Items = items;
        Count++;
        if (IsShared)
        {
            leftBytes += MemoryEstimate.OfTopLevel(Count);
            Disown();
        }

        chunks[index] = (ushort)chunk;
        items[index] = container;
        CountBytes(container.DataBytes);
    }

    /// <summary>
    /// A descriptor that may be changed; its array may still be shared, see <see cref="Container.Owned"/>.
    /// </summary>
    private ref Container Writable(int index, ref long leftBytes)
    {
        if (IsShared) Unshare(ref leftBytes);
        ref Container container = ref Items[index];
        if (!container.Owned) leftBytes += container.DataBytes;
        return ref container;
    }

    private void RemoveAt(int index, ref long leftBytes)
    {
        if (IsShared) Unshare(ref leftBytes);
        if (!Items[index].Owned) leftBytes += Items[index].DataBytes;
        CountBytes(-Items[index].DataBytes);
        Count--;
        Chunks.AsSpan(index + 1, Count - index).CopyTo(Chunks.AsSpan(index));
        Items.AsSpan(index + 1, Count - index).CopyTo(Items.AsSpan(index));
        Items[Count] = default;
    }

    private void Unshare(ref long leftBytes)
    {
        leftBytes += MemoryEstimate.OfTopLevel(Count);
        Chunks = Chunks.AsSpan(0, Count).ToArray();
        Items = Items.AsSpan(0, Count).ToArray();
        Disown();
    }

    /// <summary>After the top-level arrays were copied, every container is still the frozen bitmap's too.</summary>
    private void Disown()
    {
        foreach (ref Container container in Items.AsSpan(0, Count)) container.Owned = false;
        IsShared = false;
    }

    private void CountBytes(int change)
    {
        if (_dataBytes != MemoryEstimate.Unknown) _dataBytes += change;
    }

    /// <summary>
    /// Looks a value up in an array (its lower bound) or in runs (the last run starting at or before it).
    /// </summary>
    private static bool Find(in Container container, ushort value, ref int position)
    {
        ReadOnlySpan<ushort> values = container.View.Values;
        if (container.Kind == ContainerKind.Array)
        {
            position = Search.LowerBound(values, value);
            return position < values.Length && values[position] == value;
        }
        position = Search.LastRunAtOrBefore(values, value);
        return position >= 0 && value <= values[2 * position] + values[2 * position + 1];
    }
}
