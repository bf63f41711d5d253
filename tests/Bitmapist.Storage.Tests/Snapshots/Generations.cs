using System.Text;
using Bitmapist.Storage.Files;
using Bitmapist.Storage.Snapshots;

namespace Bitmapist.Storage.Tests.Snapshots;

/// <summary>A model of what a database holds, and the means to compare the two.</summary>
internal sealed class Generations
{
    public const string Path = "/data/bitmapist.db";

    private readonly Random _random;
    private readonly int _keysMax;

    public Generations(int seed, int keysMax)
    {
        _random = new Random(seed);
        _keysMax = keysMax;
    }

    /// <summary>Key to metadata and value, as committed last.</summary>
    public SortedDictionary<string, (string Metadata, byte[] Value)> Committed { get; private set; } =
        new(StringComparer.Ordinal);

    /// <summary>What the generation being written would make of it.</summary>
    public SortedDictionary<string, (string Metadata, byte[] Value)> Pending { get; private set; } =
        new(StringComparer.Ordinal);

    public long FirstLogSequence { get; private set; } = 1;

    /// <summary>
    /// Writes and commits one generation of random changes; <see cref="Pending"/> is known even if it throws.
    /// </summary>
    public void Write(DatabaseFile database, int changes)
    {
        Pending = new(Committed, StringComparer.Ordinal);
        using GenerationWriter writer = database.BeginGeneration();
        for (int i = 0; i < changes; i++) Change(database, writer);
        writer.Commit(FirstLogSequence + 1);
        Accept();
    }

    /// <summary>Writes changes and gives them up.</summary>
    public void Abandon(DatabaseFile database, int changes)
    {
        Pending = new(Committed, StringComparer.Ordinal);
        using GenerationWriter writer = database.BeginGeneration();
        for (int i = 0; i < changes; i++) Change(database, writer);
    }

    /// <summary>Compacts the file; the caller opens the new one.</summary>
    public void Rewrite(DatabaseFile database)
    {
        Pending = new(Committed, StringComparer.Ordinal);
        using GenerationWriter writer = database.BeginRewrite();
        foreach (StoredEntry entry in database.ReadEntries()) writer.Put(entry.Key.Span, entry.Metadata.Span, entry);
        writer.Commit(FirstLogSequence + 1);
        Accept();
    }

    public void Accept()
    {
        Committed = Pending;
        FirstLogSequence++;
    }

    /// <summary>Fails unless the database, by scan and by lookup, is exactly the committed model.</summary>
    public void Check(DatabaseFile database)
    {
        Assert.True(Equals(database, Committed));
        Assert.Equal(FirstLogSequence, database.FirstLogSequence);
        Assert.Equal(Committed.Count, database.Entries);
        for (int i = 0; i < 20; i++)
        {
            string key = RandomKey();
            bool there = database.TryFind(Encoding.ASCII.GetBytes(key), out StoredEntry entry);
            Assert.Equal(Committed.TryGetValue(key, out (string Metadata, byte[] Value) expected), there);
            if (there) Assert.Equal(expected.Value, Value(database, entry));
        }
    }

    public static bool Equals(
        DatabaseFile database, SortedDictionary<string, (string Metadata, byte[] Value)> expected)
    {
        using var next = expected.GetEnumerator();
        foreach (StoredEntry entry in database.ReadEntries())
        {
            if (!next.MoveNext()) return false;
            if (Encoding.ASCII.GetString(entry.Key.Span) != next.Current.Key) return false;
            if (Encoding.ASCII.GetString(entry.Metadata.Span) != next.Current.Value.Metadata) return false;
            if (!Value(database, entry).AsSpan().SequenceEqual(next.Current.Value.Value)) return false;
        }

        return !next.MoveNext();
    }

    private static byte[] Value(DatabaseFile database, in StoredEntry entry)
    {
        byte[] value = new byte[entry.ValueBytes];
        database.ReadValue(entry, value);
        return value;
    }

    private void Change(DatabaseFile database, GenerationWriter writer)
    {
        string key = RandomKey();
        byte[] bytes = Encoding.ASCII.GetBytes(key);
        string metadata = new('m', _random.Next(20));
        int choice = _random.Next(10);
        if (choice < 2)
        {
            writer.Delete(bytes);
            Pending.Remove(key);
        }
        else if (choice < 4 && database.TryFind(bytes, out StoredEntry stored))
        {
            writer.Put(bytes, Encoding.ASCII.GetBytes(metadata), stored);
            Pending[key] = (metadata, Value(database, stored));
        }
        else
        {
            byte[] value = new byte[_random.Next(8) == 0 ? _random.Next(3 * 4096) : _random.Next(40)];
            _random.NextBytes(value);
            writer.Put(bytes, Encoding.ASCII.GetBytes(metadata), value);
            Pending[key] = (metadata, value);
        }
    }

    private string RandomKey() => $"trackist_event{_random.Next(_keysMax)}_2026-1";
}
