using System.Text;
using Bitmapist.Storage.Files;
using Bitmapist.Storage.Snapshots;
using Bitmapist.Testing.Files;

namespace Bitmapist.Storage.Tests.Snapshots;

public sealed class DatabaseFileTests
{
    private const string Path = "/data/bitmapist.db";

    [Fact]
    public void A_new_database_is_empty_and_keeps_its_id()
    {
        SimulatedFileSystem disk = new();
        using DatabaseFile created = DatabaseFile.OpenOrCreate(disk, Path);
        Assert.Empty(created.ReadEntries());
        Assert.Equal((0, 1, 0), (created.Generation, created.FirstLogSequence, created.Entries));
        using DatabaseFile opened = DatabaseFile.OpenOrCreate(disk.Crash(CrashMode.UnsyncedLost, 0), Path);
        Assert.Equal(created.Id, opened.Id);
    }

    [Fact]
    public void An_empty_file_becomes_a_database()
    {
        SimulatedFileSystem disk = new();
        disk.WriteAll(Path, []);
        using DatabaseFile database = DatabaseFile.OpenOrCreate(disk, Path);
        Assert.Empty(database.ReadEntries());
    }

    [Fact]
    public void The_newest_generation_wins_and_deleted_keys_are_gone()
    {
        SimulatedFileSystem disk = new();
        using (DatabaseFile database = DatabaseFile.OpenOrCreate(disk, Path))
        {
            Write(database, 5, ("b", "m1", "old b"), ("a", "m2", "value a"), ("c", "m3", "value c"));
            using GenerationWriter second = database.BeginGeneration();
            second.Put("b"u8, "m4"u8, "new b"u8);
            second.Delete("c"u8);
            second.Delete("never there"u8);
            second.Commit(6);
        }

        using DatabaseFile reopened = DatabaseFile.OpenOrCreate(disk.Crash(CrashMode.UnsyncedLost, 0), Path);
        Assert.Equal(["a/m2/value a", "b/m4/new b"], Read(reopened));
        Assert.Equal((2, 6, 2, 0),
            (reopened.Generation, reopened.FirstLogSequence, reopened.Entries, reopened.TornBytes));
        Assert.True(reopened.TryFind("b"u8, out StoredEntry found));
        Assert.Equal("new b", ReadText(reopened, found));
        Assert.False(reopened.TryFind("c"u8, out _));
        Assert.False(reopened.TryFind("aa"u8, out _));
    }

    [Fact]
    public void Metadata_changes_without_writing_the_value_again()
    {
        SimulatedFileSystem disk = new();
        using DatabaseFile database = DatabaseFile.OpenOrCreate(disk, Path);
        string value = new('x', 100_000);
        Write(database, 1, ("k", "before", value));
        long bytes = database.FileBytes;
        Assert.True(database.TryFind("k"u8, out StoredEntry stored));
        using (GenerationWriter writer = database.BeginGeneration())
        {
            writer.Put("k"u8, "after"u8, stored);
            writer.Commit(2);
        }

        Assert.Equal([$"k/after/{value}"], Read(database));
        Assert.InRange(database.FileBytes - bytes, 1, 8192);
    }

    [Fact]
    public void The_last_put_of_a_key_in_a_generation_counts()
    {
        using DatabaseFile database = DatabaseFile.OpenOrCreate(new SimulatedFileSystem(), Path);
        Write(database, 1, ("k", "", "first"), ("j", "", "other"), ("k", "", "second"));
        Assert.Equal(["j//other", "k//second"], Read(database));
        Assert.Equal(2, database.Entries);
    }

    [Fact]
    public void An_abandoned_generation_leaves_no_trace()
    {
        SimulatedFileSystem disk = new();
        using DatabaseFile database = DatabaseFile.OpenOrCreate(disk, Path);
        Write(database, 1, ("k", "", "kept"));
        byte[] before = disk.ReadAll(Path);
        using (GenerationWriter writer = database.BeginGeneration())
        {
            writer.Put("k"u8, default, new byte[1 << 20]);
            Assert.Throws<InvalidOperationException>(() => database.BeginGeneration());
        }

        Assert.Equal(before, disk.ReadAll(Path));
        Assert.Equal(["k//kept"], Read(database));
        Write(database, 2, ("k", "", "changed"));
        Assert.Equal(["k//changed"], Read(database));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(4095)]
    [InlineData(4096)]
    [InlineData(4097)]
    [InlineData(8192)]
    [InlineData(300_001)]
    public void A_value_of_any_length_reads_back_whole_and_in_part(int valueBytes)
    {
        using DatabaseFile database = DatabaseFile.OpenOrCreate(new SimulatedFileSystem(), Path);
        byte[] value = new byte[valueBytes];
        new Random(valueBytes).NextBytes(value);
        using (GenerationWriter writer = database.BeginGeneration())
        {
            writer.Put("pad"u8, default, "xyz"u8);
            writer.Put("k"u8, default, value);
            writer.Commit(1);
        }

        Assert.True(database.TryFind("k"u8, out StoredEntry entry));
        byte[] whole = new byte[valueBytes];
        database.ReadValue(entry, whole);
        Assert.Equal(value, whole);
        Random random = new(7);
        for (int i = 0; i < 50; i++)
        {
            int start = random.Next(valueBytes + 1);
            byte[] part = new byte[random.Next(valueBytes - start + 1)];
            database.ReadValueRange(entry, start, part);
            Assert.True(part.AsSpan().SequenceEqual(value.AsSpan(start, part.Length)));
        }

        Assert.Throws<ArgumentOutOfRangeException>(() => database.ReadValueRange(entry, valueBytes, new byte[1]));
        Assert.Throws<ArgumentException>(() => database.ReadValue(entry, new byte[valueBytes + 1]));
    }

