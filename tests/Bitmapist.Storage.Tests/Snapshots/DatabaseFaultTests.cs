using Bitmapist.Storage.Files;
using Bitmapist.Storage.Snapshots;
using Bitmapist.Testing.Files;

namespace Bitmapist.Storage.Tests.Snapshots;

/// <summary>
/// A fixed workload of generations and a rewrite, in which each disk operation in turn fails once, followed by a retry
/// or by a crash of every kind. What opens then is the last committed state, or that of the commit that was under way.
/// </summary>
public sealed class DatabaseFaultTests
{
    private const int Seed = 42;
    private const int KeysMax = 30;

    public static TheoryData<DiskFault> Faults => [.. Enum.GetValues<DiskFault>()];

    [Theory]
    [MemberData(nameof(Faults))]
    public void After_any_failure_and_any_crash_a_committed_state_opens(DiskFault fault)
    {
        int operations = CountOperations();
        for (int number = 0; number < operations; number++)
        {
            foreach (CrashMode mode in Enum.GetValues<CrashMode>())
            {
                SimulatedFileSystem disk = new();
                disk.FailAt(number, fault);
                Generations model = new(Seed, KeysMax);
                bool failed = Run(disk, model, out DatabaseFile? database);
                Assert.True(failed, $"operation {number} was not reached");
                database?.Dispose();
                CheckAfter(disk.Crash(mode, number), model);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Faults))]
    public void After_any_failure_reading_goes_on_and_a_rewrite_can_follow(DiskFault fault)
    {
        int operations = CountOperations(), rewritten = 0;
        for (int number = 0; number < operations; number++)
        {
            SimulatedFileSystem disk = new();
            disk.FailAt(number, fault);
            Generations model = new(Seed, KeysMax);
            Run(disk, model, out DatabaseFile? database);
            if (database is null) continue;
            Assert.True(Generations.Equals(database, model.Committed), $"operation {number}");
            if (!TryRewrite(disk, model, ref database)) continue;
            model.Check(database);
            database.Dispose();
            CheckAfter(disk.Crash(CrashMode.UnsyncedLost, number), model);
            rewritten++;
        }

        Assert.True(rewritten > operations / 2, $"only {rewritten} of {operations} failures were gone on after");
    }

    [Fact]
    public void After_a_full_disk_the_same_file_is_written_on_once_there_is_room()
    {
        SimulatedFileSystem disk = new();
        Generations model = new(Seed, KeysMax);
        using DatabaseFile database = DatabaseFile.OpenOrCreate(disk, Generations.Path);
        model.Write(database, 20);
        disk.FailAt(disk.Events.Count, DiskFault.ShortWrite);
        Assert.Throws<StorageException>(() => model.Write(database, 20));
        model.Check(database);
        model.Write(database, 20);
        model.Check(database);
        Assert.Equal(2, database.Generation);
    }

    [Fact]
    public void After_a_failed_fsync_the_file_is_written_no_more()
    {
        SimulatedFileSystem disk = new();
        Generations model = new(Seed, KeysMax);
        using DatabaseFile database = DatabaseFile.OpenOrCreate(disk, Generations.Path);
        model.Write(database, 20);
        disk.FailNext(DiskOperation.Sync, DiskFault.InputOutputError);
        Assert.Throws<StorageException>(() => model.Write(database, 20));
        Assert.Throws<StorageException>(() => model.Write(database, 20));
        model.Check(database);
    }

    [Fact]
    public void A_failed_generation_cannot_be_committed()
    {
        SimulatedFileSystem disk = new();
        using DatabaseFile database = DatabaseFile.OpenOrCreate(disk, Generations.Path);
        using GenerationWriter writer = database.BeginGeneration();
        disk.FailAt(disk.Events.Count, DiskFault.NoSpace);
        Assert.Throws<StorageException>(() => writer.Put("k"u8, default, new byte[1 << 20]));
        Assert.Throws<InvalidOperationException>(() => writer.Put("j"u8, default, "v"u8));
        Assert.Throws<InvalidOperationException>(() => writer.Commit(1));
    }

    private static int CountOperations()
    {
        SimulatedFileSystem disk = new();
        Assert.False(Run(disk, new Generations(Seed, KeysMax), out DatabaseFile? database));
        database?.Dispose();
        return disk.Events.Count;
    }

    /// <summary>True when the disk failed; the database is then as far as it came.</summary>
    private static bool Run(SimulatedFileSystem disk, Generations model, out DatabaseFile? database)
    {
        database = null;
        try
        {
            database = DatabaseFile.OpenOrCreate(disk, Generations.Path);
            for (int i = 0; i < 4; i++) model.Write(database, 15);
            model.Rewrite(database);
            DatabaseFile old = database;
            database = null;
            old.Dispose();
            database = DatabaseFile.OpenOrCreate(disk, Generations.Path);
            for (int i = 0; i < 2; i++) model.Write(database, 15);
            return false;
        }
        catch (StorageException)
        {
            return true;
        }
    }

    /// <summary>False when the database was replaced before its rewrite failed: it must be opened anew.</summary>
    private static bool TryRewrite(SimulatedFileSystem disk, Generations model, ref DatabaseFile database)
    {
        try
        {
            model.Rewrite(database);
        }
        catch (InvalidOperationException)
        {
            return false;
        }

        database.Dispose();
        database = DatabaseFile.OpenOrCreate(disk, Generations.Path);
        return true;
    }

    private static void CheckAfter(SimulatedFileSystem disk, Generations model)
    {
        bool created = disk.Exists(Generations.Path);
        using DatabaseFile database = DatabaseFile.OpenOrCreate(disk, Generations.Path);
        if (!created) Assert.Empty(model.Committed);
        Assert.True(Generations.Equals(database, model.Committed) || Generations.Equals(database, model.Pending));
        Assert.InRange(database.FirstLogSequence, model.FirstLogSequence, model.FirstLogSequence + 1);

        // And it is a database that can be written on.
        using (GenerationWriter writer = database.BeginGeneration())
        {
            writer.Put("after"u8, default, "the crash"u8);
            writer.Commit(100);
        }

        using DatabaseFile reopened =
            DatabaseFile.OpenOrCreate(disk.Crash(CrashMode.UnsyncedLost, 0), Generations.Path);
        Assert.True(reopened.TryFind("after"u8, out _));
        Assert.False(disk.Exists(Generations.Path + ".new"));
    }
}
