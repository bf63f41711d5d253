using System.Buffers;
using System.Runtime.InteropServices;
using Bitmapist.Engine.Bits;
using Bitmapist.Roaring;
using Bitmapist.Storage.Snapshots;

namespace Bitmapist.Engine.Stored;

/// <summary>Puts keys of the keyspace, and what belongs to them, into a generation being written. One thread.</summary>
internal sealed class KeyWriter
{
    private const int ValueBytesKept = 1024 * 1024;
    private readonly List<byte> _key = [];
    private readonly byte[] _metadata = new byte[ValueCodec.MetadataBytesMax];
    private ArrayBufferWriter<byte> _value = new();

    /// <summary>Stores or removes a key as it was captured for the next generation of a file.</summary>
    public void Put(GenerationWriter writer, in CapturedKey captured, DatabaseFile file)
    {
        if (captured.Value is not { } value)
        {
            KeyCodec.Write(captured.Database, captured.Name, _key);
            writer.Delete(CollectionsMarshal.AsSpan(_key)); // what the expiry index has of it goes when its time comes
        }
        else if (value.Pending.Stored is { } stored && stored.File == file)
        {
            // Only its name or its expiry changed: the bits stay where they are, unread.
            PutStored(writer, new StoredString(captured.Database, captured.Name, value.LengthBytes,
                stored.Cardinality, captured.ExpiresAtUnixMs, stored.Stored));
        }
        else if (value.Pending.Stored is { } elsewhere)
        {
            PutCopied(writer, captured, value.LengthBytes, elsewhere);
        }
        else
        {
            Put(writer, captured.Database, captured.Name, value, captured.ExpiresAtUnixMs);
        }
    }

    /// <summary>Stores a key.</summary>
    public void Put(
        GenerationWriter writer, int database, ReadOnlySpan<byte> name, in StringValue value, long expiresAtUnixMs)
    {
        _value.ResetWrittenCount();
        FrozenBitmap bits = value.Pending.ForceOnce();
        bits.Serialize(_value);
        int count = ValueCodec.WriteMetadata(value.LengthBytes, bits.Cardinality, expiresAtUnixMs, _metadata);
        KeyCodec.Write(database, name, _key);
        writer.Put(CollectionsMarshal.AsSpan(_key), _metadata.AsSpan(0, count), _value.WrittenSpan);
        PutExpiry(writer, database, name, expiresAtUnixMs);
        if (_value.Capacity > ValueBytesKept) _value = new ArrayBufferWriter<byte>();
    }

    /// <summary>Stores a key whose bits the file (or the one it is made from) has already.</summary>
    public void PutStored(GenerationWriter writer, in StoredString key)
    {
        int count = ValueCodec.WriteMetadata(key.LengthBytes, key.Cardinality, key.ExpiresAtUnixMs, _metadata);
        KeyCodec.Write(key.Database, key.Name.Span, _key);
        writer.Put(CollectionsMarshal.AsSpan(_key), _metadata.AsSpan(0, count), key.Stored);
        PutExpiry(writer, key.Database, key.Name.Span, key.ExpiresAtUnixMs);
    }

    /// <summary>
    /// Stores a key whose bits lie in a file that another has replaced: verified and copied, but not brought into
    /// memory, which so many of them need not have room for.
    /// </summary>
    private void PutCopied(
        GenerationWriter writer, in CapturedKey captured, long lengthBytes, StoredBits source)
    {
        _value.ResetWrittenCount();
        int valueBytes = source.Stored.ValueBytes;
        Span<byte> value = _value.GetSpan(Math.Max(1, valueBytes))[..valueBytes];
        source.File.ReadValue(source.Stored, value);
        int count = ValueCodec.WriteMetadata(lengthBytes, source.Cardinality, captured.ExpiresAtUnixMs, _metadata);
        KeyCodec.Write(captured.Database, captured.Name, _key);
        writer.Put(CollectionsMarshal.AsSpan(_key), _metadata.AsSpan(0, count), value);
        PutExpiry(writer, captured.Database, captured.Name, captured.ExpiresAtUnixMs);
        if (_value.Capacity > ValueBytesKept) _value = new ArrayBufferWriter<byte>();
    }

    private void PutExpiry(GenerationWriter writer, int database, ReadOnlySpan<byte> name, long expiresAtUnixMs)
    {
        if (expiresAtUnixMs == 0) return;
        KeyCodec.WriteExpiry(database, name, expiresAtUnixMs, _key);
        writer.Put(CollectionsMarshal.AsSpan(_key), default, default(ReadOnlySpan<byte>));
    }

    /// <summary>Stores the totals.</summary>
    public static void PutTotals(GenerationWriter writer, KeyTotals totals) =>
        writer.Put(KeyCodec.Totals, default, totals.Write());
}

/// <summary>A key as of a snapshot's cut.</summary>
/// <param name="Database">Number of its database.</param>
/// <param name="Name">Its name.</param>
/// <param name="Value">Its frozen value; null when the key was removed.</param>
/// <param name="ExpiresAtUnixMs">Its expiry time; 0: none.</param>
internal readonly record struct CapturedKey(int Database, byte[] Name, StringValue? Value, long ExpiresAtUnixMs);
