namespace Bitmapist.Engine.Names;

/// <summary>
/// Names in bytewise order, each with whether its key exists: a B+ tree of two levels, leaves of up to 256 names under
/// one list. <see cref="Freeze"/> takes O(1), whatever comes later copies the list and the leaf it touches, so a reader
/// of a million names holds no lock while it reads. About 13 bytes a name. Touched under the overlay's lock; what is
/// frozen may be read by any thread.
/// </summary>
internal sealed class NameSet
{
    private const int LeafMin = 8, LeafMax = 256; // names that a leaf has room for

    private NameLeaf[] _leaves = [];
    private int _leafCount;
    private int _version; // leaves of earlier versions are frozen
    private bool _isListFrozen;

    /// <summary>Names.</summary>
    public int Count { get; private set; }

    /// <summary>Whether the name is in the set, whatever is said of it. O(log names).</summary>
    public bool Contains(ReadOnlySpan<byte> name) => _leafCount > 0 && _leaves[LeafOf(name)].IndexOf(name) >= 0;

    /// <summary>Adds a name, or changes what is said of it. O(log names), and O(leaves) for every 128 names.</summary>
    public void Set(byte[] name, bool isPresent)
    {
        if (_leafCount == 0) InsertLeaf(0, new NameLeaf(LeafMin, _version));
        int at = LeafOf(name);
        NameLeaf leaf = _leaves[at];
        int index = leaf.IndexOf(name);
        if (index >= 0)
        {
            Writable(at).IsPresent[index] = isPresent;
            return;
        }

        index = ~index;
        if (leaf.Count == LeafMax)
        {
            // Names that come in order fill their leaves.
            int middle = at == _leafCount - 1 && index == LeafMax ? LeafMax : LeafMax / 2;
            NameLeaf upper = leaf.CopyFrom(middle, _version);
            Writable(at).Truncate(middle);
            InsertLeaf(at + 1, upper);
            if (index >= middle) (at, index) = (at + 1, index - middle);
        }

        Writable(at).Insert(index, name, isPresent);
        Count++;
    }

    /// <summary>Removes a name if it is there. O(log names), seldom O(leaves).</summary>
    public void Remove(ReadOnlySpan<byte> name)
    {
        if (_leafCount == 0) return;
        int at = LeafOf(name);
        int index = _leaves[at].IndexOf(name);
        if (index < 0) return;
        NameLeaf leaf = Writable(at);
        leaf.RemoveAt(index);
        Count--;
        int next = at + 1 < _leafCount ? _leaves[at + 1].Count : 0;
        if (leaf.Count == 0)
        {
            RemoveLeaf(at);
        }
        else if (next > 0 && leaf.Count < LeafMax / 4 && leaf.Count + next <= LeafMax / 2)
        {
            leaf.Append(_leaves[at + 1]);
            RemoveLeaf(at + 1);
        }
    }

    /// <summary>The names as of now, for any thread. O(1).</summary>
    public FrozenNames Freeze()
    {
        _version++;
        _isListFrozen = true;
        return new FrozenNames(_leaves, _leafCount);
    }

    private int LeafOf(ReadOnlySpan<byte> name) => NameLeaf.Find(_leaves.AsSpan(0, _leafCount), name);

    /// <summary>The leaf, or a copy in its place when a reader may have it.</summary>
    private NameLeaf Writable(int at)
    {
        NameLeaf leaf = _leaves[at];
        if (leaf.Version == _version) return leaf;
        return WritableList(_leafCount)[at] = leaf.CopyFrom(0, _version);
    }

    private NameLeaf[] WritableList(int leafCountMin)
    {
        if (_leaves.Length < leafCountMin || _isListFrozen)
        {
            int room = _leaves.Length < leafCountMin ? Math.Max(leafCountMin, _leaves.Length * 2) : _leaves.Length;
            var copy = new NameLeaf[room];
            _leaves.AsSpan(0, _leafCount).CopyTo(copy);
            _leaves = copy;
            _isListFrozen = false;
        }

        return _leaves;
    }

    private void InsertLeaf(int at, NameLeaf leaf)
    {
        NameLeaf[] leaves = WritableList(_leafCount + 1);
        leaves.AsSpan(at, _leafCount - at).CopyTo(leaves.AsSpan(at + 1));
        leaves[at] = leaf;
        _leafCount++;
    }

    private void RemoveLeaf(int at)
    {
        NameLeaf[] leaves = WritableList(_leafCount);
        leaves.AsSpan(at + 1, _leafCount - at - 1).CopyTo(leaves.AsSpan(at));
        leaves[--_leafCount] = null!;
    }
}

