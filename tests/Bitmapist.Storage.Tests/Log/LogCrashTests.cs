using System.Globalization;
using System.Text;
using Bitmapist.Storage.Files;
using Bitmapist.Storage.Log;
using Bitmapist.Testing.Files;

namespace Bitmapist.Storage.Tests.Log;

/// <summary>
/// Numbered records through a log that is rotated and synced at random, then crashes or fails. What comes back must be
/// the numbers from the first segment kept, without a gap, and at least as far as was promised.
/// </summary>
public sealed class LogCrashTests(ITestOutputHelper output)
{
    [Theory]
    [InlineData(CrashMode.ProcessKilled)]
    [InlineData(CrashMode.UnsyncedLost)]
    [InlineData(CrashMode.UnsyncedCutShort)]
    [InlineData(CrashMode.UnsyncedAtRandom)]
    public async Task After_a_crash_a_prefix_with_everything_promised_comes_back(CrashMode mode)
    {
        int refused = 0;
        for (int seed = 0; seed < 300; seed++)
        {
            Workload workload = new(seed);
            await workload.RunAsync(new SimulatedFileSystem());
            refused += workload.CheckAfterCrash(mode) ? 0 : 1;
            workload.Dispose();
        }

        // Only a disk that keeps later writes and loses earlier ones leaves a log that has to be refused.
        Bounds.AtMost(mode == CrashMode.UnsyncedAtRandom ? 150 : 0, refused);
        output.WriteLine($"{mode}: seeds 0 to 299, {refused} refused by name");
    }

    [Theory]
    [InlineData(DiskFault.InputOutputError)]
    [InlineData(DiskFault.NoSpace)]
    [InlineData(DiskFault.ShortWrite)]
    public async Task Whichever_operation_fails_the_log_ends_there_and_keeps_its_promises(DiskFault fault)
    {
        int failures = 0;
        for (int number = 0; number < 60; number++)
        {
            for (int seed = 0; seed < 4; seed++)
            {
                SimulatedFileSystem disk = new();
                disk.FailAt(number, fault);
                Workload workload = new(seed);
                bool failed = await workload.RunAsync(disk);
                failures += failed ? 1 : 0;
                workload.CheckFailed(failed);
                foreach (CrashMode mode in Enum.GetValues<CrashMode>()) workload.CheckAfterCrash(mode);
                workload.Dispose();
            }
        }

        Assert.True(failures > 50, $"only {failures} of 240 faults were met");
    }

    [Fact]
    public async Task A_failed_fsync_in_the_background_ends_the_log()
    {
        SimulatedFileSystem disk = new();
        ManualTime time = new();
        using LogWriter log = LogWriter.Open(disk, LogText.Database, LogText.Id, 1, FsyncPolicy.EverySecond, time);
        await log.CommitAsync(log.Append("kept by the system only"u8));
        disk.FailNext(DiskOperation.Sync, DiskFault.InputOutputError);
        time.Advance(TimeSpan.FromSeconds(1));
        await Eventually.IsAsync(() => log.Failure is not null, "the log has failed");
        Assert.Equal(LogText.Segment(1), log.Failure!.Path);
        Assert.Throws<StorageException>(() => log.Append("refused"u8));
        Assert.Throws<StorageException>(() => log.Rotate());
        await Assert.ThrowsAsync<StorageException>(() => log.SyncAsync(log.AppendedPosition).AsTask());
        Assert.True(log.TryCommit(log.WrittenPosition));
    }

    [Fact]
    public async Task A_failed_fsync_fails_every_commit_that_waits_for_it()
    {
        SimulatedFileSystem disk = new();
        using LogWriter log = LogText.Open(disk, 1, FsyncPolicy.Always);
        disk.FailNext(DiskOperation.Sync, DiskFault.InputOutputError);
        long first = log.Append("one"u8), second = log.Append("two"u8);
        Task[] commits = [CommitAsync(first), CommitAsync(second)];
        foreach (Task commit in commits) await Assert.ThrowsAsync<StorageException>(() => commit);
        Assert.Equal(0, log.CommittedPosition);

        async Task CommitAsync(long position) => await log.CommitAsync(position);
    }

