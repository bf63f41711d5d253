using System.Diagnostics.CodeAnalysis;

namespace Bitmapist.Engine.Keyspace;

/// <summary>Sets of keys that are asked by a name wherever it stands, without a copy of it.</summary>
internal static class StoredKeySet
{
    public static HashSet<StoredKey> New() => new(Comparer.Instance);

    /// <summary>Whether a set that <see cref="New"/> made has a key.</summary>
    public static bool Has(this HashSet<StoredKey> set, int database, ulong hash, ReadOnlySpan<byte> name) =>
        set.Count > 0 && set.GetAlternateLookup<Named>().Contains(new Named(database, hash, name));

    /// <summary>A key whose name belongs to somebody else.</summary>
    private readonly ref struct Named(int database, ulong hash, ReadOnlySpan<byte> name)
    {
        public readonly int Database = database;
        public readonly ulong Hash = hash;
        public readonly ReadOnlySpan<byte> Name = name;
    }

    private sealed class Comparer : IEqualityComparer<StoredKey>, IAlternateEqualityComparer<Named, StoredKey>
    {
        public static readonly Comparer Instance = new();

        public bool Equals(StoredKey x, StoredKey y) => x.Equals(y);

        public int GetHashCode([DisallowNull] StoredKey obj) => obj.GetHashCode();

        public bool Equals(Named alternate, StoredKey other) =>
            other.Is(alternate.Database, alternate.Hash, alternate.Name);

        public int GetHashCode(Named alternate) => StoredKey.HashOf(alternate.Database, alternate.Hash);

        public StoredKey Create(Named alternate) => new(alternate.Database, alternate.Hash, alternate.Name.ToArray());
    }
}
