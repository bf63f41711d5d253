using Bitmapist.Engine.Bits;
using Bitmapist.Engine.Keyspace;
using Bitmapist.Engine.Saving;
using Bitmapist.Engine.Verbs;
using Bitmapist.Migration.Tests.GoServer;
using Bitmapist.Migration.Transfer;
using Bitmapist.Storage.Files;
using Bitmapist.Storage.Log;
using Bitmapist.Testing.Files;

namespace Bitmapist.Migration.Tests;

/// <summary>Where an import may go, and what becomes of it when something fails.</summary>
public sealed class ImportTargetTests
{
    private static readonly byte[] s_source = BoltBytes.WithKeys(4096, ("a", 7));

    [Fact]
    public async Task A_database_without_keys_is_replaced_with_its_empty_log()
    {
        SimulatedFileSystem files = Disk.With(Disk.Source, s_source);
        await using (Open(files)) { }
        Assert.NotEmpty(files.List("/data", "bitmapist.db.log."));
        Import.Run(files, Disk.Source, Disk.Target, Disk.Clock());
        await using PersistentKeyspace keyspace = Open(files);
        using var session = new Session(keyspace.Store);
        bool isAtHand = session.TryGetBit("a"u8, 7, out bool bit, out PendingBits? stored);
        Assert.True(isAtHand ? bit : stored!.Force().Contains(7));
    }

    [Fact]
    public async Task A_database_whose_keys_are_only_in_its_log_is_not_replaced()
    {
        SimulatedFileSystem files = Disk.With(Disk.Source, s_source);
        await using (PersistentKeyspace keyspace = Open(files))
        {
            using var session = new Session(keyspace.Store);
            session.SetBit("precious"u8, 1, bit: true);
            await keyspace.CommitAsync();
        }

        AssertRefused(files, "has keys already");
    }

    [Fact]
    public void A_database_with_keys_is_not_replaced()
    {
        SimulatedFileSystem files = Disk.With(Disk.Source, s_source);
        Import.Run(files, Disk.Source, Disk.Target, Disk.Clock());
        byte[] before = files.ReadAll(Disk.Target);
        AssertRefused(files, "has keys already");
        Assert.Equal(before, files.ReadAll(Disk.Target));
    }

    [Fact]
    public void A_file_of_another_kind_is_not_replaced()
    {
        SimulatedFileSystem files = Disk.With(Disk.Source, s_source);
        files.WriteAll(Disk.Target, "text"u8);
        AssertRefused(files, "is no database of this server");
        files.WriteAll(Disk.Target, s_source);
        AssertRefused(files, "is no database of this server");
    }

    [Fact]
    public void A_log_without_its_database_is_not_taken_for_the_new_one_s()
    {
        SimulatedFileSystem files = Disk.With(Disk.Source, s_source);
        files.WriteAll(Disk.Target + ".log.000001", "log"u8);
        AssertRefused(files, ".log.000001 is the log of a database that is not there");
    }

    [Theory]
    [InlineData("", "is empty")]
    [InlineData("event,user\n1,2\n", "is neither a database of the Go server, nor a Redis dump")]
    [InlineData("REDIS", "is neither a database of the Go server, nor a Redis dump")]
    public void A_source_of_another_kind_is_refused(string content, string reason)
    {
        SimulatedFileSystem files = Disk.With(Disk.Source, System.Text.Encoding.ASCII.GetBytes(content));
        AssertRefused(files, reason);
        Assert.False(files.Exists(Disk.Target));
    }

    [Fact]
    public void A_source_that_is_not_there_is_refused()
    {
        var files = new SimulatedFileSystem();
        Assert.Equal("/data/source: no such file", Assert.Throws<MigrationException>(
            () => Import.Run(files, Disk.Source, Disk.Target, Disk.Clock())).Message);
    }

