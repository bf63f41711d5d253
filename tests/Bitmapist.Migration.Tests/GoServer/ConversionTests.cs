using Bitmapist.Engine.Stored;
using Bitmapist.Migration.GoServer;
using Bitmapist.Migration.Transfer;
using Bitmapist.Storage.Files;
using Bitmapist.Testing.Files;

namespace Bitmapist.Migration.Tests.GoServer;

/// <summary>A Go server's database under the server's own path, taken over whatever happens meanwhile.</summary>
public sealed class ConversionTests
{
    private const string Kept = Disk.Target + ".go-server";
    private const int FaultsInARow = 50; // cleaning up fails as well: a kill does not clean up
    private static readonly byte[] s_old = BoltBytes.WithKeys(4096, ("a", 7), ("b", 9));

    [Fact]
    public void The_new_database_stands_under_the_path_and_the_old_file_beside_it()
    {
        SimulatedFileSystem files = Disk.With(Disk.Target, s_old);
        Assert.True(GoServerConversion.IsNeeded(files, Disk.Target));
        ImportReport? report = GoServerConversion.Run(files, Disk.Target, Disk.Clock());
        Assert.Equal(2, report!.Keys);
        AssertConverted(files);
        Assert.False(GoServerConversion.IsNeeded(files, Disk.Target));
    }

    [Theory]
    [InlineData(CrashMode.ProcessKilled)]
    [InlineData(CrashMode.UnsyncedLost)]
    [InlineData(CrashMode.UnsyncedCutShort)]
    [InlineData(CrashMode.UnsyncedAtRandom)]
    public void A_crash_at_any_operation_loses_nothing_and_the_next_start_goes_on(CrashMode mode)
    {
        int operations = OperationsOfARun();
        Assert.InRange(operations, 8, 100);
        for (int operation = 0; operation < operations; operation++)
        {
            for (int seed = 0; seed < 5; seed++)
            {
                SimulatedFileSystem files = Disk.With(Disk.Target, s_old);
                for (int i = 0; i < FaultsInARow; i++) files.FailAt(operation + i, DiskFault.InputOutputError);
                Assert.Throws<StorageException>(() => GoServerConversion.Run(files, Disk.Target, Disk.Clock()));
                SimulatedFileSystem after = files.Crash(mode, seed);
                string old = after.Exists(Kept) ? Kept : Disk.Target;
                Assert.Equal(s_old, after.ReadAll(old));
                if (GoServerConversion.IsNeeded(after, Disk.Target))
                    GoServerConversion.Run(after, Disk.Target, Disk.Clock());
                AssertConverted(after);
            }
        }
    }

    [Theory]
    [InlineData(DiskFault.InputOutputError)]
    [InlineData(DiskFault.NoSpace)]
    [InlineData(DiskFault.ShortWrite)]
    public void Any_operation_that_fails_once_is_made_up_for_by_the_next_attempt(DiskFault fault)
    {
        int operations = OperationsOfARun();
        for (int operation = 0; operation < operations; operation++)
        {
            SimulatedFileSystem files = Disk.With(Disk.Target, s_old);
            files.FailAt(operation, fault);
            Assert.Throws<StorageException>(() => GoServerConversion.Run(files, Disk.Target, Disk.Clock()));
            Assert.Equal(s_old, files.ReadAll(files.Exists(Kept) ? Kept : Disk.Target));
            if (GoServerConversion.IsNeeded(files, Disk.Target))
                GoServerConversion.Run(files, Disk.Target, Disk.Clock());
            AssertConverted(files);
        }
    }

    [Fact]
    public void What_the_Go_server_wrote_after_an_interrupted_conversion_is_converted_too()
    {
        SimulatedFileSystem files = Disk.With(Disk.Target, s_old);
        files.FailNext(DiskOperation.Rename, DiskFault.InputOutputError); // of the finished database from .new
        Assert.Throws<StorageException>(() => GoServerConversion.Run(files, Disk.Target, Disk.Clock()));
        byte[] later = BoltBytes.WithKeys(4096, ("a", 7), ("b", 9), ("c", 11));
        files.WriteAll(Disk.Target, later);
        files.WriteAll(Disk.Target + ".converting", "of an earlier attempt"u8);
        GoServerConversion.Run(files, Disk.Target, Disk.Clock());
        Assert.Equal(3, Disk.Read(files, Disk.Target).Count);
        Assert.Equal(later, files.ReadAll(Kept));
    }

    [Fact]
    public void An_earlier_file_kept_under_the_name_is_not_overwritten()
    {
        SimulatedFileSystem files = Disk.With(Disk.Target, s_old);
        files.WriteAll(Kept, "precious"u8);
        MigrationException refusal = Assert.Throws<MigrationException>(
            () => GoServerConversion.Run(files, Disk.Target, Disk.Clock()));
        Assert.Contains(Kept + ", which exists already", refusal.Message, StringComparison.Ordinal);
        Assert.Equal(s_old, files.ReadAll(Disk.Target));
        Assert.Equal("precious"u8.ToArray(), files.ReadAll(Kept));
    }

    [Fact]
    public void A_log_of_another_database_beside_it_is_refused()
    {
        SimulatedFileSystem files = Disk.With(Disk.Target, s_old);
        files.WriteAll(Disk.Target + ".log.000003", "log"u8);
        Assert.Contains(".log.000003", Assert.Throws<MigrationException>(
            () => GoServerConversion.Run(files, Disk.Target, Disk.Clock())).Message, StringComparison.Ordinal);
        Assert.Equal(s_old, files.ReadAll(Disk.Target));
    }

    [Fact]
    public void A_server_that_has_the_path_locked_keeps_a_conversion_out()
    {
        SimulatedFileSystem files = Disk.With(Disk.Target, s_old);
        using IDisposable? held = files.TryLock(Disk.Target + ".lock");
        Assert.Throws<DatabaseLockedException>(() => GoServerConversion.Run(files, Disk.Target, Disk.Clock()));
    }

    [Fact]
    public void A_file_that_a_Go_server_has_open_is_refused()
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory("bitmapist-test-");
        string path = Path.Combine(folder.FullName, "bitmapist.db");
        File.WriteAllBytes(path, s_old);
        // FileShare.None is flock(LOCK_EX), what bbolt takes.
        using (new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.None))
        {
            MigrationException refusal = Assert.Throws<MigrationException>(
                () => GoServerConversion.IsNeeded(PhysicalFileSystem.Instance, path));
            Assert.Equal($"{path} is in use by another process: stop it first", refusal.Message);
            Assert.Throws<MigrationException>(() => Import.Run(
                PhysicalFileSystem.Instance, path, path + ".new", TimeProvider.System));
        }

        Assert.True(GoServerConversion.IsNeeded(PhysicalFileSystem.Instance, path));
        folder.Delete(recursive: true);
    }

    private static int OperationsOfARun()
    {
        SimulatedFileSystem files = Disk.With(Disk.Target, s_old);
        GoServerConversion.Run(files, Disk.Target, Disk.Clock());
        return files.Events.Count;
    }

    private static void AssertConverted(SimulatedFileSystem files)
    {
        Assert.Equal(s_old, files.ReadAll(Kept));
        List<ImportedKey> keys = Disk.Read(files, Disk.Target);
        Assert.Equal([7u, 9u], keys.SelectMany(key => key.Ids));
        Assert.Equal([Disk.Target, Kept], files.List("/data", ""));
    }
}