/// <summary>Names of a <see cref="NameSet"/> at one instant, ascending. Any thread.</summary>
internal readonly struct FrozenNames(NameLeaf[] leaves, int leafCount)
{
    /// <summary>The names from <paramref name="from"/> on, and before <paramref name="end"/> if there is one.</summary>
    public IEnumerable<NameState> Read(byte[] from, byte[]? end)
    {
        for (int i = FirstLeaf(from); i < leafCount; i++)
        {
            NameLeaf leaf = leaves[i];
            for (int j = leaf.LowerBound(from); j < leaf.Count; j++)
            {
                byte[] name = leaf.Names[j];
                if (end is not null && name.AsSpan().SequenceCompareTo(end) >= 0) yield break;
                yield return new NameState(name, leaf.IsPresent[j]);
            }
        }
    }

    /// <summary>How many names there are from <paramref name="from"/> on; O(leaves).</summary>
    public long CountFrom(byte[] from, byte[]? end)
    {
        long count = 0;
        for (int i = FirstLeaf(from); i < leafCount; i++)
        {
            NameLeaf leaf = leaves[i];
            if (end is not null && leaf.Names[0].AsSpan().SequenceCompareTo(end) >= 0) break;
            count += leaf.Count;
        }

        return count;
    }

    private int FirstLeaf(byte[] from) => leafCount == 0 ? 0 : NameLeaf.Find(leaves.AsSpan(0, leafCount), from);
}

/// <summary>Some successive names of a <see cref="NameSet"/>; at least one, except while it is made.</summary>
internal sealed class NameLeaf(int room, int version)
{
    public byte[][] Names { get; private set; } = new byte[room][];

    public bool[] IsPresent { get; private set; } = new bool[room];

    /// <summary>How many of them there are.</summary>
    public int Count { get; private set; }

    /// <summary>The set's version that may write it.</summary>
    public int Version => version;

    /// <summary>The last leaf whose first name is not behind <paramref name="name"/>, or the first leaf.</summary>
    public static int Find(ReadOnlySpan<NameLeaf> leaves, ReadOnlySpan<byte> name)
    {
        int low = 1, high = leaves.Length; // leaf low - 1 may have it, leaf high and those behind cannot
        while (low < high)
        {
            int middle = (low + high) / 2;
            if (leaves[middle].Names[0].AsSpan().SequenceCompareTo(name) <= 0) low = middle + 1;
            else high = middle;
        }

        return low - 1;
    }

    /// <summary>How many names come before <paramref name="name"/>.</summary>
    public int LowerBound(ReadOnlySpan<byte> name)
    {
        int index = IndexOf(name);
        return index < 0 ? ~index : index;
    }

    /// <summary>Where the name is, else the complement of where it belongs.</summary>
    public int IndexOf(ReadOnlySpan<byte> name)
    {
        int low = 0, high = Count;
        while (low < high)
        {
            int middle = (low + high) / 2;
            int order = Names[middle].AsSpan().SequenceCompareTo(name);
            if (order == 0) return middle;
            if (order < 0) low = middle + 1;
            else high = middle;
        }

        return ~low;
    }

    public void Insert(int index, byte[] name, bool isPresent)
    {
        MakeRoom(Count + 1);
        Array.Copy(Names, index, Names, index + 1, Count - index);
        Array.Copy(IsPresent, index, IsPresent, index + 1, Count - index);
        Names[index] = name;
        IsPresent[index] = isPresent;
        Count++;
    }

    public void RemoveAt(int index)
    {
        Count--;
        Array.Copy(Names, index + 1, Names, index, Count - index);
        Array.Copy(IsPresent, index + 1, IsPresent, index, Count - index);
        Names[Count] = null!;
    }

    public void Append(NameLeaf next)
    {
        MakeRoom(Count + next.Count);
        Array.Copy(next.Names, 0, Names, Count, next.Count);
        Array.Copy(next.IsPresent, 0, IsPresent, Count, next.Count);
        Count += next.Count;
    }

    /// <summary>Leaves the first names only.</summary>
    public void Truncate(int count)
    {
        Array.Clear(Names, count, Count - count);
        Count = count;
    }

    /// <summary>A leaf of the names from a place on.</summary>
    public NameLeaf CopyFrom(int index, int version)
    {
        var copy = new NameLeaf(Math.Max(Names.Length, 1), version) { Count = Count - index };
        Array.Copy(Names, index, copy.Names, 0, copy.Count);
        Array.Copy(IsPresent, index, copy.IsPresent, 0, copy.Count);
        return copy;
    }

    private void MakeRoom(int count)
    {
        if (count <= Names.Length) return;
        int room = Math.Max(count, Names.Length * 2);
        byte[][] names = Names;
        bool[] isPresent = IsPresent;
        Array.Resize(ref names, room);
        Array.Resize(ref isPresent, room);
        (Names, IsPresent) = (names, isPresent);
    }
}
