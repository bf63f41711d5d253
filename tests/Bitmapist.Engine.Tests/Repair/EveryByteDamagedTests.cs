using Bitmapist.Engine.Bits;
using Bitmapist.Engine.Verbs;
using Bitmapist.Repair;
using Bitmapist.Storage.Files;
using Bitmapist.Testing.Files;
using static Bitmapist.Engine.Tests.Repair.DamagedDatabase;

namespace Bitmapist.Engine.Tests.Repair;

/// <summary>
/// Every byte of a small database and its log flipped, and every truncation: a check finds it or it changes nothing,
/// and a repair writes only what was, and whatever the damage does not concern.
/// </summary>
public sealed class EveryByteDamagedTests
{
    [Fact]
    public async Task A_whole_database_is_found_whole_and_repaired_to_itself()
    {
        DamagedDatabase database = await SmallAsync();
        CheckReport check = Check(database.Disk);
        Assert.Empty(check.Damages);
        Assert.Equal((4, 0), (check.Generations, check.TornBytes));
        Assert.Equal((1, 0), (check.Log!.Segments, check.Log.Leftovers));
        Assert.True(check.Log.Records > 5);
        (RepairReport report, string state) = database.Repair(database.Disk.Clone());
        Assert.Equal(database.Final, state);
        Assert.Equal((0, 0, 0), (report.Damages.Count, report.Lost.Count, report.Older.Count));
        Assert.Equal(check.Log.Records, report.LogRecords);
    }

    [Fact]
    public async Task A_flipped_byte_of_the_file_is_found_or_changes_nothing()
    {
        DamagedDatabase database = await SmallAsync();
        int damaged = await CheckEveryFlipAsync(database, FilePath);
        Assert.InRange(damaged, 1000, database.Disk.ReadAll(FilePath).Length);
    }

    [Fact]
    public async Task A_flipped_byte_of_the_log_is_found_or_changes_nothing()
    {
        DamagedDatabase database = await SmallAsync();
        string log = Assert.Single(database.LogPaths);
        int damaged = 0, length = database.Disk.ReadAll(log).Length;
        for (int at = 0; at < length; at++)
        {
            SimulatedFileSystem disk = database.Flipped(log, at);
            CheckReport check = Check(disk);
            (RepairReport report, string state) = database.Repair(disk);
            if (check.Damages.Count > 0)
            {
                damaged++;
                Assert.All(check.Damages, damage => Assert.Equal(log, damage.Path));
                Assert.Equal(check.Log!.Records, report.LogRecords);
            }
            else
            {
                // The last record, which a crash could have left like this: cut by a start, too.
                Assert.True(check.Log!.TornBytes > 0, $"byte {at}");
                Assert.Equal(StateOf(disk, FilePath), state);
            }
        }

        Assert.InRange(damaged, length / 2, length);
    }

    [Fact]
    public async Task A_file_cut_anywhere_is_found_and_gives_what_its_generations_hold()
    {
        DamagedDatabase database = await SmallAsync();
        byte[] whole = database.Disk.ReadAll(FilePath);
        List<long> ends = [.. database.Trailers().Select(trailer => trailer.End).Reverse()]; // oldest first
        int repaired = 0;
        for (int cut = 0; cut < whole.Length; cut += cut % 4096 is > 200 and < 3800 ? 37 : 1)
        {
            SimulatedFileSystem disk = database.With(FilePath, whole.AsSpan(0, cut));
            if (cut < 8)
            {
                Assert.Throws<CorruptFileException>(() => Check(disk));
                Assert.Throws<CorruptFileException>(() => database.Repair(disk));
                continue;
            }

            Assert.NotEmpty(Check(disk).Damages);
            if (cut < ends[0])
            {
                Assert.Throws<CorruptFileException>(() => database.Repair(disk));
                Assert.False(disk.Exists(Output));
            }
            else if (cut % 5 == 0)
            {
                (RepairReport report, _) = database.Repair(disk);
                Assert.Equal(ends.FindLastIndex(end => end <= cut), report.Generation);
                repaired++;
            }
        }

        Assert.True(repaired > 200, $"only {repaired} were repaired");
    }

    [Fact]
    public async Task A_log_cut_anywhere_gives_the_records_that_are_left()
    {
        DamagedDatabase database = await SmallAsync();
        string log = Assert.Single(database.LogPaths);
        byte[] whole = database.Disk.ReadAll(log);
        for (int cut = 0; cut < whole.Length; cut++)
        {
            SimulatedFileSystem disk = database.With(log, whole.AsSpan(0, cut));
            CheckReport check = Check(disk);
            Assert.Empty(check.Damages); // what a crash leaves
            (RepairReport report, string state) = database.Repair(disk);
            Assert.Equal(check.Log!.Records, report.LogRecords);
            if (cut % 16 == 0) Assert.Equal(StateOf(disk, FilePath), state);
        }
    }

