using Bitmapist.Engine.Bits;
using Bitmapist.Roaring;
using Bitmapist.Storage.Files;
using Bitmapist.Storage.Snapshots;

namespace Bitmapist.Engine.Durability;

/// <summary>The keys of a database file, read one after another in bounded memory. Any thread.</summary>
public sealed class DatabaseContents(DatabaseFile file)
{
    /// <summary>Every key of every database, ascending by database and then bytewise by name.</summary>
    /// <exception cref="CorruptFileException">What was read does not prove itself or makes no sense.</exception>
    public IEnumerable<StoredString> Keys() => Keys(default);

    /// <summary>The keys from a stored key on (docs/format/effects.md), up to the end.</summary>
    internal IEnumerable<StoredString> Keys(ReadOnlyMemory<byte> from)
    {
        foreach (StoredEntry entry in file.ReadEntries(from))
        {
            if (!StoredKeys.IsOfKeyspace(entry.Key.Span)) yield break; // these come last
            yield return Parse(file, entry);
        }
    }

    /// <summary>Reads a key's value. O(bytes).</summary>
    /// <exception cref="CorruptFileException">It does not prove itself or makes no sense.</exception>
    public StringValue Read(in StoredString key) => Read(file, key.LengthBytes, key.Stored);

    /// <summary>Puts every key of the newest generation into a new file that is made from this one.</summary>
    /// <returns>How many there are.</returns>
    /// <exception cref="StorageException">It cannot be read or written.</exception>
    /// <exception cref="CorruptFileException">What was read does not prove itself or makes no sense.</exception>
    internal long CopyTo(GenerationWriter writer)
    {
        var keys = new KeyWriter();
        var totals = new KeyTotals();
        foreach (StoredString key in Keys())
        {
            keys.PutStored(writer, key);
            totals[key.Database] = totals[key.Database].Add(key.ExpiresAtUnixMs, 1);
        }

        KeyWriter.PutTotals(writer, totals);
        return totals.Keys;
    }

    internal static StringValue Read(DatabaseFile file, long lengthBytes, in StoredEntry stored)
    {
        byte[] value = new byte[stored.ValueBytes];
        file.ReadValue(stored, value);
        try
        {
            return ValueCodec.Read(lengthBytes, value);
        }
        catch (InvalidDataException malformed)
        {
            throw Damaged(file.Path, stored, malformed);
        }
    }

    /// <summary>Reads a value's bits in their serialized form, validated, as an operand for one operation.</summary>
    internal static SerializedBitmap ReadSerialized(DatabaseFile file, long lengthBytes, in StoredEntry stored)
    {
        byte[] value = new byte[stored.ValueBytes];
        file.ReadValue(stored, value);
        try
        {
            return ValueCodec.ReadBits(lengthBytes, value);
        }
        catch (InvalidDataException malformed)
        {
            throw Damaged(file.Path, stored, malformed);
        }
    }

    internal static StoredString Parse(DatabaseFile file, in StoredEntry entry)
    {
        try
        {
            int database = StoredKeys.Read(entry.Key.Span, out ReadOnlySpan<byte> name);
            ValueCodec.ReadMetadata(
                entry.Metadata.Span, out long lengthBytes, out long cardinality, out long expiresAt);
            return new StoredString(
                database, entry.Key[^name.Length..], lengthBytes, cardinality, expiresAt, entry);
        }
        catch (InvalidDataException malformed)
        {
            throw Damaged(file.Path, entry, malformed);
        }
    }

    private static CorruptFileException Damaged(string path, in StoredEntry entry, Exception malformed) =>
        new(FileDefect.Damaged, path, entry.ValueOffset, malformed.Message);
}
