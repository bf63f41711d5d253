using System.Diagnostics.CodeAnalysis;

namespace Bitmapist.Engine.Keyspace;

/// <summary>A key as a dictionary's key, compared by database and name.</summary>
internal readonly struct KeyId(int database, ulong hash, byte[] name) : IEquatable<KeyId>
{
    public readonly int Database = database;
    public readonly ulong Hash = hash;
    public readonly byte[] Name = name;

    public bool Equals(KeyId other) => Is(other.Database, other.Hash, other.Name);

    public override bool Equals(object? obj) => obj is KeyId other && Equals(other);

    public override int GetHashCode() => HashOf(Database, Hash);

    /// <summary>Whether it is the key of this name.</summary>
    public bool Is(int database, ulong hash, ReadOnlySpan<byte> name) =>
        Hash == hash && Database == database && name.SequenceEqual(Name);

    /// <summary>What a hash table hashes it by: keyed, as the name's hash is.</summary>
    public static int HashOf(int database, ulong hash) => (int)hash ^ database;
}

/// <summary>Sets of keys that are asked by a name wherever it is, without a copy of it.</summary>
internal static class KeyIdSet
{
    public static HashSet<KeyId> New() => new(Comparer.Instance);

    /// <summary>Whether a set that <see cref="New"/> made has a key.</summary>
    public static bool Has(this HashSet<KeyId> set, int database, ulong hash, ReadOnlySpan<byte> name) =>
        set.Count > 0 && set.GetAlternateLookup<Named>().Contains(new Named(database, hash, name));

    /// <summary>A key whose name belongs to somebody else.</summary>
    private readonly ref struct Named(int database, ulong hash, ReadOnlySpan<byte> name)
    {
        public readonly int Database = database;
        public readonly ulong Hash = hash;
        public readonly ReadOnlySpan<byte> Name = name;
    }

    private sealed class Comparer : IEqualityComparer<KeyId>, IAlternateEqualityComparer<Named, KeyId>
    {
        public static readonly Comparer Instance = new();

        public bool Equals(KeyId x, KeyId y) => x.Equals(y);

        public int GetHashCode([DisallowNull] KeyId obj) => obj.GetHashCode();

        public bool Equals(Named alternate, KeyId other) =>
            other.Is(alternate.Database, alternate.Hash, alternate.Name);

        public int GetHashCode(Named alternate) => KeyId.HashOf(alternate.Database, alternate.Hash);

        public KeyId Create(Named alternate) => new(alternate.Database, alternate.Hash, alternate.Name.ToArray());
    }
}