    [Fact]
    public void A_rewrite_takes_the_place_of_the_file_and_drops_its_garbage()
    {
        SimulatedFileSystem disk = new();
        using DatabaseFile old = DatabaseFile.OpenOrCreate(disk, Path);
        for (int i = 0; i < 20; i++) Write(old, i, ("k", "m", new string((char)('a' + i), 50_000)), ($"k{i}", "", "v"));
        using (GenerationWriter writer = old.BeginRewrite())
        {
            foreach (StoredEntry entry in old.ReadEntries()) writer.Put(entry.Key.Span, entry.Metadata.Span, entry);
            writer.Commit(99);
        }

        using DatabaseFile compact = DatabaseFile.OpenOrCreate(disk.Crash(CrashMode.UnsyncedLost, 0), Path);
        Assert.Equal(Read(old), Read(compact));
        Assert.Equal((old.Id, old.Generation + 1, 99), (compact.Id, compact.Generation, compact.FirstLogSequence));
        Assert.InRange(compact.FileBytes, compact.LiveBytes, compact.LiveBytes + 4096);
        Assert.Throws<InvalidOperationException>(() => old.BeginGeneration());
        Assert.False(disk.Exists(Path + ".new"));
    }

    [Fact]
    public void A_copy_is_a_database_of_its_own_that_opens_alone()
    {
        SimulatedFileSystem disk = new();
        using DatabaseFile database = DatabaseFile.OpenOrCreate(disk, Path);
        Write(database, 7, ("a", "1", "one"), ("b", "2", new string('b', 10_000)));
        using (GenerationWriter writer = DatabaseFile.CreateAt(disk, "/data/backup.bak", database))
        {
            foreach (StoredEntry entry in database.ReadEntries())
                writer.Put(entry.Key.Span, entry.Metadata.Span, entry);
            writer.Put("c"u8, "3"u8, "from memory"u8);
            writer.Commit(firstLogSequence: 1);
        }

        using DatabaseFile copy = DatabaseFile.OpenOrCreate(disk.Crash(CrashMode.UnsyncedLost, 0), "/data/backup.bak");
        Assert.Equal([.. Read(database), "c/3/from memory"], Read(copy));
        Assert.NotEqual(database.Id, copy.Id);
        Assert.Equal(1, copy.FirstLogSequence);
    }

    [Fact]
    public void Reading_can_begin_at_any_key()
    {
        using DatabaseFile database = DatabaseFile.OpenOrCreate(new SimulatedFileSystem(), Path);
        Write(database, 1, [.. Enumerable.Range(0, 1000).Select(i => ($"key{i:D4}", "", ""))]);
        Assert.Equal(["key0500", "key0501"], Keys(database, "key05").Take(2));
        Assert.Equal(["key0999"], Keys(database, "key0999"));
        Assert.Empty(Keys(database, "l"));
        Assert.Equal(1000, Keys(database, "a").Count());
    }

    [Fact]
    public void What_exceeds_a_limit_is_refused()
    {
        using DatabaseFile database = DatabaseFile.OpenOrCreate(new SimulatedFileSystem(), Path);
        using GenerationWriter writer = database.BeginGeneration();
        Assert.Throws<ArgumentException>(() => writer.Put(new byte[StorageLimits.KeyBytesMax + 1], default, "v"u8));
        Assert.Throws<ArgumentException>(() => writer.Put("k"u8, new byte[StorageLimits.MetadataBytesMax + 1], "v"u8));
        byte[] value = GC.AllocateUninitializedArray<byte>(StorageLimits.ValueBytesMax + 1);
        Assert.Throws<ArgumentException>(() => writer.Put("k"u8, default, value));
        writer.Commit(1);
        Assert.Empty(database.ReadEntries());
    }

    private static void Write(DatabaseFile database, long firstLogSequence, params (string, string, string)[] entries)
    {
        using GenerationWriter writer = database.BeginGeneration();
        foreach ((string key, string metadata, string value) in entries)
            writer.Put(Encoding.UTF8.GetBytes(key), Encoding.UTF8.GetBytes(metadata), Encoding.UTF8.GetBytes(value));
        writer.Commit(firstLogSequence);
    }

    private static List<string> Read(DatabaseFile database) =>
        [.. database.ReadEntries().Select(entry => Encoding.UTF8.GetString(entry.Key.Span) + "/"
            + Encoding.UTF8.GetString(entry.Metadata.Span) + "/" + ReadText(database, entry))];

    private static string ReadText(DatabaseFile database, in StoredEntry entry)
    {
        byte[] value = new byte[entry.ValueBytes];
        database.ReadValue(entry, value);
        return Encoding.UTF8.GetString(value);
    }

    private static IEnumerable<string> Keys(DatabaseFile database, string from) =>
        database.ReadEntries(Encoding.UTF8.GetBytes(from)).Select(entry => Encoding.UTF8.GetString(entry.Key.Span));
}