    [Fact]
    public void A_database_is_not_imported_into_itself()
    {
        SimulatedFileSystem files = Disk.With(Disk.Target, s_source);
        Assert.Contains("cannot be imported into itself", Assert.Throws<MigrationException>(
            () => Import.Run(files, Disk.Target, Disk.Target, Disk.Clock())).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Our_own_database_is_imported_with_what_its_log_holds()
    {
        var files = new SimulatedFileSystem();
        await using (PersistentKeyspace keyspace = Open(files, Disk.Source))
        {
            using var session = new Session(keyspace.Store);
            session.SetBit("saved"u8, 1, bit: true);
            Assert.Null(await keyspace.SaveAsync());
            session.SetBit("logged"u8, 2, bit: true);
            await keyspace.CommitAsync();
        }

        files = files.Crash(CrashMode.ProcessKilled, seed: 0);
        ImportReport report = Import.Run(files, Disk.Source, Disk.Target, Disk.Clock());
        Assert.Equal(FileFormat.Own, report.Format);
        Assert.Equal([2u, 1u], Disk.Read(files, Disk.Target).SelectMany(key => key.Ids));
        Assert.Equal(2, Import.Run(files, Disk.Source, "/data/again.db", Disk.Clock()).Keys); // it is still whole
        Assert.DoesNotContain(files.List("/data", ""), path => path.Contains("importing", StringComparison.Ordinal));
    }

    [Fact]
    public void Any_operation_that_fails_leaves_no_database_and_the_next_attempt_succeeds()
    {
        SimulatedFileSystem counted = Disk.With(Disk.Source, s_source);
        Import.Run(counted, Disk.Source, Disk.Target, Disk.Clock());
        int operations = counted.Events.Count;
        Assert.InRange(operations, 6, 100);
        for (int operation = 0; operation < operations; operation++)
        {
            SimulatedFileSystem files = Disk.With(Disk.Source, s_source);
            files.FailAt(operation, DiskFault.NoSpace);
            Assert.Throws<StorageException>(() => Import.Run(files, Disk.Source, Disk.Target, Disk.Clock()));
            if (files.Exists(Disk.Target)) continue; // all but the last sync was done: it is whole
            Assert.Equal([Disk.Source], files.List("/data", "source"));
            Import.Run(files, Disk.Source, Disk.Target, Disk.Clock());
            Assert.Single(Disk.Read(files, Disk.Target));
        }
    }

    [Fact]
    public async Task Files_that_only_look_like_segments_of_the_log_stay()
    {
        const string Archived = Disk.Target + ".log.1.gz";
        SimulatedFileSystem files = Disk.With(Disk.Source, s_source);
        files.WriteAll(Archived, "archived"u8);
        await using (Open(files)) { }
        Import.Run(files, Disk.Source, Disk.Target, Disk.Clock());
        Assert.Equal("archived"u8.ToArray(), files.ReadAll(Archived));
        Assert.Equal([Archived], files.List("/data", "bitmapist.db.log."));
    }

    [Fact]
    public async Task Wherever_replacing_a_database_breaks_off_it_opens_and_the_import_can_be_repeated()
    {
        SimulatedFileSystem before = Disk.With(Disk.Source, s_source);
        for (int start = 0; start < 3; start++) await using (Open(before)) { } // each begins a segment
        Assert.Equal(3, before.List("/data", "bitmapist.db.log.").Count);
        SimulatedFileSystem counted = before.Clone();
        int first = counted.Events.Count;
        Import.Run(counted, Disk.Source, Disk.Target, Disk.Clock());
        int operations = counted.Events.Count - first;
        Assert.InRange(operations, 10, 100);
        for (int operation = 0; operation < operations; operation++)
        {
            foreach (CrashMode crash in Enum.GetValues<CrashMode>())
            {
                SimulatedFileSystem files = before.Clone();
                files.FailAt(files.Events.Count + operation, DiskFault.NoSpace);
                Assert.Throws<StorageException>(() => Import.Run(files, Disk.Source, Disk.Target, Disk.Clock()));
                files = files.Crash(crash, seed: operation);
                await using (Open(files.Clone())) { } // as a server would, and nothing refuses
                if (Disk.Read(files.Clone(), Disk.Target).Count == 0)
                    Import.Run(files, Disk.Source, Disk.Target, Disk.Clock());
                Assert.Single(Disk.Read(files, Disk.Target));
                await using (Open(files)) { }
            }
        }
    }

    private static void AssertRefused(SimulatedFileSystem files, string reason) =>
        Assert.Contains(reason, Assert.Throws<MigrationException>(
            () => Import.Run(files, Disk.Source, Disk.Target, Disk.Clock())).Message, StringComparison.Ordinal);

    private static PersistentKeyspace Open(SimulatedFileSystem files, string path = Disk.Target) =>
        PersistentKeyspace.Open(
            files, new PersistenceOptions(path, 16, FsyncPolicy.No, TimeSpan.Zero), Disk.Clock(), new NoEvents());

    private sealed class NoEvents : IPersistenceEvents;
}
