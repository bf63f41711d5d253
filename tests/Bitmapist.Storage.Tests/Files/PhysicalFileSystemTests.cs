using System.Diagnostics;
using Bitmapist.Storage.Files;
using Bitmapist.Storage.Log;
using Bitmapist.Storage.Snapshots;

namespace Bitmapist.Storage.Tests.Files;

public sealed class PhysicalFileSystemTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly PhysicalFileSystem _files = PhysicalFileSystem.Instance;

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void Positioned_writes_read_back()
    {
        using IFile file = _files.Open(_directory.File("f"), FileOpen.CreateNew);
        file.Write(5, "world"u8);
        file.Write(0, "hello"u8);
        file.Sync();
        byte[] buffer = new byte[20];
        Assert.Equal(10, file.Read(0, buffer));
        Assert.Equal("helloworld"u8, buffer.AsSpan(0, 10));
        Assert.Equal(0, file.Read(10, buffer));
        file.Truncate(3);
        Assert.Equal((3L, 3), (file.Length, file.Read(0, buffer)));
    }

    [Fact]
    public void Opening_modes_insist_on_what_they_say()
    {
        string path = _directory.File("f");
        Assert.Throws<StorageException>(() => _files.Open(path, FileOpen.OpenExisting));
        Assert.Throws<StorageException>(() => _files.Open(path, FileOpen.ReadExisting));
        _files.Open(path, FileOpen.OpenOrCreate).Dispose();
        Assert.Throws<StorageException>(() => _files.Open(path, FileOpen.CreateNew));
        using IFile readOnly = _files.Open(path, FileOpen.ReadExisting);
        StorageException refused = Assert.Throws<StorageException>(() => readOnly.Write(0, "x"u8));
        Assert.Equal(path, refused.Path);
    }

    [Fact]
    public void Permissions_are_copied()
    {
        Prerequisite.Require(!OperatingSystem.IsWindows(), "Windows has other permissions");
        const UnixFileMode OfTheGroup = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead;
        string old = _directory.File("old"), copy = _directory.File("copy");
        foreach (string path in new[] { old, copy }) _files.Open(path, FileOpen.CreateNew).Dispose();
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(old, OfTheGroup);
        _files.CopyPermissions(old, copy);
        if (!OperatingSystem.IsWindows()) Assert.Equal(OfTheGroup, File.GetUnixFileMode(copy));
    }

    [Fact]
    public void New_files_are_their_owners_alone_and_old_ones_stay_as_they_are()
    {
        Prerequisite.Require(!OperatingSystem.IsWindows(), "Windows has other permissions");
        const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        string made = _directory.File("made"), locked = _directory.File("locked"), old = _directory.File("old");
        _files.Open(made, FileOpen.CreateNew).Dispose();
        _files.TryLock(locked)!.Dispose();
        _files.Open(old, FileOpen.OpenOrCreate).Dispose();
        if (OperatingSystem.IsWindows()) return;
        foreach (string path in new[] { made, locked, old }) Assert.Equal(Private, File.GetUnixFileMode(path));
        File.SetUnixFileMode(old, Private | UnixFileMode.OtherRead);
        _files.Open(old, FileOpen.OpenOrCreate).Dispose();
        Assert.Equal(Private | UnixFileMode.OtherRead, File.GetUnixFileMode(old));
    }

    [Fact]
    public void Listing_renaming_and_deleting_go_by_name()
    {
        foreach (string name in new[] { "db.log.000002", "db.log.000001", "other" })
            _files.Open(_directory.File(name), FileOpen.CreateNew).Dispose();
        Assert.Equal([_directory.File("db.log.000001"), _directory.File("db.log.000002")],
            _files.List(_directory.Path, "db.log."));
        _files.Rename(_directory.File("other"), _directory.File("db.log.000001"));
        _files.Delete(_directory.File("db.log.000002"));
        _files.Delete(_directory.File("never there"));
        _files.SyncDirectory(_directory.Path);
        Assert.Equal([_directory.File("db.log.000001")], _files.List(_directory.Path, ""));
        Assert.Throws<StorageException>(() => _files.SyncDirectory(_directory.File("missing")));
    }

    [Fact]
    public void A_lock_has_one_holder_at_a_time()
    {
        string path = _directory.File("db.lock");
        using (IDisposable? held = _files.TryLock(path))
        {
            Assert.NotNull(held);
            Assert.Null(_files.TryLock(path));
        }

        using IDisposable? again = _files.TryLock(path);
        Assert.NotNull(again);
        Assert.Throws<StorageException>(() => _files.TryLock(_directory.File("missing/db.lock")));
    }

    [Fact]
    public void What_cannot_be_looked_for_is_not_taken_for_missing()
    {
        Prerequisite.Require(!(OperatingSystem.IsWindows()), "Windows has other limits");
        Assert.False(_files.Exists(_directory.File("missing")));
        Assert.False(_files.Exists(_directory.File("missing/file")));
        File.WriteAllText(_directory.File("file"), "");
        Assert.True(_files.Exists(_directory.File("file")));
        Assert.False(_files.Exists(_directory.File("file/inside")));
        // The simplest error that is not "no such file"; a failing disk or a missing permission comes the same way.
        string tooLong = _directory.File(new string('x', 300));
        StorageException refused = Assert.Throws<StorageException>(() => _files.Exists(tooLong));
        Assert.Contains("cannot be looked for: ", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_rename_across_devices_fails_instead_of_copying()
    {
        string elsewhere = Path.Combine("/dev/shm", Path.GetRandomFileName());
        Prerequisite.Require(OperatingSystem.IsLinux() && Directory.Exists("/dev/shm"), "needs a second file system");
        string path = _directory.File("f");
        _files.Open(path, FileOpen.CreateNew).Dispose();
        StorageException refused = Assert.Throws<StorageException>(() => _files.Rename(path, elsewhere));
        Assert.Contains(elsewhere, refused.Message, StringComparison.Ordinal);
        Assert.Equal((true, false), (File.Exists(path), File.Exists(elsewhere)));
    }

    [Theory]
    [InlineData("stays", FilePlace.Own)]
    [InlineData("has a second name", FilePlace.Own)]
    [InlineData("is reached by a link", FilePlace.Own)]
    [InlineData("is deleted", FilePlace.Nothing)]
    [InlineData("is moved", FilePlace.Nothing)]
    [InlineData("is in a folder that is moved", FilePlace.Nothing)]
    [InlineData("is in a folder that is a file now", FilePlace.Nothing)]
    [InlineData("is replaced by a copy", FilePlace.Another)]
    [InlineData("is in a folder that is replaced", FilePlace.Another)]
    public void An_open_file_knows_whether_its_path_leads_to_it(string fate, FilePlace expected)
    {
        Prerequisite.Require(!(OperatingSystem.IsWindows()), "Windows does not move what is open");
        string folder = _directory.File("folder"), path = Path.Combine(folder, "f"), aside = _directory.File("aside");
        Directory.CreateDirectory(folder);
        using IFile file = _files.Open(path, FileOpen.CreateNew);
        file.Write(0, "content"u8);
        switch (fate)
        {
            case "has a second name":
                Assert.True(_files.TryRenameNew(path, aside));
                using (Process link = Process.Start("ln", [aside, path])) link.WaitForExit();
                break;
            case "is reached by a link":
                Directory.Move(folder, aside);
                Directory.CreateSymbolicLink(folder, aside);
                break;
            case "is deleted":
                File.Delete(path);
                break;
            case "is moved":
                File.Move(path, aside);
                break;
            case "is in a folder that is moved":
                Directory.Move(folder, aside);
                break;
            case "is in a folder that is a file now":
                Directory.Move(folder, aside);
                File.WriteAllText(folder, "");
                break;
            case "is replaced by a copy":
                File.Copy(path, aside);
                File.Move(aside, path, overwrite: true);
                break;
            case "is in a folder that is replaced":
                Directory.Move(folder, aside);
                Directory.CreateDirectory(folder);
                File.Copy(Path.Combine(aside, "f"), path);
                break;
            default:
                break;
        }

        Assert.Equal(expected, file.Place);
        file.Write(0, "goes on"u8);
    }

    [Fact]
    public void A_file_is_put_only_where_nothing_stands()
    {
        string from = _directory.File("from"), taken = _directory.File("taken"), free = _directory.File("free");
        File.WriteAllText(from, "new");
        File.WriteAllText(taken, "old");
        Assert.False(_files.TryRenameNew(from, taken));
        Assert.Equal(("new", "old"), (File.ReadAllText(from), File.ReadAllText(taken)));
        Assert.True(_files.TryRenameNew(from, free));
        Assert.Equal((false, "new"), (File.Exists(from), File.ReadAllText(free)));
        Assert.Throws<StorageException>(() => _files.TryRenameNew(from, _directory.File("other")));
    }

    [Fact]
    public void What_is_no_regular_file_is_refused_by_name()
    {
        Prerequisite.Require(!(OperatingSystem.IsWindows()), "Windows has no such files");
        string pipe = _directory.File("pipe");
        using (Process make = Process.Start("mkfifo", pipe)) make.WaitForExit();
        foreach (string path in new[] { pipe, "/dev/null" })
        {
            StorageException refused = Assert.Throws<StorageException>(() => _files.Open(path, FileOpen.OpenExisting));
            if (OperatingSystem.IsLinux()) Assert.Equal($"{path}: is not a regular file", refused.Message);
        }

        Assert.Throws<StorageException>(() => _files.Open(_directory.Path, FileOpen.OpenExisting));
    }

    [Fact]
    public async Task A_database_and_its_log_survive_a_restart_on_a_real_disk()
    {
        string path = _directory.File("bitmapist.db");
        using (DatabaseFile database = DatabaseFile.OpenOrCreate(_files, path))
        using (LogWriter log = LogWriter.Open(_files, path, database.Id, 1, FsyncPolicy.Always, TimeProvider.System))
        {
            await log.CommitAsync(log.Append("in the snapshot"u8));
            long sequence = log.Rotate();
            using (GenerationWriter writer = database.BeginGeneration())
            {
                writer.Put("key"u8, "metadata"u8, new byte[10_000]);
                writer.Commit(sequence);
            }

            log.DeleteSegmentsBefore(sequence);
            await log.CommitAsync(log.Append("after it"u8));
        }

        using DatabaseFile reopened = DatabaseFile.OpenOrCreate(_files, path);
        StoredEntry entry = Assert.Single(reopened.ReadEntries());
        byte[] value = new byte[entry.ValueBytes];
        reopened.ReadValue(entry, value);
        Assert.Equal(new byte[10_000], value);
        List<byte[]> records = [];
        LogRecoveryResult result = LogRecovery.Recover(_files, path, reopened.Id, reopened.FirstLogSequence,
            (in LogRecord record) => records.Add(record.Payload.ToArray()));
        Assert.Equal("after it"u8, Assert.Single(records));
        Assert.Equal((3, 0), (result.NextSequence, result.TornBytes));
    }
}
