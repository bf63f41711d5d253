using Bitmapist.Storage.Files;
using Bitmapist.Storage.Snapshots;

namespace Bitmapist.Engine.Stored;

/// <summary>
/// How many keys each database has, and how many of them expire: what DBSIZE and INFO answer without reading keys.
/// Stored with every generation under <see cref="KeyCodec.Totals"/>.
/// </summary>
internal sealed class KeyTotals
{
    private readonly SortedDictionary<int, KeyCounts> _byDatabase = [];

    /// <summary>The databases that have keys, ascending.</summary>
    public IEnumerable<KeyValuePair<int, KeyCounts>> Databases => _byDatabase;

    public KeyCounts this[int database]
    {
        get => _byDatabase.GetValueOrDefault(database);
        set
        {
            if (value == default) _byDatabase.Remove(database);
            else _byDatabase[database] = value;
        }
    }

    /// <summary>The same with other numbers.</summary>
    public KeyTotals By(Func<int, int> numberOf)
    {
        var totals = new KeyTotals();
        foreach ((int database, KeyCounts counts) in _byDatabase) totals[numberOf(database)] = counts;
        return totals;
    }

    /// <summary>Keys of all databases.</summary>
    public long Keys => _byDatabase.Values.Sum(counts => counts.Keys);

    /// <summary>The totals that a database file has.</summary>
    /// <exception cref="CorruptFileException">It has none though it has keys, or they are malformed.</exception>
    public static KeyTotals Of(DatabaseFile file)
    {
        if (file.Entries == 0) return new KeyTotals();
        if (!file.TryFind(KeyCodec.Totals, out StoredEntry entry))
            throw new CorruptFileException(FileDefect.Damaged, file.Path, 0, "the totals of keys are missing");
        try
        {
            return Read(file, entry);
        }
        catch (InvalidDataException malformed)
        {
            throw new CorruptFileException(FileDefect.Damaged, file.Path, entry.ValueOffset, malformed.Message);
        }
    }

    /// <summary>Reads the totals from where they lie.</summary>
    /// <exception cref="InvalidDataException">They are malformed.</exception>
    /// <exception cref="CorruptFileException">They do not match their checksums.</exception>
    public static KeyTotals Read(DatabaseFile file, in StoredEntry entry)
    {
        byte[] value = new byte[entry.ValueBytes];
        file.ReadValue(entry, value);
        return Read(value);
    }

    /// <summary>Reads what <see cref="Write"/> wrote.</summary>
    /// <exception cref="InvalidDataException">It is malformed.</exception>
    public static KeyTotals Read(ReadOnlySpan<byte> metadata)
    {
        KeyTotals totals = new();
        int last = -1;
        while (!metadata.IsEmpty)
        {
            if (!Varint.TryRead(ref metadata, out ulong database) || !Varint.TryRead(ref metadata, out ulong keys)
                || !Varint.TryRead(ref metadata, out ulong expiring) || !Varint.TryRead(ref metadata, out ulong high)
                || !Varint.TryRead(ref metadata, out ulong low) || database >= EngineLimits.DatabasesMax
                || (int)database <= last || keys > long.MaxValue || expiring > keys || high > long.MaxValue)
            {
                throw new InvalidDataException("the totals of keys are malformed");
            }

            last = (int)database;
            totals[last] = new KeyCounts((long)keys, (long)expiring, new Int128(high, low));
        }

        return totals;
    }

    /// <summary>The stored form: per database its number, keys, expiring keys and the sum of their times.</summary>
    public byte[] Write()
    {
        byte[] bytes = new byte[_byDatabase.Count * 5 * Varint.BytesMax];
        int count = 0;
        foreach ((int database, KeyCounts counts) in _byDatabase)
        {
            count += Varint.Write(bytes.AsSpan(count), (ulong)database);
            count += Varint.Write(bytes.AsSpan(count), (ulong)counts.Keys);
            count += Varint.Write(bytes.AsSpan(count), (ulong)counts.Expiring);
            count += Varint.Write(bytes.AsSpan(count), (ulong)(counts.ExpirySumUnixMs >> 64));
            count += Varint.Write(bytes.AsSpan(count), (ulong)(counts.ExpirySumUnixMs & ulong.MaxValue));
        }

        return bytes[..count];
    }
}

/// <summary>How many keys, and how many of them expire; or by how much that changed.</summary>
/// <param name="Keys">Keys.</param>
/// <param name="Expiring">Those with an expiry time.</param>
/// <param name="ExpirySumUnixMs">The sum of these times, too wide to overflow.</param>
internal readonly record struct KeyCounts(long Keys, long Expiring, Int128 ExpirySumUnixMs)
{
    /// <summary>With <paramref name="keys"/> more keys that have this expiry time (0: none).</summary>
    public KeyCounts Add(long expiresAtUnixMs, int keys) => new(
        Keys + keys,
        Expiring + (expiresAtUnixMs == 0 ? 0 : keys),
        ExpirySumUnixMs + ((Int128)expiresAtUnixMs * keys));

    /// <summary>Both together.</summary>
    public KeyCounts Add(in KeyCounts other) =>
        new(Keys + other.Keys, Expiring + other.Expiring, ExpirySumUnixMs + other.ExpirySumUnixMs);
}
