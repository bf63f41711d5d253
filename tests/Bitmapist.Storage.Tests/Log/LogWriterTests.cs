using System.Text;
using Bitmapist.Storage.Files;
using Bitmapist.Storage.Log;
using Bitmapist.Testing.Files;

namespace Bitmapist.Storage.Tests.Log;

public sealed class LogWriterTests
{
    [Theory]
    [InlineData(FsyncPolicy.Always)]
    [InlineData(FsyncPolicy.EverySecond)]
    [InlineData(FsyncPolicy.No)]
    public async Task Committed_records_come_back_in_order(FsyncPolicy policy)
    {
        SimulatedFileSystem disk = new();
        using (LogWriter log = LogText.Open(disk, 1, policy))
        {
            for (int i = 0; i < 100; i++) await log.CommitAsync(log.Append(Encoding.ASCII.GetBytes($"record {i}")));
            Assert.Equal(log.AppendedPosition, log.CommittedPosition);
        }

        Assert.Equal(Enumerable.Range(0, 100).Select(i => $"record {i}"), LogText.Replay(disk, 1, out _));
    }

    [Fact]
    public void A_commit_that_a_kill_follows_is_kept_without_any_fsync()
    {
        SimulatedFileSystem disk = new();
        using LogWriter log = LogText.Open(disk, 1, FsyncPolicy.No);
        Assert.True(log.TryCommit(log.Append("kept"u8)));
        log.Append("never committed"u8);
        Assert.Equal(["kept"], LogText.Replay(disk.Crash(CrashMode.ProcessKilled, 0), 1, out _));
    }

    [Fact]
    public async Task Always_completes_a_commit_only_when_a_power_cut_cannot_take_it()
    {
        SimulatedFileSystem disk = new();
        using LogWriter log = LogText.Open(disk, 1, FsyncPolicy.Always);
        long position = log.Append("kept"u8);
        Assert.False(log.TryCommit(position));
        await log.CommitAsync(position);
        Assert.True(log.TryCommit(position));
        Assert.Equal(["kept"], LogText.Replay(disk.Crash(CrashMode.UnsyncedLost, 0), 1, out _));
    }

    [Fact]
    public void Records_buffered_together_are_one_write()
    {
        SimulatedFileSystem disk = new();
        using LogWriter log = LogText.Open(disk, 1, FsyncPolicy.No);
        int before = disk.Events.Count;
        for (int i = 0; i < 32; i++) log.Append("mark"u8);
        Assert.True(log.TryCommit(log.AppendedPosition));
        DiskEvent written = Assert.Single(disk.Events.Skip(before));
        Assert.Equal((DiskOperation.Write, 32 * (9 + 4)), (written.Operation, written.Bytes));
    }

    [Fact]
    public async Task Rotation_sends_later_records_to_the_next_segment_and_both_replay()
    {
        SimulatedFileSystem disk = new();
        using (LogWriter log = LogText.Open(disk, 1, FsyncPolicy.EverySecond))
        {
            log.Append("one"u8);
            Assert.Equal(2, log.Rotate());
            await log.CommitAsync(log.Append("two"u8));
            Assert.Equal(3, log.Rotate());
            await log.CommitAsync(log.Append("three"u8));
        }

        Assert.Equal(["one", "two", "three"], LogText.Replay(disk.Clone(), 1, out LogRecoveryResult whole));
        Assert.Equal((4, 3, 0), (whole.NextSequence, whole.Records, whole.TornBytes));
        Assert.Equal(["three"], LogText.Replay(disk, 3, out _));
        Assert.False(disk.Exists(LogText.Segment(1)));
        Assert.False(disk.Exists(LogText.Segment(2)));
    }

    [Fact]
    public async Task Segments_before_a_snapshot_are_deleted_and_counted_out()
    {
        SimulatedFileSystem disk = new();
        using LogWriter log = LogText.Open(disk, 1, FsyncPolicy.Always);
        await log.CommitAsync(log.Append(new byte[1000]));
        long sequence = log.Rotate();
        await log.CommitAsync(log.Append("after"u8));
        Assert.True(log.TotalBytes > 1000);
        log.DeleteSegmentsBefore(sequence);
        Assert.Equal(disk.ReadAll(LogText.Segment(2)).Length, log.TotalBytes);
        Assert.Equal([LogText.Segment(2)], disk.List("/data", "bitmapist.db.log."));
        Assert.Throws<ArgumentOutOfRangeException>(() => log.DeleteSegmentsBefore(3));
    }

    [Fact]
    public async Task Every_second_syncs_in_the_background_when_the_clock_says_so()
    {
        SimulatedFileSystem disk = new();
        ManualTime time = new();
        using LogWriter log = LogWriter.Open(disk, LogText.Database, LogText.Id, 1, FsyncPolicy.EverySecond, time);
        await log.CommitAsync(log.Append("kept"u8));
        Assert.Equal(0, log.SyncedPosition);
        time.Advance(TimeSpan.FromSeconds(1));
        await Eventually.IsAsync(() => log.SyncedPosition == log.AppendedPosition, "everything is synced");
        Assert.Equal(["kept"], LogText.Replay(disk.Crash(CrashMode.UnsyncedLost, 0), 1, out _));
    }

    [Fact]
    public async Task The_policy_may_change_while_the_log_runs()
    {
        SimulatedFileSystem disk = new();
        using LogWriter log = LogText.Open(disk, 1, FsyncPolicy.No);
        Assert.True(log.TryCommit(log.Append("written"u8)));
        log.Policy = FsyncPolicy.Always;
        Assert.False(log.TryCommit(log.AppendedPosition));
        await log.CommitAsync(log.AppendedPosition);
        Assert.Equal(["written"], LogText.Replay(disk.Crash(CrashMode.UnsyncedLost, 0), 1, out _));
    }

    [Fact]
    public void A_record_beyond_the_limit_is_refused_and_nothing_is_appended()
    {
        using LogWriter log = LogText.Open(new SimulatedFileSystem(), 1, FsyncPolicy.No);
        byte[] payload = GC.AllocateUninitializedArray<byte>(StorageLimits.RecordBytesMax + 1);
        Assert.Throws<ArgumentException>(() => log.Append(payload));
        Assert.Equal(0, log.AppendedPosition);
    }

    [Fact]
    public void Records_larger_than_every_buffer_come_back()
    {
        SimulatedFileSystem disk = new();
        byte[] large = new byte[5 << 20];
        new Random(1).NextBytes(large);
        using (LogWriter log = LogText.Open(disk, 1, FsyncPolicy.No))
        {
            log.Append("before"u8);
            log.Append(large);
            log.Append("after"u8);
        }

        List<byte[]> records = [];
        LogRecovery.Recover(disk, LogText.Database, LogText.Id, 1, (in LogRecord record) =>
            records.Add(record.Payload.ToArray()));
        Assert.Equal(3, records.Count);
        Assert.Equal(large, records[1]);
        Assert.Equal("after"u8, records[2]);
    }

    [Fact]
    public void A_disposed_log_takes_nothing_more()
    {
        LogWriter log = LogText.Open(new SimulatedFileSystem(), 1, FsyncPolicy.No);
        log.Dispose();
        Assert.Throws<ObjectDisposedException>(() => log.Append("late"u8));
        Assert.Throws<ObjectDisposedException>(() => log.Rotate());
    }
}