    [Fact]
    public async Task A_snapshot_and_a_new_log_follow_a_failed_one()
    {
        SimulatedFileSystem disk = new();
        using LogWriter failed = LogText.Open(disk, 1, FsyncPolicy.Always);
        disk.FailAt(disk.Events.Count, DiskFault.ShortWrite);
        long position = failed.Append("lost"u8);
        await Assert.ThrowsAsync<StorageException>(() => failed.CommitAsync(position).AsTask());

        // Were everything in a database that needs only segment 2 onwards, the log would go on there.
        using (LogWriter next = LogText.Open(disk, 2, FsyncPolicy.Always))
        {
            next.DeleteSegmentsBefore(2);
            await next.CommitAsync(next.Append("kept"u8));
        }

        Assert.Equal(["kept"], LogText.Replay(disk, 2, out _));
    }

    /// <summary>Up to forty steps decided by a seed, and what they entitle the caller to.</summary>
    private sealed class Workload(int seed) : IDisposable
    {
        private readonly Random random = new(seed);
        private readonly List<int> firstOfSegment = [0, 0];
        private SimulatedFileSystem disk = new();
        private LogWriter? log;
        private int appended;
        private int committed;
        private int synced;
        private long firstSequence = 1;

        /// <summary>True when the disk failed and ended it early.</summary>
        public async Task<bool> RunAsync(SimulatedFileSystem target)
        {
            disk = target;
            try
            {
                FsyncPolicy policy = (FsyncPolicy)random.Next(3);
                log = LogText.Open(disk, 1, policy);
                int steps = random.Next(40);
                for (int i = 0; i < steps; i++) await StepAsync(log);
                return false;
            }
            catch (StorageException)
            {
                return true;
            }
        }

        public void CheckFailed(bool failed)
        {
            if (log is null || !failed) return;
            if (log.Failure is null) return; // Deleting a segment failed, which costs nothing but its space.
            Assert.Throws<StorageException>(() => log.Append("refused"u8));
            Assert.Throws<StorageException>(() => log.Rotate());
        }

        /// <summary>False when the log was refused by name.</summary>
        public bool CheckAfterCrash(CrashMode mode)
        {
            SimulatedFileSystem after = disk.Crash(mode, seed);
            List<string> records;
            try
            {
                records = LogText.Replay(after, firstSequence, out _);
            }
            catch (CorruptFileException e)
            {
                Assert.StartsWith(LogText.Database, e.Path, StringComparison.Ordinal);
                return false;
            }

            int first = firstOfSegment[(int)firstSequence];
            Assert.Equal(Enumerable.Range(first, records.Count).Select(Word), records);
            int promised = mode == CrashMode.ProcessKilled ? committed : synced;
            Assert.True(first + records.Count >= promised,
                $"seed {seed}, {mode}: {promised} promised, {records.Count} back");
            Assert.Equal(records, LogText.Replay(after, firstSequence, out LogRecoveryResult again));
            Assert.Equal(0, again.TornBytes);
            return true;
        }

        public void Dispose() => log?.Dispose();

        private async Task StepAsync(LogWriter writer)
        {
            switch (random.Next(10))
            {
                case < 5:
                    for (int i = random.Next(1, 20); i > 0; i--)
                        writer.Append(Encoding.ASCII.GetBytes(Word(appended++)));
                    break;
                case < 7:
                    int target = appended;
                    await writer.CommitAsync(writer.AppendedPosition);
                    committed = target;
                    if (writer.Policy == FsyncPolicy.Always) synced = target;
                    break;
                case < 8:
                    int all = appended;
                    await writer.SyncAsync(writer.AppendedPosition);
                    committed = synced = all;
                    break;
                case < 9:
                    writer.Rotate();
                    firstOfSegment.Add(appended);
                    break;
                default:
                    // A snapshot of everything up to the latest rotation: it is durable, whatever the log is.
                    firstSequence = writer.Sequence;
                    writer.DeleteSegmentsBefore(firstSequence);
                    break;
            }
        }

        private string Word(int number) =>
            number.ToString(CultureInfo.InvariantCulture) + new string('.', number * 7919 % 300);
    }
}
