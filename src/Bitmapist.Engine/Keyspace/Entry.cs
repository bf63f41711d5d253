using Bitmapist.Engine.Bits;
using Bitmapist.Roaring;

namespace Bitmapist.Engine.Keyspace;

/// <summary>
/// A key and its value: a Redis string as a length in bytes plus the set of one-bits (bit offsets as on the wire).
/// Touched only under its shard's lock. Invariant: every bit lies below <c>LengthBytes * 8</c>.
/// </summary>
internal sealed class Entry(int database, ulong hash, byte[] name)
{
    // The object itself, its name's header, its place in the table, and the objects that hold the bits.
    private const int FixedBytes = 250;

    private RoaringBitmap? _bits;
    private PendingBits? _pending;

    public readonly byte[] Name = name;
    public readonly ulong Hash = hash;

    /// <summary>Next entry of the same hash bucket.</summary>
    public Entry? Next;

    /// <summary>Length of the string in bytes, 0 … 512 MiB.</summary>
    public long LengthBytes;

    /// <summary>Unix milliseconds at which the key is gone; 0 when it stays.</summary>
    public long ExpiresAtUnixMs;

    /// <summary>The keyspace epoch of the last change; epochs end at snapshot cuts.</summary>
    public int ModifiedEpoch;

    /// <summary>Number of the last snapshot that has this entry's state, or that must not have it.</summary>
    public int CapturedIn;

    public readonly ushort Database = (ushort)database;

    /// <summary>When the entry was last asked for, in seconds of <see cref="KeyspaceStore.Clock"/>.</summary>
    public int LastUsed;

    /// <summary>The key may be in the database file, so that removing it needs a tombstone there.</summary>
    public bool IsSaved;

    /// <summary>The entry is no longer in its table.</summary>
    public bool IsDetached;

    /// <summary>The value as mutable bits; computes an unfinished bit operation first.</summary>
    public RoaringBitmap Bits
    {
        get
        {
            if (_bits is null)
            {
                _bits = RoaringBitmap.FromFrozen(_pending!.Force());
                _pending = null;
            }

            return _bits;
        }
    }

    /// <summary>The value, while its bits are still to be computed or read; null when they are at hand.</summary>
    public PendingBits? Unfinished => _pending is { IsReady: false } ? _pending : null;

    /// <summary>Releases the value of a removed entry, which lists may go on referring to for a while.</summary>
    public void Release()
    {
        _bits = null;
        _pending = null;
    }

    public void SetBits(RoaringBitmap bits)
    {
        _bits = bits;
        _pending = null;
    }

    public void SetBits(PendingBits bits)
    {
        _bits = null;
        _pending = bits;
    }

    /// <summary>The value as it is held: mutable bits need not be frozen to be asked.</summary>
    public PendingBits? Pending => _pending;

    /// <summary>The object that holds the bits, for <see cref="Hold"/> to put back.</summary>
    public object? Held => (object?)_bits ?? _pending;

    /// <summary>Puts back what <see cref="Held"/> was.</summary>
    public void Hold(object? held)
    {
        _bits = held as RoaringBitmap;
        _pending = held as PendingBits;
    }

    /// <summary>Bytes the entry occupies, its bits included; O(chunks).</summary>
    public long MemoryBytes => FixedBytes + Name.Length + BitsBytes;

    /// <summary>Bytes that the bits occupy; 0 while they are still to be computed or read. O(chunks).</summary>
    public long BitsBytes => _bits?.MemoryBytes ?? _pending?.ReadyBits?.MemoryBytes ?? 0;

    /// <summary>The value as of now, immutable and safe outside the lock; O(1).</summary>
    public StringValue Freeze() => new(LengthBytes, _pending ?? PendingBits.Ready(_bits!.Freeze()));

    /// <summary>The same for a reader that soon releases it, as a save does that passes over very many.</summary>
    public StringValue FreezeBriefly() => new(LengthBytes, _pending ?? PendingBits.Ready(_bits!.FreezeBriefly()));
}
