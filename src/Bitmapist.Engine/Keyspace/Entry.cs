using System.Runtime.CompilerServices;
using Bitmapist.Engine.Bits;
using Bitmapist.Roaring;

namespace Bitmapist.Engine.Keyspace;

/// <summary>
/// A key and its value: a Redis string as a length in bytes plus the set of one-bits (bit offsets as on the wire).
/// Touched only under its shard's lock. Invariant: every bit lies below <c>LengthBytes * 8</c>.
/// </summary>
internal sealed class Entry(int database, ulong hash, byte[] name)
{
    // The object itself, its name's header, its places in the table and in the list of changes.
    private const int FixedBytes = 130;

    // The bits: a uint[] (see FewIds), a RoaringBitmap, or PendingBits; null once released.
    private object? _bits;
    private uint _lengthBytes;

    public readonly byte[] Name = name;
    public readonly ulong Hash = hash;

    /// <summary>Next entry of the same hash bucket.</summary>
    public Entry? Next;

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

    /// <summary>Length of the string in bytes, 0 … 512 MiB.</summary>
    public long LengthBytes
    {
        get => _lengthBytes;
        set => _lengthBytes = checked((uint)value);
    }

    /// <summary>The value, while its bits are still to be computed or read; null when they are at hand.</summary>
    public PendingBits? Unfinished => _bits is PendingBits { IsReady: false } pending ? pending : null;

    /// <summary>How many bits are set; an unfinished operation is computed first, as by all that follow.</summary>
    public long Cardinality => AtHand() is RoaringBitmap bits ? bits.Cardinality : AsFew(_bits)!.Length;

    /// <summary>
    /// The object that holds the bits, for <see cref="Hold"/> to put back. Where it is pending bits they need not be
    /// frozen to be asked.
    /// </summary>
    public object? Held => _bits;

    /// <summary>Bytes the entry occupies, its bits included; O(chunks).</summary>
    public long MemoryBytes => FixedBytes + Name.Length + BitsBytes;

    /// <summary>Bytes that the bits occupy, or what says how to make them. O(chunks).</summary>
    public long BitsBytes => _bits switch
    {
        RoaringBitmap bits => bits.MemoryBytes,
        PendingBits pending => pending.MemoryBytes,
        null => 0,
        object few => FewIds.MemoryBytes(AsFew(few)!),
    };

    public bool Contains(uint offset) => AtHand() is RoaringBitmap bits
        ? bits.Contains(offset)
        : FewIds.IndexOf(AsFew(_bits)!, offset) >= 0;

    /// <summary>Sets or clears a bit; true when that changed it.</summary>
    /// <param name="offset">The bit's offset, within the string.</param>
    /// <param name="bit">Its new value.</param>
    /// <param name="leftBytes">Grows by what is left to frozen values that share it; see
    /// <see cref="Shard.LeftBytes"/>.</param>
    public bool Write(uint offset, bool bit, ref long leftBytes)
    {
        if (AtHand() is not RoaringBitmap bits)
        {
            uint[] few = AsFew(_bits)!;
            int index = FewIds.IndexOf(few, offset);
            if (index >= 0 == bit) return false;
            if (!bit || few.Length < FewIds.Max)
            {
                _bits = bit ? FewIds.With(few, ~index, offset) : FewIds.Without(few, index);
                return true;
            }

            _bits = bits = RoaringBitmap.FromFrozen(FrozenBitmap.OfFew(few));
        }

        return bit ? bits.Add(offset, ref leftBytes) : bits.Remove(offset, ref leftBytes);
    }

    /// <summary>Has the bits computed or read, if they are not at hand.</summary>
    public void MakeReady() => AtHand();

    /// <summary>Makes it a string without a one-bit.</summary>
    public void Clear() => _bits = FewIds.None;

    public void SetBits(FrozenBitmap bits) =>
        _bits = bits.Cardinality <= FewIds.Max ? FewIds.Of(bits) : RoaringBitmap.FromFrozen(bits);

    public void SetBits(PendingBits bits) => _bits = bits;

    /// <summary>Puts back what <see cref="Held"/> was.</summary>
    public void Hold(object? held) => _bits = held;

    /// <summary>Drops the value of a removed entry, which lists may go on referring to for a while.</summary>
    public void Release() => _bits = null;

    /// <summary>The value as of now, immutable and safe outside the lock; O(1).</summary>
    public StringValue Freeze() => new(LengthBytes, _bits switch
    {
        RoaringBitmap bits => PendingBits.Ready(bits.Freeze()),
        PendingBits pending => pending,
        object few => PendingBits.Ready(FrozenBitmap.OfFew(AsFew(few)!)),
        null => throw new InvalidOperationException("A removed entry has no value."),
    });

    /// <summary>The same for a reader that soon drops it, as a save does that passes over very many.</summary>
    public StringValue FreezeBriefly() =>
        _bits is RoaringBitmap bits ? new(LengthBytes, PendingBits.Ready(bits.FreezeBriefly())) : Freeze();

    private static uint[]? AsFew(object? bits) => Unsafe.As<uint[]>(bits); // the only kind of array there is

    private object AtHand()
    {
        if (_bits is PendingBits pending) SetBits(pending.Force());
        return _bits!;
    }
}
