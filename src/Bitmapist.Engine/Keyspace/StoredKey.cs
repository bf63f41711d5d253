namespace Bitmapist.Engine.Keyspace;

/// <summary>A key as a dictionary's key, compared by database and name.</summary>
internal readonly struct StoredKey(int database, ulong hash, byte[] name) : IEquatable<StoredKey>
{
    public readonly int Database = database;
    public readonly ulong Hash = hash;
    public readonly byte[] Name = name;

    public bool Equals(StoredKey other) =>
        Hash == other.Hash && Database == other.Database && Name.AsSpan().SequenceEqual(other.Name);

    public override bool Equals(object? obj) => obj is StoredKey other && Equals(other);

    public override int GetHashCode() => (int)Hash ^ Database;
}
