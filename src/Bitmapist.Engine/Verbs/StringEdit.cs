using System.Diagnostics;
using Bitmapist.Engine.Bits;
using Bitmapist.Engine.Keyspace;

namespace Bitmapist.Engine.Verbs;

/// <summary>
/// A change of a string that depends on what the string holds, on its way: done in one hold of the key's shard, in
/// which the bits are at hand. Where they are not, they are made ready outside. One thread at a time.
/// </summary>
public abstract class StringEdit
{
    private readonly ReadOnlyMemory<byte> _name;

    private protected StringEdit(Session session, ReadOnlyMemory<byte> name)
    {
        Session = session;
        _name = name;
    }

    private protected Session Session { get; }

    private protected ReadOnlySpan<byte> Name => _name.Span;

    /// <summary>Does it, unless that would wait for bits to be computed or read: then nothing is done.</summary>
    /// <param name="unfinished">What there is to wait for, or to be worked on: call <see cref="Run"/> where waiting
    /// stalls nobody.</param>
    /// <exception cref="DiskReadException">The index, or within a transaction the bits, cannot be read; nothing is
    /// changed.</exception>
    public bool TryRun(out PendingBits? unfinished)
    {
        var key = new KeyRef(_name.Span);
        using ShardScope scope = Session.Enter(key.ShardMask);
        Entry? entry = Session.Find(key);
        bool mayWait = !Session.InTransaction && NeedsBits(entry?.LengthBytes ?? 0);
        unfinished = mayWait ? FindLong(entry) : null;
        if (unfinished is not null) return false;
        Apply(key, entry);
        return true;
    }

    /// <summary>Does it; bits that are not at hand are made ready before the key's shard is held.</summary>
    /// <exception cref="DiskReadException">They cannot be read; nothing is changed.</exception>
    public virtual void Run()
    {
        var key = new KeyRef(_name.Span);
        using ShardScope scope = Session.EnterComputed(key, out Entry? entry);
        Apply(key, entry);
    }

    /// <summary>Whether it looks at the bits of a string of a length at all.</summary>
    private protected abstract bool NeedsBits(long lengthBytes);

    /// <summary>The value of an entry, where it is too much for a hold of its shard; else null.</summary>
    private protected virtual PendingBits? FindLong(Entry? entry) => entry?.Unfinished;

    /// <summary>Does it; the key's shard is held, and the bits are at hand if they are needed.</summary>
    private protected abstract void Apply(in KeyRef key, Entry? entry);

    /// <summary>The bytes of a string that is at hand and short.</summary>
    private protected static ReadOnlySpan<byte> Bytes(Entry entry, Span<byte> buffer)
    {
        Debug.Assert(entry.LengthBytes <= buffer.Length && buffer.Length <= StringBytes.ChunkBytes, "A short string.");
        Span<byte> bytes = buffer[..(int)entry.LengthBytes];
        StringBytes.CopyTo(entry.Freeze().Bits, 0, bytes);
        return bytes;
    }
}
