using Bitmapist.Engine.Durability;
using Bitmapist.Engine.Expiry;

namespace Bitmapist.Engine.Keyspace;

/// <summary>
/// One of the keyspace's 64 parts: the keys whose hash starts with its number, of every database, and what belongs to
/// them. Everything here is touched only while <see cref="Gate"/> is held.
/// </summary>
internal sealed class Shard(int number, int databases)
{
    private readonly KeyTable?[] _tables = new KeyTable?[databases];

    public int Number => number;

    public readonly Lock Gate = new();
    public readonly ExpiryQueue Expiries = new();
    public readonly WatchTable Watches = new();
    public readonly DirtySet Dirty = new();

    /// <summary>Read lookups that found, and did not find, their key.</summary>
    public long Hits, Misses;

    /// <summary>Changes made.</summary>
    public long Changes;

    /// <summary>Keys removed because their time had come.</summary>
    public long Expired;

    /// <summary>The table of a database; empty tables are made on first use.</summary>
    public KeyTable Table(int database) => _tables[database] ??= new KeyTable();

    /// <summary>The table of a database, or null while it never held a key of this shard.</summary>
    public KeyTable? TableOrNull(int database) => _tables[database];

    /// <summary>Drops the table; a snapshot under way keeps walking the one it holds.</summary>
    public void DropTable(int database) => _tables[database] = null;

    /// <summary>Adds the tables that exist to a list.</summary>
    public void AddTablesTo(List<KeyTable> tables)
    {
        foreach (KeyTable? table in _tables)
            if (table is not null) tables.Add(table);
    }
}
