using System.Text;
using Bitmapist.Storage.Files;
using Bitmapist.Storage.Log;
using Bitmapist.Testing.Files;

namespace Bitmapist.Storage.Tests.Log;

/// <summary>A disk that refuses for a while: what the log does, and how it comes back.</summary>
public sealed class LogFailureTests
{
    [Theory]
    [InlineData(DiskFault.NoSpace)]
    [InlineData(DiskFault.ShortWrite)]
    [InlineData(DiskFault.InputOutputError)]
    public async Task A_write_that_fails_once_is_cut_back_and_repeated(DiskFault fault)
    {
        foreach (FsyncPolicy policy in Enum.GetValues<FsyncPolicy>())
        {
            SimulatedFileSystem disk = new();
            using LogWriter log = LogText.Open(disk, 1, policy);
            await log.CommitAsync(log.Append("before"u8));
            disk.FailNext(DiskOperation.Write, fault);
            log.Append("one"u8);
            await log.CommitAsync(log.Append("two"u8));
            Assert.Null(log.Failure);
            Assert.Equal(["before", "one", "two"], LogText.Replay(disk.Clone()));
        }
    }

    [Theory]
    [InlineData(DiskOperation.Create)]
    [InlineData(DiskOperation.Write)] // of its header
    public void A_segment_that_cannot_be_begun_once_is_begun_all_the_same(DiskOperation operation)
    {
        SimulatedFileSystem disk = new();
        using LogWriter log = LogText.Open(disk, 1, FsyncPolicy.No);
        Assert.True(log.TryCommit(log.Append("one"u8)));
        log.Rotate();
        disk.FailNext(operation, DiskFault.ShortWrite);
        Assert.True(log.TryCommit(log.Append("two"u8)));
        Assert.Equal(["one", "two"], LogText.Replay(disk.Clone()));
    }

    [Theory]
    [InlineData(DiskOperation.Write, DiskFault.NoSpace)]
    [InlineData(DiskOperation.Write, DiskFault.ShortWrite)]
    [InlineData(DiskOperation.Create, DiskFault.NoSpace)]
    public void While_writes_fail_nothing_is_taken_and_nothing_of_it_comes_back(
        DiskOperation operation, DiskFault fault)
    {
        SimulatedFileSystem disk = new();
        using LogWriter log = LogText.Open(disk, 1, FsyncPolicy.No);
        int told = 0;
        log.Failing = () => told++;
        long kept = log.Append("kept"u8);
        Assert.True(log.TryCommit(kept));
        if (operation == DiskOperation.Create) log.Rotate();
        disk.Failing = (asked, _) => asked == operation ? fault : null;
        long lost = log.Append("lost"u8);
        Assert.Throws<StorageException>(() => log.TryCommit(lost));
        Assert.Equal(1, told);
        Assert.Throws<StorageException>(() => log.TryCommit(lost));
        Assert.Throws<StorageException>(() => log.Append("refused"u8));
        Assert.True(log.TryCommit(kept));
        Assert.Equal(kept, log.Discard());
        Assert.False(log.TryResume());
        Assert.False(log.NeedsSnapshot);
        Assert.Equal(["kept"], LogText.Replay(disk.Clone()));

        disk.Failing = null;
        Assert.True(log.TryResume());
        Assert.Null(log.Failure);
        long later = log.Append("later"u8);
        Assert.True(later > lost); // a position is never used twice
        Assert.True(log.TryCommit(later));
        Assert.Equal(1, told);
        Assert.Equal(["kept", "later"], LogText.Replay(disk.Clone()));
    }

    [Fact]
    public void A_tail_that_cannot_be_cut_keeps_the_log_from_going_on_even_in_another_segment()
    {
        SimulatedFileSystem disk = new();
        using LogWriter log = LogText.Open(disk, 1, FsyncPolicy.No);
        Assert.True(log.TryCommit(log.Append("kept"u8)));
        disk.Failing = (operation, _) => operation switch
        {
            DiskOperation.Write => DiskFault.ShortWrite,
            DiskOperation.Truncate => DiskFault.InputOutputError,
            _ => null,
        };
        for (int i = 0; i < 10; i++) log.Append("lost"u8); // half of them whole in the file
        Assert.Throws<StorageException>(() => log.TryCommit(log.AppendedPosition));
        log.Discard();
        log.Rotate();
        disk.Failing = (operation, _) => operation == DiskOperation.Truncate ? DiskFault.InputOutputError : null;
        Assert.False(log.TryResume());
        disk.Failing = null;
        Assert.True(log.TryResume());
        Assert.True(log.TryCommit(log.Append("later"u8)));
        Assert.Equal(["kept", "later"], LogText.Replay(disk.Clone()));
    }

