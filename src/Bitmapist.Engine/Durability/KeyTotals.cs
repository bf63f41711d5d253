namespace Bitmapist.Engine.Durability;

/// <summary>
/// How many keys each database has, and how many of them expire: what DBSIZE and INFO answer without reading keys.
/// Stored with every generation under <see cref="StoredKeys.Totals"/>.
/// </summary>
internal sealed class KeyTotals
{
    private readonly SortedDictionary<int, Counts> _byDatabase = [];

    /// <summary>The databases that have keys, ascending.</summary>
    public IEnumerable<KeyValuePair<int, Counts>> Databases => _byDatabase;

    public Counts this[int database]
    {
        get => _byDatabase.GetValueOrDefault(database);
        set
        {
            if (value == default) _byDatabase.Remove(database);
            else _byDatabase[database] = value;
        }
    }

    /// <summary>Keys of all databases.</summary>
    public long Keys => _byDatabase.Values.Sum(counts => counts.Keys);

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
                || !Varint.TryRead(ref metadata, out ulong low) || database >= Limits.DatabasesMax
                || (int)database <= last || keys > long.MaxValue || expiring > keys || high > long.MaxValue)
            {
                throw new InvalidDataException("the totals of keys are malformed");
            }

            last = (int)database;
            totals[last] = new Counts((long)keys, (long)expiring, new Int128(high, low));
        }

        return totals;
    }

    /// <summary>The stored form: per database its number, keys, expiring keys and the sum of their times.</summary>
    public byte[] Write()
    {
        byte[] bytes = new byte[_byDatabase.Count * 5 * Varint.BytesMax];
        int count = 0;
        foreach ((int database, Counts counts) in _byDatabase)
        {
            count += Varint.Write(bytes.AsSpan(count), (ulong)database);
            count += Varint.Write(bytes.AsSpan(count), (ulong)counts.Keys);
            count += Varint.Write(bytes.AsSpan(count), (ulong)counts.Expiring);
            count += Varint.Write(bytes.AsSpan(count), (ulong)(counts.ExpirySumUnixMs >> 64));
            count += Varint.Write(bytes.AsSpan(count), (ulong)(counts.ExpirySumUnixMs & ulong.MaxValue));
        }

        return bytes[..count];
    }

    /// <summary>What one database has.</summary>
    /// <param name="Keys">Its keys.</param>
    /// <param name="Expiring">Those with an expiry time.</param>
    /// <param name="ExpirySumUnixMs">The sum of these times, too wide to overflow.</param>
    public readonly record struct Counts(long Keys, long Expiring, Int128 ExpirySumUnixMs)
    {
        /// <summary>The counts with one more (or fewer) key that has this expiry time (0: none).</summary>
        public Counts Add(long expiresAtUnixMs, int keys = 1) => new(
            Keys + keys,
            Expiring + (expiresAtUnixMs == 0 ? 0 : keys),
            ExpirySumUnixMs + ((Int128)expiresAtUnixMs * keys));
    }
}
