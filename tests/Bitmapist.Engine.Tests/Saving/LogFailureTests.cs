using Bitmapist.Engine.Keyspace;
using Bitmapist.Engine.Saving;
using Bitmapist.Engine.Tests.Model;
using Bitmapist.Engine.Verbs;
using Bitmapist.Storage.Files;
using Bitmapist.Storage.Log;
using Bitmapist.Testing.Files;

namespace Bitmapist.Engine.Tests.Saving;

/// <summary>
/// A disk that refuses the log: writes are refused and change nothing, reads show what was acknowledged, nothing that
/// was is lost, and everything goes on by itself when the disk does.
/// </summary>
public sealed class LogFailureTests
{
    [Theory]
    [InlineData(FsyncPolicy.No, DiskOperation.Write, DiskFault.NoSpace)]
    [InlineData(FsyncPolicy.No, DiskOperation.Write, DiskFault.ShortWrite)]
    [InlineData(FsyncPolicy.EverySecond, DiskOperation.Write, DiskFault.InputOutputError)]
    [InlineData(FsyncPolicy.Always, DiskOperation.Write, DiskFault.NoSpace)]
    [InlineData(FsyncPolicy.Always, DiskOperation.Sync, DiskFault.InputOutputError)]
    public async Task Writes_are_refused_reads_go_on_and_it_resumes_by_itself(
        FsyncPolicy fsync, DiskOperation operation, DiskFault fault)
    {
        await using SimulatedServer server = new(fsync);
        server.Pair.SetBit("kept", 1, bit: true);
        server.Pair.SetBit("mortal", 1, bit: true);
        server.Pair.ExpireAt("mortal", Now(server) + 5, ExpireCondition.None);
        await server.Keyspace.CommitAsync(server.Session);
        ModelKeyspace promised = server.Model.Clone();

        server.Disk.Failing = (asked, _) => asked == operation ? fault : null;
        server.Session.SetBit(Name.Bytes("lost"), 1, bit: true);
        server.Session.SetBit(Name.Bytes("kept"), 2, bit: true);
        await Assert.ThrowsAsync<StorageException>(async () => await server.Keyspace.CommitAsync(server.Session));
        LogFailure failure = Assert.Single(server.Events.Refusals);
        Assert.Equal(operation == DiskOperation.Sync, failure.IsSync);
        server.Adopt(promised);
        server.Check();
        server.Pair.List(10);
        Assert.Throws<WritesRefusedException>(() => server.Session.SetBit(Name.Bytes("refused"), 1, bit: true));
        Assert.Throws<WritesRefusedException>(() => server.Session.Delete(Name.All("kept")));
        Assert.Throws<WritesRefusedException>(() => server.Session.FlushAll());
        server.Check();

        server.Time.Advance(TimeSpan.FromMilliseconds(5)); // also the expired key is read and found missing
        using (Session reader = new(server.Keyspace.Store))
        {
            Assert.False(reader.Exists(Name.Bytes("mortal")));
            Assert.DoesNotContain("mortal", reader.Names([]).Read().Select(name => Name.Text(name)));
            await server.Keyspace.CommitAsync(reader);
        }

        Assert.NotNull(server.Keyspace.LogFailure);
        server.Disk.Failing = null;
        server.WaitUntilMended();
        Assert.Single(server.Events.Resumptions);
        server.Pair.SetBit("mortal", 3, bit: true); // another one, that does not expire
        await GoOnAndCrashAsync(server);
    }

    [Fact]
    public async Task A_write_that_fails_once_goes_unnoticed()
    {
        await using SimulatedServer server = new(FsyncPolicy.No);
        server.Disk.FailNext(DiskOperation.Write, DiskFault.ShortWrite);
        server.Pair.SetBit("kept", 1, bit: true);
        await server.Keyspace.CommitAsync(server.Session);
        Assert.Empty(server.Events.Refusals);
        await server.CrashAsync(CrashMode.ProcessKilled, seed: 1, server.Model);
        server.Check();
    }

