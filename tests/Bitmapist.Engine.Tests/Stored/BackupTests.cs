using Bitmapist.Engine.Tests.Model;
using Bitmapist.Engine.Tests.Saving;
using Bitmapist.Engine.Verbs;
using Bitmapist.Storage.Files;
using Bitmapist.Storage.Log;
using Bitmapist.Testing.Files;

namespace Bitmapist.Engine.Tests.Stored;

public sealed class BackupTests
{
    private const string BackupPath = "/data/backup.db";

    [Theory]
    [InlineData(CrashMode.UnsyncedLost)]
    [InlineData(CrashMode.UnsyncedCutShort)]
    [InlineData(CrashMode.UnsyncedAtRandom)]
    public async Task A_backup_outlives_a_power_cut(CrashMode mode)
    {
        await using SimulatedServer server = new(FsyncPolicy.Always);
        for (int i = 0; i < 200; i++) server.Pair.SetBit($"key{i}", (uint)(i * 500), bit: true);
        await server.Keyspace.BackupAsync(BackupPath);
        await server.Keyspace.CommitAsync();
        await server.CrashAsync(mode, seed: 1, server.Model);
        Assert.Equal(KeyspaceState.Of(server.Model), await server.StateOfFileAsync(BackupPath));
    }

    [Fact]
    public async Task A_failed_backup_harms_neither_the_one_before_nor_the_next_save()
    {
        for (int operation = 0; operation < 12; operation++)
        {
            await using SimulatedServer server = new(FsyncPolicy.Always);
            server.Pair.SetBit("key", 1, bit: true);
            await server.Keyspace.BackupAsync(BackupPath);
            string before = KeyspaceState.Of(server.Model);
            server.Pair.SetBit("key", 2, bit: true);
            server.Pair.SetBit("other", 2, bit: true);
            await server.Keyspace.CommitAsync();
            server.Disk.FailAt(server.Disk.Events.Count + operation, DiskFault.NoSpace);
            Exception? failure = await Record.ExceptionAsync(() => server.Keyspace.BackupAsync(BackupPath));
            Assert.True(failure is null or StorageException, $"operation {operation}: {failure}");
            string after = KeyspaceState.Of(server.Model);
            string found = await server.StateOfFileAsync(BackupPath);
            Assert.True(found == after || (failure is not null && found == before), $"operation {operation}: {found}");
            await server.CrashAsync(CrashMode.ProcessKilled, seed: 0, server.Model); // whichever thread met the fault
            server.Check();
            await server.SaveAsync();
            Assert.Equal(after, await server.StateOfFileAsync(SimulatedServer.Path));
        }
    }

    [Fact]
    public async Task Saves_and_compactions_go_on_while_a_backup_is_written()
    {
        await using SimulatedServer server = new(FsyncPolicy.Always);
        byte[] bytes = new byte[300_000];
        new Random(1).NextBytes(bytes);
        for (int i = 0; i < 300; i++) server.Pair.SetBit($"key{i}", (uint)(i * 500), bit: true);
        server.Pair.Set("large", bytes, SetCondition.Always, StringVerbs.NoExpiry);
        string before = KeyspaceState.Of(server.Model);
        string after = "";
        server.Disk.Reading = _ =>
        {
            bool isCopying = server.Disk.Events.Any(
                change => change.Path.StartsWith(BackupPath, StringComparison.Ordinal));
            if (!isCopying || after.Length > 0) return;
            after = "being changed";
            for (int round = 0; round < 12; round++) // garbage passes half of what is at least a megabyte
            {
                server.Pair.SetBit("large", (uint)round, bit: true);
                server.Pair.SetBit("large", (uint)round, bit: false);
                server.Pair.SetBit($"new{round}", 7, bit: true);
                server.Pair.Delete($"key{round}");
                Assert.Null(server.Keyspace.SaveAsync().GetAwaiter().GetResult());
            }

            after = KeyspaceState.Of(server.Model);
        };
        await server.Keyspace.BackupAsync(BackupPath);
        server.Disk.Reading = null;
        Assert.NotEqual("", after);
        Assert.InRange(server.Keyspace.DatabaseBytes, 1, 2_000_000); // compacted
        Assert.Equal(before, await server.StateOfFileAsync(BackupPath));
        Assert.Equal(after, await server.StateOfFileAsync(SimulatedServer.Path));
        await server.RestartAsync();
        server.Check();
    }

    [Theory]
    [InlineData("/data/bitmapist.db")]
    [InlineData("/data/../data/bitmapist.db")]
    public async Task A_backup_over_the_database_itself_is_refused(string path)
    {
        await using SimulatedServer server = new(FsyncPolicy.No);
        server.Pair.SetBit("key", 1, bit: true);
        byte[] file = server.Disk.ReadAll(SimulatedServer.Path);
        await Assert.ThrowsAsync<StorageException>(() => server.Keyspace.BackupAsync(path));
        Assert.Equal(file, server.Disk.ReadAll(SimulatedServer.Path));
        await server.SaveAsync();
        await server.RestartAsync();
        server.Check();
    }
}