    [Fact]
    public void Room_for_a_record_alone_is_not_enough_to_go_on()
    {
        SimulatedFileSystem disk = new();
        using LogWriter log = LogText.Open(disk, 1, FsyncPolicy.No);
        long room = 300_000; // bytes; the log wants to see more
        disk.Failing = (operation, _) => operation == DiskOperation.Write && disk.Events[^1] is var write
            && write.Offset + write.Bytes > room ? DiskFault.NoSpace : null;
        log.Append(new byte[400_000]);
        Assert.Throws<StorageException>(() => log.TryCommit(log.AppendedPosition));
        log.Discard();
        Assert.False(log.TryResume());
        Assert.Equal(log.TotalBytes, disk.ReadAll(LogText.Segment(1)).Length); // what was tried is cut off again
        room = 2_000_000;
        Assert.True(log.TryResume());
        Assert.Equal(log.TotalBytes, disk.ReadAll(LogText.Segment(1)).Length);
    }

    [Fact]
    public async Task What_is_written_is_still_synced_while_writes_fail()
    {
        SimulatedFileSystem disk = new();
        using LogWriter log = LogText.Open(disk, 1, FsyncPolicy.No);
        long written = log.Append("written"u8);
        Assert.True(log.TryCommit(written));
        log.Policy = FsyncPolicy.Always;
        disk.Failing = (operation, _) => operation == DiskOperation.Write ? DiskFault.NoSpace : null;
        long lost = log.Append("lost"u8);
        await Assert.ThrowsAsync<StorageException>(() => log.CommitAsync(lost).AsTask());
        Assert.Equal(written, log.Discard());
        await log.CommitAsync(written);
        Assert.Equal(["written"], LogText.Replay(disk.Crash(CrashMode.UnsyncedLost, 0), 1, out _));
    }

    [Fact]
    public async Task A_failed_fsync_ends_the_log_until_a_snapshot_leads_on()
    {
        SimulatedFileSystem disk = new();
        ManualTime time = new();
        using LogWriter log = LogWriter.Open(disk, LogText.Database, LogText.Id, 1, FsyncPolicy.EverySecond, time);
        long kept = log.Append("kept by the system only"u8);
        await log.CommitAsync(kept);
        disk.FailNext(DiskOperation.Sync, DiskFault.InputOutputError);
        time.Advance(TimeSpan.FromSeconds(1));
        Assert.True(Eventually.Comes(() => log.Failure is not null, TimeSpan.FromSeconds(10)));
        Assert.Equal(LogText.Segment(1), log.Failure!.Path);
        Assert.Throws<StorageException>(() => log.Append("refused"u8));
        await Assert.ThrowsAsync<StorageException>(() => log.SyncAsync(kept).AsTask());
        Assert.True(log.TryCommit(kept)); // it was acknowledged, perhaps
        Assert.Equal(kept, log.Discard());
        Assert.True(log.NeedsSnapshot);
        Assert.False(log.TryResume());

        long sequence = log.Rotate();
        Assert.False(log.TryResume()); // nothing is saved yet
        log.DeleteSegmentsBefore(sequence);
        Assert.False(log.NeedsSnapshot);
        Assert.True(log.TryResume());
        await log.SyncAsync(log.Append("later"u8));
        Assert.Equal(["later"], LogText.Replay(disk.Crash(CrashMode.UnsyncedLost, 0), sequence, out _));
    }

    [Fact]
    public async Task A_new_segment_that_cannot_be_synced_either_needs_another_snapshot()
    {
        SimulatedFileSystem disk = new();
        using LogWriter log = LogText.Open(disk, 1, FsyncPolicy.Always);
        disk.Failing = (operation, _) => operation == DiskOperation.Sync ? DiskFault.InputOutputError : null;
        await Assert.ThrowsAsync<StorageException>(() => log.CommitAsync(log.Append("lost"u8)).AsTask());
        Assert.Equal(0, log.Discard());
        log.DeleteSegmentsBefore(log.Rotate());
        Assert.False(log.TryResume());
        Assert.True(log.NeedsSnapshot);
        disk.Failing = null;
        Assert.False(log.TryResume());
        long sequence = log.Rotate();
        log.DeleteSegmentsBefore(sequence);
        Assert.True(log.TryResume());
        await log.CommitAsync(log.Append("kept"u8));
        Assert.Equal(["kept"], LogText.Replay(disk.Crash(CrashMode.UnsyncedLost, 0), sequence, out _));
    }