    [Fact]
    public async Task Who_saw_what_is_taken_back_is_not_told_of_it_and_reads_on_afterwards()
    {
        await using SimulatedServer server = new(FsyncPolicy.No);
        server.Pair.SetBit("kept", 1, bit: true);
        await server.Keyspace.CommitAsync(server.Session);
        using Session reader = new(server.Keyspace.Store), idle = new(server.Keyspace.Store);
        Assert.True(idle.Exists(Name.Bytes("kept")));
        await server.Keyspace.CommitAsync(idle);

        server.Disk.Failing = (asked, _) => asked == DiskOperation.Write ? DiskFault.NoSpace : null;
        server.Session.SetBit(Name.Bytes("kept"), 2, bit: true);
        Assert.True(reader.TryGetBit(Name.Bytes("kept"), 2, out bool bit, out _));
        Assert.True(bit);
        await Assert.ThrowsAsync<StorageException>(async () => await server.Keyspace.CommitAsync(server.Session));
        await Assert.ThrowsAsync<StorageException>(async () => await server.Keyspace.CommitAsync(reader));
        await server.Keyspace.CommitAsync(idle);
        Assert.True(reader.TryGetBit(Name.Bytes("kept"), 2, out bit, out _));
        Assert.False(bit);
        await server.Keyspace.CommitAsync(reader);
    }

    [Fact]
    public async Task A_save_is_possible_while_writes_fail_and_what_was_refused_is_not_in_it()
    {
        await using SimulatedServer server = new(FsyncPolicy.EverySecond);
        server.Pair.SetBit("kept", 1, bit: true);
        await server.Keyspace.CommitAsync(server.Session);
        ModelKeyspace promised = server.Model.Clone();
        server.Disk.Failing = (asked, path) => IsLog(path) && asked is DiskOperation.Write or DiskOperation.Create
            ? DiskFault.NoSpace : null;
        server.Session.SetBit(Name.Bytes("lost"), 1, bit: true);
        Task<Exception?> overtaken = server.Keyspace.SaveAsync(); // may find what it has taken back
        await Assert.ThrowsAsync<StorageException>(async () => await server.Keyspace.CommitAsync(server.Session));
        await overtaken;
        await server.SaveAsync();
        Assert.Equal(KeyspaceState.Of(promised), await server.StateOfFileAsync(SimulatedServer.Path));
        Assert.NotNull(server.Keyspace.LogFailure);
        Assert.Throws<WritesRefusedException>(() => server.Session.SetBit(Name.Bytes("refused"), 1, bit: true));
        server.Adopt(promised);
        server.Disk.Failing = null;
        server.WaitUntilMended();
        await GoOnAndCrashAsync(server);
    }

    [Fact]
    public async Task A_tail_that_cannot_be_cut_is_left_behind_by_a_save()
    {
        await using SimulatedServer server = new(FsyncPolicy.No);
        server.Pair.SetBit("kept", 1, bit: true);
        await server.Keyspace.CommitAsync(server.Session);
        string spoiled = server.Disk.List("/data", "bitmapist.db.log.")[^1];
        server.Disk.Failing = (asked, path) => path != spoiled ? null
            : asked == DiskOperation.Write ? DiskFault.ShortWrite
            : asked == DiskOperation.Truncate ? DiskFault.InputOutputError
            : null;
        ModelKeyspace promised = server.Model.Clone();
        for (uint i = 0; i < 10; i++) server.Session.SetBit(Name.Bytes("lost"), i, bit: true);
        await Assert.ThrowsAsync<StorageException>(async () => await server.Keyspace.CommitAsync(server.Session));
        server.Adopt(promised);
        await server.SaveAsync();
        server.WaitUntilMended();
        await GoOnAndCrashAsync(server);
    }

