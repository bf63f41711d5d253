namespace Bitmapist.Engine.Keyspace;

/// <summary>A key as a dictionary's key, compared by database and name.</summary>
internal readonly struct StoredKey(int database, ulong hash, byte[] name) : IEquatable<StoredKey>
{
    public readonly int Database = database;
    public readonly ulong Hash = hash;
    public readonly byte[] Name = name;

    public bool Equals(StoredKey other) => Is(other.Database, other.Hash, other.Name);

    public override bool Equals(object? obj) => obj is StoredKey other && Equals(other);

    public override int GetHashCode() => HashOf(Database, Hash);

    /// <summary>Whether it is the key of this name.</summary>
    public bool Is(int database, ulong hash, ReadOnlySpan<byte> name) =>
        Hash == hash && Database == database && name.SequenceEqual(Name);

    /// <summary>What a hash table hashes it by: keyed, as the name's hash is.</summary>
    public static int HashOf(int database, ulong hash) => (int)hash ^ database;
}
