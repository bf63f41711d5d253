using System.Buffers.Binary;
using Bitmapist.Storage.Files;
using Bitmapist.Storage.Log;
using Bitmapist.Storage.Tests.Files;
using Bitmapist.Testing.Files;

namespace Bitmapist.Storage.Tests.Log;

public sealed class LogConcurrencyTests
{
    private const int Threads = 4;
    private const int RecordsPerThread = 5000;
    private const int RecordsPerRotation = 1000; // of a thread

    [Theory]
    [InlineData(FsyncPolicy.Always)]
    [InlineData(FsyncPolicy.EverySecond)]
    [InlineData(FsyncPolicy.No)]
    public async Task Many_threads_and_rotations_lose_and_reorder_nothing(FsyncPolicy policy)
    {
        SimulatedFileSystem disk = new();
        using (LogWriter log = LogText.Open(disk, 1, policy)) await WriteFromManyThreadsAsync(log);
        Check(disk, LogText.Database);
    }

    [Fact]
    public async Task The_same_on_a_real_disk()
    {
        using TemporaryDirectory directory = new();
        string path = directory.File("bitmapist.db");
        using (LogWriter log = LogWriter.Open(
            PhysicalFileSystem.Instance, path, LogText.Id, 1, FsyncPolicy.EverySecond, TimeProvider.System))
            await WriteFromManyThreadsAsync(log);
        Check(PhysicalFileSystem.Instance, path);
    }

    [Fact]
    public async Task One_fsync_serves_all_commits_that_wait_for_it()
    {
        SimulatedFileSystem disk = new();
        using LogWriter log = LogText.Open(disk, 1, FsyncPolicy.Always);
        int before = disk.Events.Count;
        for (int i = 0; i < 1000; i++) log.Append("x"u8);
        Task[] commits = [.. Enumerable.Range(1, 1000).Select(i => log.CommitAsync(i * 10).AsTask())];
        await Task.WhenAll(commits);
        Assert.Equal([DiskOperation.Write, DiskOperation.Sync], disk.Events.Skip(before).Select(e => e.Operation));
    }

    private static async Task WriteFromManyThreadsAsync(LogWriter log)
    {
        ReaderWriterLockSlim everyShard = new();
        await Task.WhenAll(Enumerable.Range(0, Threads).Select(thread =>
            Task.Run(() => WriteAsync(log, everyShard, thread))));
        Assert.Equal(1 + (Threads * RecordsPerThread / RecordsPerRotation), log.Sequence);
        Assert.Null(log.Failure);
    }

    private static async Task WriteAsync(LogWriter log, ReaderWriterLockSlim everyShard, int thread)
    {
        byte[] payload = new byte[8];
        long position = 0;
        for (int i = 0; i < RecordsPerThread; i++)
        {
            BinaryPrimitives.WriteInt32LittleEndian(payload, thread);
            BinaryPrimitives.WriteInt32LittleEndian(payload.AsSpan(4), i);
            everyShard.EnterReadLock();
            long next = log.Append(payload);
            everyShard.ExitReadLock();
            if (i % RecordsPerRotation == 0)
            {
                // As the engine does it: rotating while nobody appends, appending while nobody rotates.
                everyShard.EnterWriteLock();
                log.Rotate();
                everyShard.ExitWriteLock();
            }

            Assert.True(next > position);
            position = next;
            if (i % 50 != 0) continue;
            await log.CommitAsync(position);
            Assert.True(log.CommittedPosition >= position);
        }

        await log.CommitAsync(position);
    }

    private static void Check(IFileSystem files, string path)
    {
        int[] next = new int[Threads];
        LogRecoveryResult result = LogRecovery.Recover(files, path, LogText.Id, 1, (in LogRecord record) =>
        {
            int thread = BinaryPrimitives.ReadInt32LittleEndian(record.Payload);
            Assert.Equal(next[thread]++, BinaryPrimitives.ReadInt32LittleEndian(record.Payload[4..]));
        });
        Assert.All(next, count => Assert.Equal(RecordsPerThread, count));
        Assert.Equal(0, result.TornBytes);
    }
}
