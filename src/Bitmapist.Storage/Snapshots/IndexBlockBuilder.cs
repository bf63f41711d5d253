using System.Buffers;
using System.Buffers.Binary;
using Bitmapist.Storage.Files;

namespace Bitmapist.Storage.Snapshots;

/// <summary>
/// Collects the entries of one index block (docs/format/database.md §3), keys ascending, each key without what it
/// shares with the one before it: varint sharedBytes | varint restBytes | rest | kind u8, and for a value
/// varint metadataBytes | metadata | varint valueOffset | varint valueBytes | crc32c u32.
/// </summary>
internal sealed class IndexBlockBuilder
{
    /// <summary>A block is closed once it has this many bytes; the last entry may carry it beyond.</summary>
    public const int TargetBytes = 4096;

    public const byte ValueKind = 1;
    public const byte DeletionKind = 2;

    private readonly ArrayBufferWriter<byte> _payload = new(TargetBytes * 2);
    private byte[] _lastKey = new byte[64];

    private int _lastKeyBytes;

    public ReadOnlySpan<byte> Payload => _payload.WrittenSpan;

    public ReadOnlySpan<byte> LastKey => _lastKey.AsSpan(0, _lastKeyBytes);

    public void Add(ReadOnlySpan<byte> key, in IndexEntry entry, ReadOnlySpan<byte> metadata)
    {
        int shared = _payload.WrittenCount == 0 ? 0 : key.CommonPrefixLength(LastKey);
        WriteVarint(shared);
        WriteVarint(key.Length - shared);
        _payload.Write(key[shared..]);
        _payload.GetSpan(1)[0] = entry.IsDeleted ? DeletionKind : ValueKind;
        _payload.Advance(1);
        if (!entry.IsDeleted)
        {
            WriteVarint(metadata.Length);
            _payload.Write(metadata);
            WriteVarint(entry.ValueOffset);
            WriteVarint(entry.ValueBytes);
            BinaryPrimitives.WriteUInt32LittleEndian(_payload.GetSpan(4), entry.ValueChecksum);
            _payload.Advance(4);
        }

        if (key.Length > _lastKey.Length) _lastKey = new byte[key.Length * 2];
        key.CopyTo(_lastKey);
        _lastKeyBytes = key.Length;
    }

    /// <summary>Begins the next block; the last key is kept for asking.</summary>
    public void Clear() => _payload.ResetWrittenCount();

    private void WriteVarint(long value) =>
        _payload.Advance(Varint.Write(_payload.GetSpan(Varint.BytesMax), (ulong)value));
}
