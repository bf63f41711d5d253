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
    public async Task Whichever_operation_fails_the_log_keeps_its_promises_and_goes_on(DiskFault fault)
    {
        int failures = 0;
        for (int number = 0; number < 60; number++)
        {
            for (int seed = 0; seed < 4; seed++)
            {
                SimulatedFileSystem disk = new();
                disk.FailAt(number, fault);
                if (seed % 2 == 0) disk.FailAt(number + 1, fault); // the second attempt as well
                Workload workload = new(seed);
                await workload.RunAsync(disk);
                failures += workload.Failures;
                foreach (CrashMode mode in Enum.GetValues<CrashMode>()) workload.CheckAfterCrash(mode);
                workload.Dispose();
            }
        }

        Assert.True(failures > 20, $"only {failures} failures that were not mended at once");
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

    /// <summary>Up to forty steps decided by a seed, and what they entitle the caller to.</summary>
    private sealed class Workload(int seed) : IDisposable
    {
        private readonly Random _random = new(seed);
        private readonly List<int> _firstOfSegment = [0, 0];
        private readonly List<long> _positions = []; // behind each word
        private SimulatedFileSystem _disk = new();
        private LogWriter? _log;
        private int _appended;
        private int _committed;
        private int _synced;
        private long _firstSequence = 1;

        /// <summary>How often the log had to be mended.</summary>
        public int Failures { get; private set; }

        public async Task RunAsync(SimulatedFileSystem target)
        {
            _disk = target;
            FsyncPolicy policy = (FsyncPolicy)_random.Next(3);
            try
            {
                _log = LogText.Open(_disk, 1, policy);
            }
            catch (StorageException)
            {
                return; // it did not come to a log
            }

            int steps = _random.Next(40);
            for (int i = 0; i < steps; i++)
            {
                try
                {
                    await StepAsync(_log, _random.Next(10));
                }
                catch (StorageException)
                {
                    // Deleting a segment failed, which costs nothing but its space; or else it is looked after below.
                }

                // The failure may be one that nobody waited for.
                if (_log.Failure is not null) Mend(_log);
            }

        }

        /// <summary>False when the log was refused by name.</summary>
        public bool CheckAfterCrash(CrashMode mode)
        {
            SimulatedFileSystem after = _disk.Crash(mode, seed);
            List<string> records;
            try
            {
                records = LogText.Replay(after, _firstSequence, out _);
            }
            catch (CorruptFileException e)
            {
                Assert.StartsWith(LogText.Database, e.Path, StringComparison.Ordinal);
                return false;
            }

            int first = _firstOfSegment[(int)_firstSequence];
            Assert.Equal(Enumerable.Range(first, records.Count).Select(Word), records);
            int promised = mode == CrashMode.ProcessKilled ? _committed : _synced;
            Assert.True(first + records.Count >= promised,
                $"seed {seed}, {mode}: {promised} promised, {records.Count} back");
            Assert.Equal(records, LogText.Replay(after, _firstSequence, out LogRecoveryResult again));
            Assert.Equal(0, again.TornBytes);
            return true;
        }

        public void Dispose() => _log?.Dispose();

        /// <summary>What the owner of a log that failed does: forgets what it lost, and saves where it must.</summary>
        private void Mend(LogWriter writer)
        {
            Failures++;
            Assert.Throws<StorageException>(() => writer.Append("refused"u8));
            long retained = writer.Discard();
            _positions.RemoveAll(position => position > retained);
            _appended = _positions.Count;
            for (int i = 0; i < _firstOfSegment.Count; i++)
                _firstOfSegment[i] = Math.Min(_firstOfSegment[i], _appended);
            for (int attempt = 0; !writer.TryResume(); attempt++)
            {
                Assert.True(attempt < 3, writer.Failure?.Message);
                if (writer.NeedsSnapshot) Save(writer);
            }
        }

        /// <summary>A snapshot of everything there is: it is durable, whatever the log is.</summary>
        private void Save(LogWriter writer)
        {
            _firstSequence = writer.Rotate();
            _firstOfSegment.Add(_appended);
            try
            {
                writer.DeleteSegmentsBefore(_firstSequence);
            }
            catch (StorageException)
            {
                // One that could not be deleted costs nothing but its space.
            }
        }

        private async Task StepAsync(LogWriter writer, int choice)
        {
            switch (choice)
            {
                case < 5:
                    for (int i = _random.Next(1, 20); i > 0; i--)
                    {
                        _positions.Add(writer.Append(Encoding.ASCII.GetBytes(Word(_appended))));
                        _appended++;
                    }

                    break;
                case < 7:
                    int target = _appended;
                    await writer.CommitAsync(writer.AppendedPosition);
                    _committed = target;
                    if (writer.Policy == FsyncPolicy.Always) _synced = target;
                    break;
                case < 8:
                    int all = _appended;
                    await writer.SyncAsync(writer.AppendedPosition);
                    _committed = _synced = all;
                    break;
                case < 9:
                    writer.Rotate();
                    _firstOfSegment.Add(_appended);
                    break;
                default:
                    // A snapshot of everything up to the latest rotation: it is durable, whatever the log is.
                    _firstSequence = writer.Sequence;
                    writer.DeleteSegmentsBefore(_firstSequence);
                    break;
            }
        }

        private string Word(int number) =>
            number.ToString(CultureInfo.InvariantCulture) + new string('.', number * 7919 % 300);
    }
}
