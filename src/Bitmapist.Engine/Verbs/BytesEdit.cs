using Bitmapist.Engine.Bits;
using Bitmapist.Engine.Keyspace;

namespace Bitmapist.Engine.Verbs;

/// <summary>
/// Bytes take the place of a string's bytes from an offset on, or go behind its last one. A shorter string grows, and a
/// missing key is made; zeros fill what lies between, and cost nothing. The expiry time stays.
/// </summary>
/// <param name="session">The caller's.</param>
/// <param name="name">The key.</param>
/// <param name="offsetBytes">Where the first byte goes; null: to the end.</param>
/// <param name="bytes">The bytes.</param>
public sealed class BytesEdit(
    Session session, ReadOnlyMemory<byte> name, long? offsetBytes, ReadOnlyMemory<byte> bytes)
    : StringRewrite(session, name)
{
    private BitPatch _patch;

    /// <summary>Nothing was changed, as the string would be longer than 512 MiB.</summary>
    public bool IsTooLong { get; private set; }

    /// <summary>The string's length, when that is not so.</summary>
    public long LengthBytes { get; private set; }

    private protected override KeyEvent Event => offsetBytes is null ? KeyEvent.Append : KeyEvent.SetRange;

    private protected override long NewChunks => (bytes.Length / StringBytes.ChunkBytes) + 1;

    private protected override bool NeedsBits(long lengthBytes) =>
        !bytes.IsEmpty && bytes.Length <= EngineLimits.StringBytes - (offsetBytes ?? lengthBytes);

    private protected override bool Begin(long? lengthBytes)
    {
        LengthBytes = lengthBytes ?? 0;
        if (bytes.IsEmpty) return Touch(lengthBytes);
        long offset = offsetBytes ?? LengthBytes;
        IsTooLong = bytes.Length > EngineLimits.StringBytes - offset;
        if (!IsTooLong) LengthBytes = Math.Max(LengthBytes, offset + bytes.Length);
        return !IsTooLong;
    }

    private protected override StringValue? Rewrite(in StringValue old)
    {
        if (bytes.IsEmpty) return StringValue.Empty;
        _patch = BitPatch.OfBytes(offsetBytes ?? old.LengthBytes, bytes.Span);
        return _patch.ApplyTo(old);
    }

    private protected override void Log()
    {
        if (bytes.IsEmpty) Session.Effects.Set(Session.Database, Name, 0, 0, SerializedValue.Of([]).Bits.Span);
        else Session.Effects.WriteBits(Session.Database, Name, _patch.Start, _patch.End - _patch.Start, bytes.Span);
    }

    /// <summary>
    /// Nothing put behind a string counts as a change of it, and makes a missing one; put into it, it does not.
    /// </summary>
    private bool Touch(long? lengthBytes)
    {
        if (offsetBytes is not null) return false;
        if (lengthBytes is null) return true;
        var key = new KeyRef(Name);
        if (Session.FindResident(key) is { } entry)
            Session.Store.Shards[key.Shard].Watches.Touch(entry.Database, entry.Hash, entry.Name);
        Session.Tell(Event, Name);
        return false;
    }
}

/// <summary>Bits in the place of a string's, as the log has them.</summary>
internal sealed class BitsEdit(Session session, ReadOnlyMemory<byte> name, BitPatch patch)
    : StringRewrite(session, name)
{
    private protected override KeyEvent Event => KeyEvent.SetBit;

    private protected override long NewChunks => (patch.End >> 16) - (patch.Start >> 16) + 1;

    private protected override bool NeedsBits(long lengthBytes) => true;

    private protected override bool Begin(long? lengthBytes) => true;

    private protected override StringValue? Rewrite(in StringValue old) => patch.ApplyTo(old);

    private protected override void Log()
    {
        // A replay: it is in the log.
    }
}

/// <summary>The verb for a replay.</summary>
internal static class BitsEditVerbs
{
    /// <summary>Writes bits; within a replay.</summary>
    public static void WriteBits(this Session session, ReadOnlyMemory<byte> name, BitPatch patch) =>
        new BitsEdit(session, name, patch).TryRun(out _);
}