    [Fact]
    public async Task Stretches_overwritten_at_random_are_found_or_change_nothing()
    {
        DamagedDatabase database = await SmallAsync();
        byte[] whole = database.Disk.ReadAll(FilePath);
        for (int seed = 0; seed < 200; seed++)
        {
            Random random = new(seed);
            byte[] damaged = [.. whole];
            Span<byte> stretch = damaged.AsSpan(8 + random.Next(damaged.Length - 8));
            stretch = stretch[..random.Next(Math.Min(stretch.Length, 900))];
            if (random.Next(2) == 0) stretch.Clear();
            else random.NextBytes(stretch);
            SimulatedFileSystem disk = database.With(FilePath, damaged);
            if (Check(disk).Damages.Count == 0) Assert.Equal(database.Final, StateOf(disk, FilePath));
            (_, string state) = database.Repair(disk, (OlderVersions)random.Next(2));
            Assert.True(Lines(state).Any(), $"seed {seed}");
        }
    }

    private static async Task<int> CheckEveryFlipAsync(DamagedDatabase database, string path)
    {
        byte[] whole = database.Disk.ReadAll(path);
        string[] final = [.. Lines(database.Final)];
        (long Offset, int Bytes) longValue = database.ValueOf("long");
        int damaged = 0;
        for (int at = 0; at < whole.Length; at++)
        {
            bool isPadding = at >= 32 && whole.AsSpan(at - 16, Math.Min(32, whole.Length - at + 16))
                .IndexOfAnyExcept((byte)0) < 0;
            if (isPadding && at % 64 != 0) continue; // in the middle of zeros: some of them tell for all
            SimulatedFileSystem disk = database.Flipped(path, at);
            CheckReport check = Check(disk);
            if (check.Damages.Count == 0) Assert.Equal(database.Final, StateOf(disk, path));
            else damaged++;
            // A repair takes longer: every eighth byte inside the one long value stands for its neighbours.
            if (at > longValue.Offset + 64 && at < longValue.Offset + longValue.Bytes - 64 && at % 8 != 0) continue;
            (RepairReport report, string state) = database.Repair(disk);
            Assert.Equal(check.Damages.Count > 0, report.Damages.Count > 0 || report.BytesBehindGeneration > 0);
            if (report.Generation != 3) continue; // the newest trailer: then its generation is gone as a whole
            HashSet<string> salvaged = [.. Lines(state)];
            string[] missing = [.. final.Where(line => !salvaged.Contains(line))];
            Assert.True(
                missing.Length <= report.Older.Count + report.Lost.Count, $"byte {at}: {string.Join(" + ", missing)}");
        }

        await Task.CompletedTask;
        return damaged;
    }

    /// <summary>Four generations, with values of one chunk and of two, and a log that builds on them.</summary>
    private static Task<DamagedDatabase> SmallAsync()
    {
        byte[] long_ = new byte[8000]; // as an array of 2,100 ids: two chunks of 4 KiB
        Random random = new(3);
        for (int i = 0; i < 2100; i++) long_[random.Next(long_.Length)] |= (byte)(1 << random.Next(8));
        return CreateAsync(
            Do(pair => pair.Set("long", long_, SetCondition.Always, StringVerbs.NoExpiry)),
            Do(pair => pair.Set("hello", "world"u8.ToArray(), SetCondition.Always, 5_000_000)),
            Do(pair => pair.SetBit("early", 7, bit: true)),
            Do(pair => pair.SetBit("doomed", 70_000, bit: true)),
            Save,
            Do(pair => pair.SetBit("early", 8, bit: true)),
            Do(pair => pair.Delete("doomed")),
            Do(pair => pair.Set("", [0, 0, 0], SetCondition.Always, StringVerbs.NoExpiry)),
            Save,
            Do(pair => pair.SetBit("early", 9, bit: true)),
            Do(pair => pair.SetBit("late", 1, bit: true)),
            Do(pair => pair.SetBit("untouched", 300_000, bit: true)),
            Save,
            Do(pair => pair.SetBit("late", 2, bit: true)),
            Do(pair => pair.BitOp(BitopKind.Or, "both", "early", "late")),
            Do(pair => pair.ExpireAt("late", 6_000_000, ExpireCondition.None)),
            Do(pair => pair.Rename("hello", "renamed", SetCondition.Always)),
            Do(pair => pair.Copy("early", 1, "copied", SetCondition.Always)),
            Do(pair => pair.SetBit("early", 10, bit: true)),
            Do(pair => pair.Set("new", [1], SetCondition.Always, StringVerbs.NoExpiry)));
    }
}
