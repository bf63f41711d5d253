using Bitmapist.Storage.Files;
using Bitmapist.Storage.Snapshots;
using Bitmapist.Testing.Files;

namespace Bitmapist.Storage.Tests.Snapshots;

/// <summary>Where an open database file is, what that allows, and how long it stays open.</summary>
public sealed class DatabasePlaceTests
{
    private const string Path = "/data/bitmapist.db";
    private readonly SimulatedFileSystem _disk = new();

    [Fact]
    public void A_generation_is_not_committed_where_a_start_would_not_find_it()
    {
        foreach ((DatabasePlace expected, Action<DatabaseFile> happens) in Fates())
        {
            using DatabaseFile database = Filled();
            using (GenerationWriter writer = database.BeginGeneration())
            {
                writer.Put("new"u8, default, "v"u8);
                happens(database);
                Exception? failure = Record.Exception(() => writer.Commit(3));
                Assert.True(expected == DatabasePlace.InPlace
                    ? failure is null
                    : failure is StorageException or CorruptFileException, $"{expected}: {failure}");
            }

            Assert.Equal(expected, database.Place);
            if (expected != DatabasePlace.InPlace) Assert.Throws<StorageException>(() => database.BeginGeneration());
            Assert.Equal(expected == DatabasePlace.InPlace ? 2 : 1, database.Generation);
            _disk.Unlink(Path);
        }
    }

    [Fact]
    public void A_rewrite_replaces_nothing_but_its_own_file()
    {
        foreach ((DatabasePlace expected, Action<DatabaseFile> happens) in Fates())
        {
            using DatabaseFile database = Filled();
            happens(database);
            byte[]? before = _disk.Exists(Path) ? _disk.ReadAll(Path) : null;
            using (GenerationWriter writer = database.BeginRewrite())
            {
                writer.Put("new"u8, default, "v"u8);
                if (expected == DatabasePlace.InPlace) writer.Commit(3);
                else Assert.Throws<StorageException>(() => writer.Commit(3));
            }

            Assert.False(_disk.Exists(Path + ".new"));
            byte[]? after = _disk.Exists(Path) ? _disk.ReadAll(Path) : null;
            bool isUnchanged = after is null ? before is null : before is not null && after.SequenceEqual(before);
            Assert.Equal(expected != DatabasePlace.InPlace, isUnchanged);
            _disk.Unlink(Path);
        }
    }

    [Fact]
    public void A_replacement_is_put_where_nothing_stands_and_has_what_the_file_that_is_gone_had()
    {
        using DatabaseFile database = Filled();
        _disk.Unlink(Path);
        _disk.WriteAll(Path, "another's"u8);
        Assert.Throws<StorageException>(() => Replace(database, Path));
        Assert.Equal("another's"u8, _disk.ReadAll(Path));
        Assert.False(_disk.Exists(Path + ".new"));

        _disk.Unlink(Path);
        Replace(database, Path);
        SimulatedFileSystem crashed = _disk.Crash(CrashMode.UnsyncedLost, 0);
        using var opened = DatabaseFile.Open(crashed, Path);
        Assert.Equal((database.Id, database.Generation + 1), (opened.Id, opened.Generation));
        Assert.True(opened.TryFind("kept"u8, out StoredEntry kept));
        byte[] value = new byte[kept.ValueBytes];
        opened.ReadValue(kept, value);
        Assert.Equal("value"u8, value);
        Assert.True(database.IsReplaced);
    }

    [Fact]
    public void A_file_is_open_until_the_last_who_holds_it_lets_go()
    {
        DatabaseFile database = Filled();
        Assert.True(database.TryHold());
        Assert.True(database.TryHold());
        _disk.Unlink(Path);
        database.Release();
        database.Dispose();
        database.Dispose(); // counts once
        Assert.Equal(1, _disk.CountUnnamed(Path));
        Assert.True(database.TryFind("kept"u8, out _));
        Assert.True(database.TryHold());
        database.Release();
        database.Release();
        Assert.Equal(0, _disk.CountUnnamed(Path));
        Assert.False(database.TryHold());
    }

    [Fact]
    public void Opening_makes_nothing_and_a_database_is_made_only_where_nothing_stands()
    {
        Assert.Throws<StorageException>(() => DatabaseFile.Open(_disk, Path));
        Assert.False(_disk.Exists(Path));
        Assert.True(DatabaseFile.IsMissing(_disk, Path, out bool isEmpty));
        Assert.False(isEmpty);
        _disk.WriteAll(Path, []);
        Assert.True(DatabaseFile.IsMissing(_disk, Path, out isEmpty));
        Assert.True(isEmpty);
        Assert.Throws<CorruptFileException>(() => DatabaseFile.Open(_disk, Path));
        DatabaseFile.OpenOrCreate(_disk, Path).Dispose();
        Assert.False(DatabaseFile.IsMissing(_disk, Path, out _));
    }

    /// <summary>What may become of a file that is open, and what its place is then.</summary>
    private IEnumerable<(DatabasePlace Place, Action<DatabaseFile> Happens)> Fates()
    {
        yield return (DatabasePlace.InPlace, _ => { });
        yield return (DatabasePlace.Gone, _ => _disk.Unlink(Path));
        yield return (DatabasePlace.Replaced, _ =>
        {
            byte[] copy = _disk.ReadAll(Path);
            _disk.Unlink(Path);
            _disk.WriteAll(Path, copy);
        });
        yield return (DatabasePlace.Overwritten, _ => Overwrite(file => file.Truncate(0)));
        yield return (DatabasePlace.Overwritten, _ => Overwrite(file => file.Write(3, "x"u8)));
        yield return (DatabasePlace.Overwritten, _ => Overwrite(file => file.Truncate(file.Length - 60)));
        yield return (DatabasePlace.Overwritten, _ => Overwrite(file => file.Write(file.Length - 1, "x"u8)));
    }

    [Fact]
    public void What_another_process_appends_is_not_cut_off_as_if_a_crash_had_left_it()
    {
        using DatabaseFile database = Filled();
        Overwrite(file => file.Write(file.Length, "appended"u8));
        Assert.Equal(DatabasePlace.Overwritten, database.Place);

        using var reopened = DatabaseFile.Open(_disk, Path); // what was there at the start is a crash's
        Assert.Equal((8, DatabasePlace.InPlace), (reopened.TornBytes, reopened.Place));
    }

    private DatabaseFile Filled()
    {
        DatabaseFile database = DatabaseFile.OpenOrCreate(_disk, Path);
        using GenerationWriter writer = database.BeginGeneration();
        writer.Put("kept"u8, default, "value"u8);
        writer.Commit(2);
        return database;
    }

    private void Overwrite(Action<IFile> write)
    {
        using IFile file = _disk.Open(Path, FileOpen.OpenExisting);
        write(file);
    }

    private static void Replace(DatabaseFile database, string path)
    {
        using GenerationWriter writer = database.BeginReplacement(path);
        foreach (StoredEntry entry in database.ReadEntries()) writer.Put(entry.Key.Span, entry.Metadata.Span, entry);
        writer.Commit(5);
    }
}
