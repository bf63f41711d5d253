using Bitmapist.Engine.Bits;
using Bitmapist.Storage.Files;

namespace Bitmapist.Engine.Effects;

/// <summary>
/// The effects of a command or a transaction, encoded as docs/format/effects.md says: what a replay must do, never what
/// the client asked (absolute times, no effect for what changed nothing). One session's, reused.
/// </summary>
internal sealed class EffectBuffer
{
    private const int InitialBytes = 256;
    private const int KeptBytes = 64 * 1024; // a buffer grown beyond this for one huge value is given back
    private byte[] _bytes = []; // a session that only reads writes none
    private int _count;

    public bool IsEmpty => _count == 0;

    /// <summary>Bytes written.</summary>
    public int Count => _count;

    public ReadOnlySpan<byte> Written => _bytes.AsSpan(0, _count);

    public void Clear()
    {
        _count = 0;
        if (_bytes.Length > KeptBytes) _bytes = [];
    }

    /// <summary>Drops what was written behind so many bytes.</summary>
    public void Truncate(int count) => _count = count;

    public void Bit(int database, ReadOnlySpan<byte> name, uint offset, bool bit)
    {
        Key(bit ? EffectKind.SetBit : EffectKind.ClearBit, database, name);
        Number(offset);
    }

    /// <summary>Bits of a string are these; a missing key is made, and a string that is shorter grows.</summary>
    /// <param name="database">The key's database.</param>
    /// <param name="name">The key.</param>
    /// <param name="offset">The first bit.</param>
    /// <param name="count">How many, at least 1.</param>
    /// <param name="bytes">They, from the most significant bit of byte 0 on; (count + 7) / 8 bytes.</param>
    public void WriteBits(
        int database, ReadOnlySpan<byte> name, long offset, long count, ReadOnlySpan<byte> bytes)
    {
        Key(EffectKind.WriteBits, database, name);
        Number((ulong)offset);
        Number((ulong)count);
        Bytes(bytes);
    }

    /// <summary>The key becomes this string with this expiry time (0: none).</summary>
    /// <param name="serializedBits">The bits in the portable roaring format.</param>
    public void Set(
        int database,
        ReadOnlySpan<byte> name,
        long lengthBytes,
        long expiresAtUnixMs,
        ReadOnlySpan<byte> serializedBits)
    {
        Key(EffectKind.Set, database, name);
        Number((ulong)lengthBytes);
        Number((ulong)expiresAtUnixMs);
        Bytes(serializedBits);
    }

    public void Delete(int database, ReadOnlySpan<byte> name) => Key(EffectKind.Delete, database, name);

    public void Expire(int database, ReadOnlySpan<byte> name, long expiresAtUnixMs)
    {
        Key(EffectKind.Expire, database, name);
        Number((ulong)expiresAtUnixMs);
    }

    public void Rename(int database, ReadOnlySpan<byte> from, ReadOnlySpan<byte> to)
    {
        Key(EffectKind.Rename, database, from);
        Bytes(to);
    }

    public void Copy(int database, ReadOnlySpan<byte> from, int toDatabase, ReadOnlySpan<byte> to)
    {
        Key(EffectKind.Copy, database, from);
        Number((ulong)toDatabase);
        Bytes(to);
    }

    public void BitOp(
        int database, ReadOnlySpan<byte> destination, BitopKind operation, ReadOnlyMemory<byte>[] sources)
    {
        Key(EffectKind.BitOp, database, destination);
        Number((ulong)operation);
        Number((ulong)sources.Length);
        foreach (ReadOnlyMemory<byte> source in sources) Bytes(source.Span);
    }

    public void Flush(int database)
    {
        Number((ulong)EffectKind.FlushDatabase);
        Number((ulong)database);
    }

    public void Swap(int database, int other)
    {
        Number((ulong)EffectKind.SwapDatabases);
        Number((ulong)database);
        Number((ulong)other);
    }

    private void Key(EffectKind kind, int database, ReadOnlySpan<byte> name)
    {
        Number((ulong)kind);
        Number((ulong)database);
        Bytes(name);
    }

    private void Bytes(ReadOnlySpan<byte> bytes)
    {
        Number((ulong)bytes.Length);
        MakeRoom(bytes.Length);
        bytes.CopyTo(_bytes.AsSpan(_count));
        _count += bytes.Length;
    }

    private void Number(ulong value)
    {
        MakeRoom(Varint.BytesMax);
        _count += Varint.Write(_bytes.AsSpan(_count), value);
    }

    private void MakeRoom(int bytes)
    {
        if (_bytes.Length - _count >= bytes) return;
        long grown = Math.Clamp(_bytes.Length * 2L, InitialBytes, Array.MaxLength);
        long wanted = Math.Max((long)_count + bytes, grown);
        Array.Resize(ref _bytes, checked((int)wanted));
    }
}
