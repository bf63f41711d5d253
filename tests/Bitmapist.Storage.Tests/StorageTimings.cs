using System.Diagnostics;
using System.Text;
using Bitmapist.Storage.Files;
using Bitmapist.Storage.Log;
using Bitmapist.Storage.Snapshots;
using Bitmapist.Storage.Tests.Files;

namespace Bitmapist.Storage.Tests;

/// <summary>
/// Measurements on the machine's own disk, asserting nothing. To run them:
/// <c>dotnet run -c Release --project tests/Bitmapist.Storage.Tests -- -explicit only -showliveoutput</c>
/// </summary>
public sealed class StorageTimings(ITestOutputHelper output)
{
    [Theory(Explicit = true)]
    [InlineData(1, FsyncPolicy.EverySecond)]
    [InlineData(32, FsyncPolicy.EverySecond)]
    [InlineData(1024, FsyncPolicy.EverySecond)]
    [InlineData(32, FsyncPolicy.Always)]
    public async Task Append_and_commit(int batch, FsyncPolicy policy)
    {
        using TemporaryDirectory directory = new();
        using LogWriter log = LogWriter.Open(
            PhysicalFileSystem.Instance, directory.File("db"), Guid.NewGuid(), 1, policy, TimeProvider.System);
        byte[] payload = new byte[40];
        int records = policy == FsyncPolicy.Always ? 3200 : 2_000_000 / (batch == 1 ? 4 : 1);
        for (int round = 0; round < 3; round++)
        {
            TimeSpan cpu = Environment.CpuUsage.TotalTime;
            long started = Stopwatch.GetTimestamp();
            for (int i = 0; i < records; i += batch)
            {
                long position = 0;
                for (int j = 0; j < batch; j++) position = log.Append(payload);
                if (!log.TryCommit(position)) await log.CommitAsync(position);
            }

            double nanoseconds = Stopwatch.GetElapsedTime(started).TotalNanoseconds / records;
            double cpuNanoseconds = (Environment.CpuUsage.TotalTime - cpu).TotalNanoseconds / records;
            output.WriteLine(
                $"{policy}, batches of {batch}: {nanoseconds:F0} ns, {cpuNanoseconds:F0} ns of CPU per 40-byte record");
        }
    }

    [Fact(Explicit = true)]
    public void Checksum()
    {
        byte[] bytes = new byte[1 << 20];
        for (int round = 0; round < 3; round++)
        {
            uint sum = 0;
            long started = Stopwatch.GetTimestamp();
            for (int i = 0; i < 1000; i++) sum ^= Crc32C.Compute(bytes);
            double seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
            output.WriteLine($"CRC-32C: {1000 * (double)bytes.Length / seconds / 1e9:F1} GB/s ({sum:x})");
        }
    }

    [Theory(Explicit = true)]
    [InlineData(1_000_000)]
    [InlineData(10_000_000)]
    public void Many_keys(int keys)
    {
        using TemporaryDirectory directory = new();
        string path = directory.File("db");
        byte[] value = new byte[40];
        using (DatabaseFile database = DatabaseFile.OpenOrCreate(PhysicalFileSystem.Instance, path))
        {
            Time($"write {keys} keys in no order", () => Write(database, keys, i => (int)(i * 7_919L % keys), value));
            Time("change 10,000 of them", () => Write(database, 10_000, i => i * 97, value));
            Time("rewrite", () =>
            {
                using GenerationWriter writer = database.BeginRewrite();
                foreach (StoredEntry entry in database.ReadEntries())
                    writer.Put(entry.Key.Span, entry.Metadata.Span, entry);
                writer.Commit(3);
            });
        }

        DatabaseFile opened = null!;
        long before = GC.GetTotalMemory(forceFullCollection: true);
        Time("open", () => opened = DatabaseFile.OpenOrCreate(PhysicalFileSystem.Instance, path));
        output.WriteLine($"index in memory: {(GC.GetTotalMemory(forceFullCollection: true) - before) >> 10} KiB");
        output.WriteLine($"file: {opened.FileBytes >> 20} MiB");
        Time("read all entries", () =>
        {
            long count = 0;
            foreach (StoredEntry entry in opened.ReadEntries()) count += entry.ValueBytes > 0 ? 1 : 0;
            Assert.Equal(keys, count);
        });
        Time("look up and read 100,000 keys", () =>
        {
            Random random = new(1);
            for (int i = 0; i < 100_000; i++)
            {
                Assert.True(opened.TryFind(Key(random.Next(keys)), out StoredEntry entry));
                opened.ReadValue(entry, value);
            }
        });
        opened.Dispose();
    }

    private static void Write(DatabaseFile database, int keys, Func<int, int> key, byte[] value)
    {
        using GenerationWriter writer = database.BeginGeneration();
        for (int i = 0; i < keys; i++) writer.Put(Key(key(i)), "metadata"u8, value);
        writer.Commit(2);
    }

    private static byte[] Key(int number) => Encoding.ASCII.GetBytes($"trackist_event_{number:D8}_2026-1-17");

    private void Time(string what, Action action)
    {
        TimeSpan cpu = Environment.CpuUsage.TotalTime;
        long started = Stopwatch.GetTimestamp();
        action();
        output.WriteLine($"{what}: {Stopwatch.GetElapsedTime(started).TotalMilliseconds:F0} ms, "
            + $"{(Environment.CpuUsage.TotalTime - cpu).TotalMilliseconds:F0} ms of CPU");
    }
}