    [Fact]
    public async Task A_directory_that_cannot_be_synced_counts_as_its_newest_segment()
    {
        SimulatedFileSystem disk = new();
        using LogWriter log = LogText.Open(disk, 1, FsyncPolicy.Always);
        await log.CommitAsync(log.Append("one"u8));
        log.Rotate();
        disk.FailNext(DiskOperation.SyncDirectory, DiskFault.InputOutputError);
        await Assert.ThrowsAsync<StorageException>(() => log.CommitAsync(log.Append("two"u8)).AsTask());
        Assert.True(log.NeedsSnapshot);
        log.Discard();
        long sequence = log.Rotate();
        Assert.Equal(3, sequence);
        log.DeleteSegmentsBefore(sequence);
        Assert.True(log.TryResume());
        await log.CommitAsync(log.Append("three"u8));
        Assert.Equal(["three"], LogText.Replay(disk.Crash(CrashMode.UnsyncedLost, 0), sequence, out _));
    }

    [Fact]
    public async Task What_was_acknowledged_before_the_policy_became_stricter_is_not_taken_back()
    {
        SimulatedFileSystem disk = new();
        using LogWriter log = LogText.Open(disk, 1, FsyncPolicy.EverySecond);
        long acknowledged = log.Append("acknowledged"u8);
        await log.CommitAsync(acknowledged);
        log.Policy = FsyncPolicy.Always;
        Assert.Equal(acknowledged, log.RetainedPosition);
        disk.FailNext(DiskOperation.Sync, DiskFault.InputOutputError);
        await Assert.ThrowsAsync<StorageException>(() => log.CommitAsync(log.Append("lost"u8)).AsTask());
        log.Policy = FsyncPolicy.No; // nor does it matter what it becomes now
        log.Policy = FsyncPolicy.Always;
        long retained = log.Discard();
        Assert.True(retained >= acknowledged);
    }

    [Fact]
    public async Task What_was_written_behind_a_segment_that_failed_is_not_replayed_after_a_snapshot_of_that_segment()
    {
        SimulatedFileSystem disk = new();
        using LogWriter log = LogText.Open(disk, 1, FsyncPolicy.Always);
        long kept = log.Append("kept"u8);
        await log.CommitAsync(kept);
        log.Rotate(); // the cut of a snapshot
        disk.Failing = (operation, path) => operation == DiskOperation.Sync && path == LogText.Segment(1)
            ? DiskFault.InputOutputError : null;
        await Assert.ThrowsAsync<StorageException>(() => log.CommitAsync(log.Append("taken back"u8)).AsTask());
        Assert.Equal(kept, log.Discard());
        log.DeleteSegmentsBefore(2); // it is done: what failed is needed no more, but what is behind it was taken back
        Assert.True(log.NeedsSnapshot);
        Assert.False(log.TryResume());
        log.DeleteSegmentsBefore(log.Rotate()); // another snapshot
        Assert.True(log.TryResume());
        await log.CommitAsync(log.Append("later"u8));
        Assert.Equal(["later"], LogText.Replay(disk.Clone(), 3, out _));
    }

    [Fact]
    public async Task A_directory_that_cannot_be_synced_for_a_segment_that_is_not_needed_is_left_to_a_later_pass()
    {
        SimulatedFileSystem disk = new();
        LogWriter log = LogText.Open(disk, 1, FsyncPolicy.No);
        Assert.True(log.TryCommit(log.Append("one"u8)));
        log.DeleteSegmentsBefore(log.Rotate());
        using ManualResetEventSlim syncing = new(), forgotten = new();
        int attempts = 0;
        disk.Syncing = path =>
        {
            if (path.EndsWith("/data", StringComparison.Ordinal) && Interlocked.Increment(ref attempts) == 1)
            {
                syncing.Set();
                forgotten.Wait();
            }
        };
        disk.Failing = (operation, _) =>
            operation == DiskOperation.SyncDirectory ? DiskFault.InputOutputError : null;
        Assert.True(log.TryCommit(log.Append("two"u8))); // in a new segment, whose name is to be synced
        log.Rotate();
        Assert.True(syncing.Wait(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken));
        log.DeleteSegmentsBefore(3);
        forgotten.Set();
        Task stopped = Task.Run(log.Dispose, TestContext.Current.CancellationToken);
        await Eventually.IsAsync(() => stopped.IsCompleted, "the log is closed");
        await stopped;
        Bounds.AtMost(10, attempts);
    }

