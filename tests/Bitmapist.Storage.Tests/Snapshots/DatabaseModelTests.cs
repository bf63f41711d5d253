using System.Buffers.Binary;
using System.Text;
using Bitmapist.Storage.Files;
using Bitmapist.Storage.Snapshots;
using Bitmapist.Testing.Files;

namespace Bitmapist.Storage.Tests.Snapshots;

public sealed class DatabaseModelTests(ITestOutputHelper output)
{
    [Theory]
    [InlineData(1, 40)]
    [InlineData(2, 400)]
    [InlineData(3, 4000)]
    [InlineData(4, 100_000)]
    public void Generations_rewrites_and_restarts_equal_a_dictionary(int seed, int keysMax)
    {
        output.WriteLine($"seed {seed}");
        Random random = new(seed);
        SimulatedFileSystem disk = new();
        Generations model = new(seed, keysMax);
        DatabaseFile database = DatabaseFile.OpenOrCreate(disk, Generations.Path);
        for (int step = 0; step < 100; step++)
        {
            switch (random.Next(20))
            {
                case 0:
                    model.Rewrite(database);
                    database.Dispose();
                    database = DatabaseFile.OpenOrCreate(disk, Generations.Path);
                    Assert.InRange(database.FileBytes, database.LiveBytes, database.LiveBytes + 4096);
                    break;
                case < 3:
                    database.Dispose();
                    disk = disk.Crash(CrashMode.UnsyncedLost, step);
                    database = DatabaseFile.OpenOrCreate(disk, Generations.Path);
                    break;
                case < 5:
                    model.Abandon(database, random.Next(100));
                    break;
                default:
                    model.Write(database, random.Next(4) == 0 ? random.Next(2000) : random.Next(30));
                    break;
            }

            model.Check(database);
            Assert.InRange(database.LiveBytes, ValueBytes(model), database.FileBytes);
        }

        database.Dispose();
    }

    [Fact]
    public void Small_generations_without_end_keep_few_runs_and_exact_sums()
    {
        SimulatedFileSystem disk = new();
        Generations model = new(5, 3000);
        using DatabaseFile database = DatabaseFile.OpenOrCreate(disk, Generations.Path);
        int runsMax = 0;
        for (int i = 0; i < 1000; i++)
        {
            model.Write(database, 3);
            RunReference[] runs = NewestTrailer(disk).Runs;
            runsMax = Math.Max(runsMax, runs.Length);
            for (int run = 0; run < runs.Length; run++) // each at least four times as long as all newer ones together
                Assert.InRange(runs[run].Entries, 4 * runs[(run + 1)..].Sum(newer => newer.Entries), long.MaxValue);
        }

        model.Check(database);
        Assert.InRange(runsMax, 2, StorageLimits.LiveRunsMax);
        Assert.Equal(ValueBytes(model), NewestTrailer(disk).LiveValueBytes);
    }

    [Fact]
    public void Ascending_keys_beyond_what_is_sorted_in_memory_make_one_run()
    {
        SimulatedFileSystem disk = new();
        using DatabaseFile database = DatabaseFile.OpenOrCreate(disk, Generations.Path);
        const int Keys = 500_000;
        using (GenerationWriter writer = database.BeginGeneration())
        {
            for (int i = 0; i < Keys; i++) writer.Put(Key(i), "meta"u8, []);
            writer.Commit(1);
        }

        RunReference run = Assert.Single(NewestTrailer(disk).Runs);
        Assert.Equal(Keys, run.Entries);
        CheckSequence(database, Keys);
    }

    [Fact]
    public void Keys_in_any_order_beyond_what_is_sorted_in_memory_come_back_sorted()
    {
        SimulatedFileSystem disk = new();
        using DatabaseFile database = DatabaseFile.OpenOrCreate(disk, Generations.Path);
        const int Keys = 500_000;
        using (GenerationWriter writer = database.BeginGeneration())
        {
            // Keys seen before are put again after their first entry has gone to a run: the last put counts.
            for (int i = 0; i < 1000; i++) writer.Put(Key(i), "old"u8, "old"u8);
            for (long i = 0; i < Keys; i++) writer.Put(Key((int)(i * 7919 % Keys)), "meta"u8, []);
            writer.Put(Key(Keys), "meta"u8, []);
            writer.Delete(Key(Keys));
            writer.Commit(1);
        }

        CheckSequence(database, Keys);
        Assert.Equal(0, NewestTrailer(disk).LiveValueBytes);
    }

    [Fact]
    public async Task Readers_see_whole_generations_while_one_is_written()
    {
        SimulatedFileSystem disk = new();
        using DatabaseFile database = DatabaseFile.OpenOrCreate(disk, Generations.Path);
        using CancellationTokenSource ended = new();
        int[] reads = new int[2];
        Task[] readers = [.. Enumerable.Range(0, reads.Length).Select(reader => Task.Run(() =>
        {
            byte[] value = new byte[4];
            while (!ended.IsCancellationRequested)
            {
                int? generation = null;
                foreach (StoredEntry entry in database.ReadEntries())
                {
                    database.ReadValue(entry, value);
                    generation ??= BinaryPrimitives.ReadInt32LittleEndian(value);
                    Assert.Equal(generation, BinaryPrimitives.ReadInt32LittleEndian(value));
                }

                if (generation is > 0) Interlocked.Increment(ref reads[reader]);
            }
        }))];
        byte[] stamp = new byte[4];
        for (int generation = 0; generation < 100 || reads.Min() < 5; generation++)
        {
            Assert.True(generation < 20_000, "nobody reads");
            BinaryPrimitives.WriteInt32LittleEndian(stamp, generation);
            using GenerationWriter writer = database.BeginGeneration();
            for (int i = 0; i < 200; i++) writer.Put(Key(i), default, stamp);
            writer.Commit(1);
        }

        await ended.CancelAsync();
        await Task.WhenAll(readers);
    }

    private static long ValueBytes(Generations model) =>
        model.Committed.Values.Sum(stored => (long)ValueFormat.StoredBytes(stored.Value.Length));

    private static byte[] Key(int number) => Encoding.ASCII.GetBytes($"trackist_event_{number:D8}_2026-1-17");

    private static void CheckSequence(DatabaseFile database, int keys)
    {
        int next = 0;
        foreach (StoredEntry entry in database.ReadEntries())
        {
            Assert.True(entry.Key.Span.SequenceEqual(Key(next++)));
            Assert.True(entry.Metadata.Span.SequenceEqual("meta"u8));
        }

        Assert.Equal(keys, next);
        Assert.Equal(keys, database.Entries);
    }

    private static Trailer NewestTrailer(SimulatedFileSystem disk)
    {
        using IFile file = disk.Open(Generations.Path, FileOpen.ReadExisting);
        return Trailer.FindNewest(file, DatabaseHeader.Read(file));
    }
}
