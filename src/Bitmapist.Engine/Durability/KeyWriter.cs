using System.Buffers;
using System.Runtime.InteropServices;
using Bitmapist.Engine.Bits;
using Bitmapist.Storage.Snapshots;

namespace Bitmapist.Engine.Durability;

/// <summary>Puts keys of the keyspace, and what belongs to them, into a generation being written. One thread.</summary>
internal sealed class KeyWriter
{
    private const int ValueBytesKept = 1024 * 1024;
    private readonly List<byte> _key = [];
    private readonly byte[] _metadata = new byte[ValueCodec.MetadataBytesMax];
    private ArrayBufferWriter<byte> _value = new();

    /// <summary>Stores a key.</summary>
    public void Put(
        GenerationWriter writer, int database, ReadOnlySpan<byte> name, in StringValue value, long expiresAtUnixMs)
    {
        _value.ResetWrittenCount();
        value.Bits.Serialize(_value);
        int count = ValueCodec.WriteMetadata(value.LengthBytes, value.Bits.Cardinality, expiresAtUnixMs, _metadata);
        StoredKeys.Write(database, name, _key);
        writer.Put(CollectionsMarshal.AsSpan(_key), _metadata.AsSpan(0, count), _value.WrittenSpan);
        PutExpiry(writer, database, name, expiresAtUnixMs);
        if (_value.Capacity > ValueBytesKept) _value = new ArrayBufferWriter<byte>();
    }

    /// <summary>Stores the item of the expiry index that belongs to a key; 0: none.</summary>
    public void PutExpiry(GenerationWriter writer, int database, ReadOnlySpan<byte> name, long expiresAtUnixMs)
    {
        if (expiresAtUnixMs == 0) return;
        StoredKeys.WriteExpiry(database, name, expiresAtUnixMs, _key);
        writer.Put(CollectionsMarshal.AsSpan(_key), default, default(ReadOnlySpan<byte>));
    }

    /// <summary>Removes a key. What the expiry index has of it goes when its time comes.</summary>
    public void Delete(GenerationWriter writer, int database, ReadOnlySpan<byte> name)
    {
        StoredKeys.Write(database, name, _key);
        writer.Delete(CollectionsMarshal.AsSpan(_key));
    }

    /// <summary>Stores the totals.</summary>
    public static void PutTotals(GenerationWriter writer, KeyTotals totals) =>
        writer.Put(StoredKeys.Totals, totals.Write(), default(ReadOnlySpan<byte>));
}
