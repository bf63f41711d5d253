using Bitmapist.Engine.Tests.Model;
using Bitmapist.Engine.Verbs;
using Bitmapist.Storage.Log;
using Bitmapist.Testing.Files;

namespace Bitmapist.Engine.Tests.Saving;

/// <summary>Each operation on the disk that a save makes fails once, in each way.</summary>
public sealed class FailedSaveTests
{
    public static TheoryData<bool, DiskFault> Faults => new()
    {
        { false, DiskFault.InputOutputError },
        { false, DiskFault.ShortWrite },
        { true, DiskFault.NoSpace },
        { true, DiskFault.ShortWrite },
    };

    [Theory]
    [MemberData(nameof(Faults))]
    public async Task A_failed_save_gives_back_what_was_dirty(bool rewrites, DiskFault fault)
    {
        int failedSaves = 0;
        for (int operation = 0; operation < 24; operation++)
        {
            await using SimulatedServer server = await WithUnsavedChangesAsync(rewrites);
            Exception? failure = await server.SaveWithFaultAsync(operation, fault);
            if (failure is not null) failedSaves++;
            server.Check();
            if (failure is null) Assert.False(server.Keyspace.LastSaveFailed);
            server.Pair.SetBit("after", 1, bit: true);
            Assert.NotEqual(0, server.Keyspace.ChangesSinceSave);
            await server.SaveAsync();
            Assert.False(server.Keyspace.LastSaveFailed);
            Assert.Equal(0, server.Keyspace.ChangesSinceSave);
            Assert.Equal(KeyspaceState.Of(server.Model), await server.StateOfFileAsync(SimulatedServer.Path));
            server.Pair.SetBit("later", 1, bit: true);
            await server.Keyspace.CommitAsync();
            await server.CrashAsync(CrashMode.ProcessKilled, seed: 0, server.Model);
            server.Check();
        }

        Assert.InRange(failedSaves, 5, 20);
    }

    [Theory]
    [MemberData(nameof(Faults))]
    public async Task A_power_cut_after_a_failed_save_takes_nothing_that_was_synced(bool rewrites, DiskFault fault)
    {
        for (int operation = 0; operation < 24; operation++)
        {
            await using SimulatedServer server = await WithUnsavedChangesAsync(rewrites);
            await server.SaveWithFaultAsync(operation, fault);
            int seed = operation;
            await server.CrashAsync((CrashMode)(1 + (operation % 3)), seed, server.Model);
            server.Check();
        }
    }

    [Fact]
    public async Task What_the_log_brought_back_counts_as_not_yet_saved()
    {
        await using SimulatedServer server = new(FsyncPolicy.No);
        server.Pair.SetBit("a", 1, bit: true);
        server.Pair.SetBit("b", 1, bit: true);
        Assert.Equal(2, server.Keyspace.ChangesSinceSave);
        await server.RestartAsync();
        Assert.Equal(2, server.Keyspace.ChangesSinceSave);
        await server.SaveAsync();
        await server.RestartAsync();
        Assert.Equal(0, server.Keyspace.ChangesSinceSave);
    }

    /// <summary>Saved keys; then changed, removed and new ones, all synced in the log and not in the file.</summary>
    private static async Task<SimulatedServer> WithUnsavedChangesAsync(bool rewrites)
    {
        SimulatedServer server = new(FsyncPolicy.Always);
        for (int i = 0; i < 40; i++) server.Pair.SetBit($"saved{i}", (uint)i, bit: true);
        await server.SaveAsync();
        if (rewrites)
        {
            server.Pair.Flush(0);
            for (int i = 10; i < 20; i++) server.Pair.SetBit($"saved{i}", 70_000, bit: true);
        }

        server.Session.Database = 1;
        server.Pair.SetBit("elsewhere", 3, bit: true);
        server.Session.Database = 0;
        for (int i = 0; i < 20; i++) server.Pair.SetBit($"saved{i}", 99, bit: true);
        for (int i = 20; i < 30; i++) server.Pair.Delete($"saved{i}");
        server.Pair.Rename("saved3", "renamed", SetCondition.Always);
        server.Pair.Copy("saved4", 2, "copied", SetCondition.Always);
        await server.Keyspace.CommitAsync();
        return server;
    }
}
