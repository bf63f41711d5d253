using System.Buffers;
using Bitmapist.Engine.Bits;

namespace Bitmapist.Engine.Durability;

/// <summary>
/// The effects of a command or a transaction, encoded as docs/format/effects.md says: what a replay must do, never what
/// the client asked (absolute times, no effect for what changed nothing). One session's, reused.
/// </summary>
internal sealed class EffectBuffer
{
    private const int KeptBytes = 64 * 1024; // a buffer grown beyond this for one huge value is given back
    private ArrayBufferWriter<byte> _bytes = new(256);

    public bool IsEmpty => _bytes.WrittenCount == 0;

    public ReadOnlySpan<byte> Written => _bytes.WrittenSpan;

    public void Clear()
    {
        if (_bytes.Capacity > KeptBytes) _bytes = new ArrayBufferWriter<byte>(256);
        else _bytes.ResetWrittenCount();
    }

    public void Bit(int database, ReadOnlySpan<byte> name, uint offset, bool bit)
    {
        Key(bit ? EffectKind.SetBit : EffectKind.ClearBit, database, name);
        Number(offset);
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

    /// <summary>
    /// A bit operation; each of <paramref name="sourceCount"/> sources follows by <see cref="Source"/>.
    /// </summary>
    public void BitOp(int database, ReadOnlySpan<byte> destination, BitOperation operation, int sourceCount)
    {
        Key(EffectKind.BitOp, database, destination);
        Number((ulong)operation);
        Number((ulong)sourceCount);
    }

    public void Source(ReadOnlySpan<byte> name) => Bytes(name);

    public void Flush(int database)
    {
        Number((ulong)EffectKind.FlushDatabase);
        Number((ulong)database);
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
        _bytes.Write(bytes);
    }

    private void Number(ulong value) => _bytes.Advance(Varint.Write(_bytes.GetSpan(Varint.BytesMax), value));
}
