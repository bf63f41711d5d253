using Bitmapist.Engine.Bits;
using Bitmapist.Storage.Files;
using Bitmapist.Storage.Snapshots;

namespace Bitmapist.Engine.Stored;

/// <summary>The keys of a database file, read one after another in bounded memory. Any thread.</summary>
public sealed class DatabaseReader(DatabaseFile file)
{
    /// <summary>Every key of every database, ascending by database and then bytewise by name.</summary>
    /// <exception cref="CorruptFileException">What was read does not match its checksum or makes no sense.</exception>
    public IEnumerable<StoredString> Keys() => Keys(default);

    /// <summary>The keys from a stored key on (docs/format/effects.md), up to the end.</summary>
    internal IEnumerable<StoredString> Keys(ReadOnlyMemory<byte> from)
    {
        foreach (StoredEntry entry in file.ReadEntries(from))
        {
            if (!KeyCodec.IsOfKeyspace(entry.Key.Span)) yield break; // these come last
            yield return Parse(file, entry);
        }
    }

    /// <summary>Reads a key's value. O(bytes).</summary>
    /// <exception cref="CorruptFileException">It does not match its checksum or makes no sense.</exception>
    public StringValue Read(in StoredString key) => ValueCodec.ReadFrom(file, key.Stored, key.LengthBytes);

    /// <summary>Puts every key of the newest generation into a new file that is made from this one.</summary>
    /// <returns>How many there are.</returns>
    /// <exception cref="StorageException">It cannot be read or written.</exception>
    /// <exception cref="CorruptFileException">What was read does not match its checksum or makes no sense.</exception>
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

    internal static StoredString Parse(DatabaseFile file, in StoredEntry entry)
    {
        try
        {
            int database = KeyCodec.Read(entry.Key.Span, out ReadOnlySpan<byte> name);
            ValueCodec.ReadMetadata(
                entry.Metadata.Span, out long lengthBytes, out long cardinality, out long expiresAt);
            return new StoredString(
                database, entry.Key[^name.Length..], lengthBytes, cardinality, expiresAt, entry);
        }
        catch (InvalidDataException malformed)
        {
            throw new CorruptFileException(FileDefect.Damaged, file.Path, entry.ValueOffset, malformed.Message);
        }
    }
}

/// <summary>A key as a database file has it, its bits unread.</summary>
/// <param name="Database">Number of its database.</param>
/// <param name="Name">Its name; copy it to keep it.</param>
/// <param name="LengthBytes">Length of the string, 0 … 512 MiB.</param>
/// <param name="Cardinality">Its one-bits.</param>
/// <param name="ExpiresAtUnixMs">When it expires, unix milliseconds; 0: never. May be past.</param>
/// <param name="Stored">Where its bits lie.</param>
public readonly record struct StoredString(
    int Database,
    ReadOnlyMemory<byte> Name,
    long LengthBytes,
    long Cardinality,
    long ExpiresAtUnixMs,
    StoredEntry Stored);