    [Fact]
    public async Task After_a_failed_fsync_the_server_saves_by_itself_until_it_succeeds()
    {
        await using SimulatedServer server = new(FsyncPolicy.EverySecond);
        server.Pair.SetBit("written", 1, bit: true);
        await server.Keyspace.CommitAsync(server.Session); // acknowledged as written: it stays
        server.Disk.Failing = (asked, path) => asked == DiskOperation.Sync || !IsLog(path)
            ? DiskFault.InputOutputError : null;
        server.Time.Advance(TimeSpan.FromSeconds(1));
        Until(() => server.Events.Refusals.Count == 1);
        Assert.True(server.Keyspace.LogFailure!.IsSync);
        server.Check();
        for (int saves = 1; saves <= 4; saves++)
        {
            // It waits longer each time, from when the save that failed has ended, which may be after it is told.
            Until(() =>
            {
                server.Time.Advance(TimeSpan.FromMilliseconds(100));
                return server.Events.FailedSaves >= saves;
            });
        }

        Assert.Throws<WritesRefusedException>(() => server.Session.SetBit(Name.Bytes("refused"), 1, bit: true));
        server.Disk.Failing = null;
        server.WaitUntilMended();
        Assert.Equal((1, 1), (server.Events.Refusals.Count, server.Events.Resumptions.Count));
        server.Pair.SetBit("later", 1, bit: true);
        await server.Keyspace.CommitAsync(server.Session);
        server.Time.Advance(TimeSpan.FromSeconds(1));
        Until(() => server.Keyspace.Store.Log!.SyncedPosition == server.Keyspace.Store.Log.AppendedPosition);
        await server.CrashAsync(CrashMode.UnsyncedLost, seed: 1, server.Model);
        server.Check();
    }

    [Fact]
    public async Task A_failed_fsync_with_nothing_to_save_is_left_behind_as_well()
    {
        await using SimulatedServer server = new(FsyncPolicy.EverySecond);
        server.Pair.Flush(1); // logged, and changes nothing
        await server.Keyspace.CommitAsync(server.Session);
        server.Disk.FailNext(DiskOperation.Sync, DiskFault.InputOutputError);
        server.Time.Advance(TimeSpan.FromSeconds(1));
        Until(() => server.Events.Refusals.Count == 1);
        server.WaitUntilMended();
        await GoOnAndCrashAsync(server);
    }

    [Theory]
    [InlineData(FsyncPolicy.Always)]
    [InlineData(FsyncPolicy.EverySecond)]
    public async Task A_failed_fsync_while_writes_fail_takes_back_what_was_not_promised(FsyncPolicy fsync)
    {
        await using SimulatedServer server = new(FsyncPolicy.No);
        server.Pair.SetBit("acknowledged", 1, bit: true);
        await server.Keyspace.CommitAsync(server.Session);
        server.Keyspace.AppendFsync = fsync; // what was acknowledged before stays, synced or not
        ModelKeyspace promised = server.Model.Clone();
        server.Disk.Failing = (asked, path) => !IsLog(path) ? DiskFault.InputOutputError
            : asked == DiskOperation.Write ? DiskFault.NoSpace
            : null;
        server.Session.SetBit(Name.Bytes("lost"), 1, bit: true);
        await Assert.ThrowsAsync<StorageException>(async () => await server.Keyspace.CommitAsync(server.Session));
        Assert.False(Assert.Single(server.Events.Refusals).IsSync);
        server.Disk.Failing = (_, _) => DiskFault.InputOutputError;
        using (Session reader = new(server.Keyspace.Store)) // has what is written synced, in vain
        {
            Assert.True(reader.Exists(Name.Bytes("acknowledged")));
            if (fsync == FsyncPolicy.EverySecond) server.Time.Advance(TimeSpan.FromSeconds(1));
            else await Task.WhenAny(server.Keyspace.CommitAsync(reader).AsTask());
        }

        Until(() => server.Events.Refusals.Count == 2);
        Assert.True(server.Keyspace.LogFailure!.IsSync);
        server.Adopt(promised);
        server.Check();
        server.Disk.Failing = null;
        server.WaitUntilMended();
        server.Check();
        await GoOnAndCrashAsync(server);
    }