    [Fact]
    public void Spoiled_segments_that_a_snapshot_left_behind_keep_nobody_from_starting()
    {
        SimulatedFileSystem disk = new();
        LogText.Write(disk, 1, "spoiled");
        LogText.Write(disk, 2, "kept");
        byte[] spoiled = disk.ReadAll(LogText.Segment(1));
        spoiled.AsSpan(0, 40).Clear(); // its first page did not reach the disk, later ones did
        disk.WriteAll(LogText.Segment(1), spoiled);
        Assert.Equal(["kept"], LogText.Replay(disk, 2, out _));
        Assert.False(disk.Exists(LogText.Segment(1)));
    }

    [Fact]
    public async Task Every_second_is_a_promise_acknowledgements_wait_when_the_disk_is_behind()
    {
        SimulatedFileSystem disk = new();
        ManualTime time = new();
        using ManualResetEventSlim slow = new();
        using ManualResetEventSlim syncing = new();
        using LogWriter log = LogWriter.Open(disk, LogText.Database, LogText.Id, 1, FsyncPolicy.EverySecond, time);
        disk.Syncing = _ =>
        {
            syncing.Set();
            slow.Wait();
        };
        await log.CommitAsync(log.Append("one"u8));
        time.Advance(TimeSpan.FromSeconds(1));
        Assert.True(syncing.Wait(TimeSpan.FromSeconds(10), TestContext.Current.CancellationToken));
        time.Advance(TimeSpan.FromSeconds(1));
        long second = log.Append("two"u8);
        Task inTime = log.CommitAsync(second).AsTask(); // two seconds: as promised
        Assert.True(inTime.IsCompletedSuccessfully);
        Assert.Equal(0, log.DelayedCommits);

        time.Advance(TimeSpan.FromMilliseconds(1));
        long third = log.Append("three"u8);
        Task waiting = log.CommitAsync(third).AsTask();
        Assert.False(waiting.IsCompleted);
        Assert.Equal(1, log.DelayedCommits);
        Assert.Equal(third, log.WrittenPosition); // a kill would not take it
        slow.Set();
        await waiting;
        Assert.Equal(third, log.SyncedPosition);
        Task afterwards = log.CommitAsync(log.Append("four"u8)).AsTask();
        Assert.True(afterwards.IsCompletedSuccessfully);
        Assert.Equal(1, log.DelayedCommits);
    }

    [Theory]
    [InlineData(FsyncPolicy.No)]
    [InlineData(FsyncPolicy.Always)]
    public void Other_policies_promise_no_second(FsyncPolicy policy)
    {
        SimulatedFileSystem disk = new();
        ManualTime time = new();
        using LogWriter log = LogWriter.Open(disk, LogText.Database, LogText.Id, 1, policy, time);
        Assert.True(log.TryWrite());
        long position = log.Append("written"u8);
        Assert.True(log.TryWrite());
        time.Advance(TimeSpan.FromMinutes(1));
        Assert.False(log.IsAcknowledgementDelayed(position));
    }

    [Fact]
    public void A_writer_that_throws_something_else_fails_the_log_too()
    {
        SimulatedFileSystem disk = new();
        using LogWriter log = LogText.Open(disk, 1, FsyncPolicy.No);
        Assert.True(log.TryCommit(log.Append("kept"u8)));
        disk.Failing = (operation, _) =>
            operation == DiskOperation.Write ? throw new InvalidOperationException("a bug") : null;
        StorageException failure =
            Assert.Throws<StorageException>(() => log.TryCommit(log.Append("lost"u8)));
        Assert.Contains("a bug", failure.Message, StringComparison.Ordinal);
        disk.Failing = null;
        log.Discard();
        Assert.True(log.TryResume());
        Assert.Equal(["kept"], LogText.Replay(disk.Clone()));
    }

    [Fact]
    public async Task An_fsync_that_throws_something_else_fails_the_log_and_not_its_thread()
    {
        SimulatedFileSystem disk = new();
        using LogWriter log = LogText.Open(disk, 1, FsyncPolicy.Always);
        disk.Syncing = _ => throw new InvalidOperationException("a bug");
        await Assert.ThrowsAsync<StorageException>(() => log.CommitAsync(log.Append("lost"u8)).AsTask());
        Assert.Contains("a bug", log.Failure!.Message, StringComparison.Ordinal);
        disk.Syncing = null;
        log.Discard();
        log.DeleteSegmentsBefore(log.Rotate());
        Assert.True(log.TryResume());
        await log.CommitAsync(log.Append(Encoding.ASCII.GetBytes("kept"))); // by the same thread
    }
}
