using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Bitmapist.Storage.Snapshots;

/// <summary>
/// Index entries put in any order, waiting to be sorted into a run. Keys and metadata lie in one array, so that a
/// million entries are not a million objects. One thread.
/// </summary>
internal sealed class PendingEntries
{
    /// <summary>From here on the entries should go to a run; it bounds the memory of a snapshot of any size.</summary>
    public const int FullBytes = 32 << 20; // some 400,000 keys of ordinary length

    private readonly List<Slot> _slots = [];
    private byte[] _arena = new byte[64 << 10];
    private int _count;

    public bool IsEmpty => _slots.Count == 0;

    public bool IsFull => _count + _slots.Count * (long)Unsafe.SizeOf<Slot>() >= FullBytes;

    public int Count => _slots.Count;

    public void Add(ReadOnlySpan<byte> key, in IndexEntry entry, ReadOnlySpan<byte> metadata)
    {
        int needed = key.Length + metadata.Length;
        if (_arena.Length - _count < needed)
            Array.Resize(ref _arena, (int)Math.Max((long)_count + needed, Math.Min(_arena.Length * 2L, FullBytes)));
        _slots.Add(new Slot(Prefix(key), _count, key.Length, metadata.Length, entry));
        key.CopyTo(_arena.AsSpan(_count));
        metadata.CopyTo(_arena.AsSpan(_count + key.Length));
        _count += needed;
    }

    /// <summary>Sorts by key; of several entries of one key the last put remains.</summary>
    public void Sort()
    {
        byte[] keys = _arena;
        CollectionsMarshal.AsSpan(_slots).Sort((left, right) => Compare(keys, left, right));
        int kept = 0;
        for (int i = 0; i < _slots.Count; i++)
        {
            bool overwritten = i + 1 < _slots.Count && Key(i).SequenceEqual(Key(i + 1));
            if (!overwritten) _slots[kept++] = _slots[i];
        }

        _slots.RemoveRange(kept, _slots.Count - kept);
    }

    public ReadOnlySpan<byte> Key(int index) => _arena.AsSpan(_slots[index].Start, _slots[index].KeyBytes);

    public ReadOnlySpan<byte> Metadata(int index) =>
        _arena.AsSpan(_slots[index].Start + _slots[index].KeyBytes, _slots[index].MetadataBytes);

    public IndexEntry Entry(int index) => _slots[index].Entry;

    public void Clear()
    {
        _slots.Clear();
        _count = 0;
    }

    private static int Compare(byte[] keys, in Slot left, in Slot right)
    {
        int order = left.Prefix.CompareTo(right.Prefix);
        if (order != 0) return order;
        order = keys.AsSpan(left.Start, left.KeyBytes).SequenceCompareTo(keys.AsSpan(right.Start, right.KeyBytes));
        return order != 0 ? order : left.Start.CompareTo(right.Start);
    }

    /// <summary>The first eight bytes as a number that compares as they do; spares most looks into the arena.</summary>
    private static ulong Prefix(ReadOnlySpan<byte> key)
    {
        if (key.Length >= 8) return BinaryPrimitives.ReadUInt64BigEndian(key);
        Span<byte> padded = stackalloc byte[8];
        padded.Clear();
        key.CopyTo(padded);
        return BinaryPrimitives.ReadUInt64BigEndian(padded);
    }

    private readonly record struct Slot(ulong Prefix, int Start, int KeyBytes, int MetadataBytes, IndexEntry Entry);
}