    [Theory]
    [InlineData(FsyncPolicy.Always, FsyncPolicy.EverySecond)]
    [InlineData(FsyncPolicy.Always, FsyncPolicy.No)]
    [InlineData(FsyncPolicy.EverySecond, FsyncPolicy.Always)]
    public async Task The_policy_may_change_while_writes_are_refused(FsyncPolicy before, FsyncPolicy meanwhile)
    {
        foreach (DiskOperation operation in new[] { DiskOperation.Write, DiskOperation.Sync })
        {
            await using SimulatedServer server = new(before);
            server.Pair.SetBit("kept", 1, bit: true);
            await server.Keyspace.CommitAsync(server.Session);
            if (before != FsyncPolicy.Always) server.Time.Advance(TimeSpan.FromSeconds(1));
            Until(() => server.Keyspace.Store.Log!.SyncedPosition == server.Keyspace.Store.Log.AppendedPosition);
            ModelKeyspace promised = server.Model.Clone();
            server.Disk.Failing = (asked, path) => asked == operation || !IsLog(path)
                ? DiskFault.InputOutputError : null;
            server.Pair.SetBit("doubtful", 1, bit: true);
            bool isAcknowledged = operation == DiskOperation.Sync && before != FsyncPolicy.Always;
            if (isAcknowledged) await server.Keyspace.CommitAsync(server.Session);
            else
                await Assert.ThrowsAsync<StorageException>(
                    async () => await server.Keyspace.CommitAsync(server.Session));
            server.Time.Advance(TimeSpan.FromSeconds(1));
            Until(() => server.Events.Refusals.Count > 0);
            if (!isAcknowledged) server.Adopt(promised);
            server.Keyspace.AppendFsync = meanwhile;
            server.Check();
            server.Keyspace.AppendFsync = before;
            server.Keyspace.AppendFsync = meanwhile;
            server.Disk.Failing = null;
            server.WaitUntilMended();
            server.Check();
            await GoOnAndCrashAsync(server);
        }
    }

    [Fact]
    public async Task Only_those_who_wrote_wait_for_a_disk_that_is_behind()
    {
        await using SimulatedServer server = new(FsyncPolicy.EverySecond);
        using ManualResetEventSlim slow = new(), syncing = new();
        server.Disk.Syncing = path =>
        {
            if (!IsLog(path)) return;
            syncing.Set();
            slow.Wait();
        };
        server.Pair.SetBit("a", 1, bit: true);
        await server.Keyspace.CommitAsync(server.Session);
        server.Time.Advance(TimeSpan.FromSeconds(1));
        Assert.True(syncing.Wait(TimeSpan.FromSeconds(10), TestContext.Current.CancellationToken));
        server.Time.Advance(TimeSpan.FromSeconds(1.5));
        server.Pair.SetBit("a", 2, bit: true);
        Task waiting = server.Keyspace.CommitAsync(server.Session).AsTask();
        Assert.False(waiting.IsCompleted);
        using Session reader = new(server.Keyspace.Store);
        Assert.True(reader.TryGetBit(Name.Bytes("a"), 2, out bool bit, out _));
        Assert.True(bit);
        Assert.True(server.Keyspace.CommitAsync(reader).AsTask().IsCompletedSuccessfully);
        Assert.Equal(1, server.Keyspace.DelayedFsyncs);
        server.Time.Advance(TimeSpan.FromMilliseconds(100));
        Until(() => server.Events.Delays is [1]);
        slow.Set();
        await waiting;
        server.Pair.SetBit("a", 3, bit: true);
        Assert.True(server.Keyspace.CommitAsync(server.Session).AsTask().IsCompletedSuccessfully);
        Assert.Equal(1, server.Keyspace.DelayedFsyncs);
    }

    [Fact]
    public async Task That_the_disk_is_behind_is_told_once_a_minute()
    {
        await using SimulatedServer server = new(FsyncPolicy.EverySecond);
        using SemaphoreSlim slow = new(0);
        server.Disk.Syncing = path =>
        {
            if (IsLog(path)) slow.Wait();
        };
        for (uint i = 1; i <= 3; i++)
        {
            server.Pair.SetBit("a", i, bit: true);
            await server.Keyspace.CommitAsync(server.Session);
            server.Time.Advance(TimeSpan.FromSeconds(3));
            server.Pair.SetBit("b", i, bit: true);
            Task waiting = server.Keyspace.CommitAsync(server.Session).AsTask();
            Assert.False(waiting.IsCompleted);
            server.Time.Advance(TimeSpan.FromMilliseconds(100));
            slow.Release(10);
            await waiting;
            while (slow.CurrentCount > 0) await slow.WaitAsync(TestContext.Current.CancellationToken);
            if (i == 1) Until(() => server.Events.Delays is [1]);
        }

        Assert.Equal([1], server.Events.Delays);
        server.Time.Advance(TimeSpan.FromMinutes(1));
        Until(() => server.Events.Delays is [1, 2]);
        slow.Release(100);
    }

    /// <summary>
    /// A change in doubt gives a key a time that comes while writes are refused, and then is taken back: the key is
    /// what it was before, now and after a restart.
    /// </summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_key_whose_time_came_while_that_was_in_doubt_is_there_again(bool isNew)
    {
        await using SimulatedServer server = new(FsyncPolicy.Always);
        server.Pair.SetBit("key", 1, bit: true);
        await server.Keyspace.CommitAsync(server.Session);
        ModelKeyspace promised = server.Model.Clone();
        using ManualResetEventSlim slow = new(), syncing = new();
        server.Disk.Syncing = path =>
        {
            if (!IsLog(path) || syncing.IsSet) return;
            syncing.Set();
            slow.Wait(TimeSpan.FromSeconds(60)); // so that a failing test ends
            server.Disk.FailNext(DiskOperation.Sync, DiskFault.InputOutputError);
        };
        long due = Now(server) + 500;
        if (isNew)
        {
            server.Session.Delete(Name.All("key"));
            server.Session.Set(Name.Bytes("key"), "other"u8, SetCondition.Always, due, out _);
        }
        else
        {
            server.Session.ExpireAt(Name.Bytes("key"), due, ExpireCondition.None);
        }

        Task inDoubt = server.Keyspace.CommitAsync(server.Session).AsTask();
        Assert.True(syncing.Wait(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken));
        server.Disk.Failing = (asked, path) =>
            IsLog(path) && asked == DiskOperation.Write ? DiskFault.NoSpace : null;
        using Session other = new(server.Keyspace.Store);
        other.SetBit(Name.Bytes("other"), 1, bit: true);
        Task lost = server.Keyspace.CommitAsync(other).AsTask();
        server.Time.Advance(TimeSpan.FromMilliseconds(100)); // somebody has it written, while the fsync goes on
        Until(() => server.Keyspace.LogFailure is { IsSync: false });
        server.Time.Advance(TimeSpan.FromMilliseconds(400));
        using Session reader = new(server.Keyspace.Store);
        Assert.False(reader.Exists(Name.Bytes("key")));
        server.Disk.Failing = null;
        slow.Set();
        await Assert.ThrowsAsync<StorageException>(() => inDoubt);
        await Assert.ThrowsAsync<StorageException>(() => lost);
        server.Adopt(promised);
        server.Check();
        server.WaitUntilMended();
        await GoOnAndCrashAsync(server);
    }

    /// <summary>Writes are taken again, and a kill takes neither these nor what there was.</summary>
    private static async Task GoOnAndCrashAsync(SimulatedServer server)
    {
        server.Pair.SetBit("later", 1, bit: true);
        await server.Keyspace.CommitAsync(server.Session);
        await server.CrashAsync(CrashMode.ProcessKilled, seed: 1, server.Model);
        server.Check();
    }

    private static bool IsLog(string path) => path.Contains(".log.", StringComparison.Ordinal);

    private static void Until(Func<bool> condition) =>
        Assert.True(Eventually.Comes(condition, TimeSpan.FromSeconds(10)));

    private static long Now(SimulatedServer server) => server.Time.GetUtcNow().ToUnixTimeMilliseconds();
}
