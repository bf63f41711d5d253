using Bitmapist.Engine.Bits;
using Bitmapist.Engine.Stored;
using Bitmapist.Engine.Verbs;
using Bitmapist.Repair;
using Bitmapist.Storage.Files;
using Bitmapist.Storage.Snapshots;
using Bitmapist.Testing.Files;
using static Bitmapist.Engine.Tests.Repair.DamagedDatabase;

namespace Bitmapist.Engine.Tests.Repair;

/// <summary>What a repair keeps, gives up, and takes from earlier generations.</summary>
public sealed class RepairTests
{
    [Fact]
    public async Task Damage_inside_a_value_loses_that_key_only()
    {
        DamagedDatabase database = await ManyKeysAsync();
        foreach (string name in new[] { "key000", "key123", "key199" })
        {
            (RepairReport report, string state) = database.Repair(
                database.Flipped(FilePath, database.ValueOf(name).Offset));
            Assert.Single(report.Damages);
            string lost = Assert.Single(report.Lost);
            Assert.StartsWith($"key \"{name}\" of database 0: value does not match its checksum", lost,
                StringComparison.Ordinal);
            Assert.Empty(report.Older);
            Assert.Equal(Lines(database.Final).Where(line => !line.StartsWith($"0 {name} ", StringComparison.Ordinal)),
                Lines(state));
        }
    }

    [Fact]
    public async Task A_damaged_value_gives_way_to_an_older_version_only_if_asked()
    {
        DamagedDatabase database = await CreateAsync(
            Do(pair => pair.SetBit("k", 1, bit: true)), Save,
            Do(pair => pair.SetBit("k", 2, bit: true)), Save,
            Do(pair => pair.SetBit("k", 3, bit: true)),
            Do(pair => pair.SetBit("other", 1, bit: true)));
        SimulatedFileSystem disk = database.Flipped(FilePath, database.ValueOf("k").Offset);
        (RepairReport without, string other) = database.Repair(disk.Clone());
        Assert.Contains("generation 1 has an older version", Assert.Single(without.Lost), StringComparison.Ordinal);
        Assert.Equal("0 other until 0: 1 bytes 40", other);
        Assert.Equal(1, without.EffectsOnLostKeys); // bit 3 alone is a state the key never had

        (RepairReport with, string both) = database.Repair(disk, OlderVersions.Always);
        Assert.Equal(["0 k until 0: 1 bytes 40", "0 other until 0: 1 bytes 40"], Lines(both));
        Assert.Contains("older version of generation 1", Assert.Single(with.Older), StringComparison.Ordinal);
        Assert.Empty(with.Lost);
    }

    [Fact]
    public async Task Keys_that_the_log_does_not_name_are_swapped_with_their_databases()
    {
        DamagedDatabase database = await CreateAsync(
            Do(pair => pair.SetBit("lost", 1, bit: true)),
            Do(pair => pair.SetBit("untouched", 2, bit: true)),
            Do(pair => pair.SetBit("touched", 3, bit: true)),
            Save,
            Do(pair => pair.Swap(0, 1)),
            Do(pair => pair.SetBit("touched", 4, bit: true)),
            Do(pair => pair.Move("touched", 2)));
        (RepairReport report, string state) =
            database.Repair(database.Flipped(FilePath, database.ValueOf("lost").Offset));
        Assert.StartsWith("key \"lost\" of database 1: ", Assert.Single(report.Lost), StringComparison.Ordinal);
        Assert.Equal(
            Lines(database.Final).Where(line => !line.StartsWith("1 lost ", StringComparison.Ordinal)), Lines(state));
    }

    [Fact]
    public async Task What_the_log_makes_of_a_lost_key_is_lost_and_what_it_sets_anew_is_not()
    {
        DamagedDatabase database = await CreateAsync(
            Do(pair => pair.SetBit("lost", 1, bit: true)),
            Do(pair => pair.SetBit("good", 2, bit: true)),
            Do(pair => pair.SetBit("from", 3, bit: true)),
            Save,
            Do(pair => pair.SetBit("lost", 5, bit: true)),
            Do(pair => pair.BitOp(BitopKind.Or, "union", "good", "lost")),
            Do(pair => pair.BitOp(BitopKind.Not, "not", "union")),
            Do(pair => pair.Copy("lost", 1, "copy", SetCondition.Always)),
            Do(pair => pair.Rename("lost", "from", SetCondition.Always)),
            Do(pair => pair.Set("union", [9], SetCondition.Always, StringVerbs.NoExpiry)),
            Do(pair => pair.SetBit("union", 0, bit: true)),
            Do(pair => pair.SetBit("lost", 7, bit: true)), // renamed away: wholly new
            Do(pair => pair.ExpireAt("not", 9_000_000, ExpireCondition.None)));
        (RepairReport report, string state) =
            database.Repair(database.Flipped(FilePath, database.ValueOf("lost").Offset));
        Assert.Equal(
            ["0 good until 0: 1 bytes 20", "0 lost until 0: 1 bytes 01", "0 union until 0: 1 bytes 89"], Lines(state));
        Assert.Equal(
            ["key \"copy\" of database 1", "key \"from\" of database 0", "key \"not\" of database 0"],
            report.Lost.Select(line => line.Split(':')[0]).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_flush_makes_everything_known_again()
    {
        DamagedDatabase database = await CreateAsync(
            Do(pair => pair.SetBit("lost", 1, bit: true)), Do(pair => pair.SetBit("good", 1, bit: true)), Save,
            Do(pair => pair.Flush(0)), Do(pair => pair.SetBit("lost", 2, bit: true)));
        (RepairReport report, string state) =
            database.Repair(database.Flipped(FilePath, database.ValueOf("lost").Offset));
        Assert.Equal(database.Final, state);
        Assert.Empty(report.Lost);
    }

    [Fact]
    public async Task Keys_under_a_damaged_index_block_come_from_the_generation_before()
    {
        DamagedDatabase database = await ManyKeysAsync();
        // The newest generation's run was merged with the one before. The first key of the merged one is in its
        // first block and, last in the file, in its directory.
        Span<byte> bytes = database.Disk.ReadAll(FilePath);
        int block = bytes[..bytes.LastIndexOf("key000"u8)].LastIndexOf("key000"u8);
        (RepairReport report, string state) = database.Repair(database.Flipped(FilePath, block));
        Assert.NotEmpty(report.Damages);
        Assert.NotEmpty(report.Older);
        string[] names = [.. Lines(state).Select(line => line.Split(' ')[1])];
        Assert.Equal(200, names.Length); // none is lost: at worst it is as it was
        Assert.True(Lines(database.Final).Except(Lines(state)).Count() <= report.Older.Count);
    }

    [Fact]
    public async Task Without_the_newest_trailer_the_generation_before_is_salvaged_and_no_later_log()
    {
        DamagedDatabase database = await CreateAsync(
            Do(pair => pair.SetBit("a", 1, bit: true)), Save,
            Do(pair => pair.SetBit("a", 2, bit: true)), Save,
            Do(pair => pair.SetBit("a", 3, bit: true)));
        SimulatedFileSystem disk = database.Flipped(FilePath, database.Trailers()[0].Offset + 20);
        CheckReport check = Check(disk);
        Assert.Contains("log segment 2 is missing", Assert.Single(check.Damages).Reason, StringComparison.Ordinal);
        (RepairReport report, string state) = database.Repair(disk);
        Assert.Equal("0 a until 0: 1 bytes 40", state);
        Assert.Equal((1, 0, 1), (report.Generation, report.LogRecords, report.LogRecordsBehindDamage));
        Assert.True(report.BytesBehindGeneration > 0);
    }

    [Fact]
    public async Task Damage_in_a_backup_s_trailer_is_not_taken_for_an_interrupted_save()
    {
        DamagedDatabase database = await CreateAsync(
            Do(pair => pair.SetBit("a", 1, bit: true)), Save, Do(pair => pair.SetBit("a", 2, bit: true)), Save);
        SimulatedFileSystem disk = database.Flipped(FilePath, database.Trailers()[0].Offset);
        foreach (string log in database.LogPaths) disk.Delete(log);
        Assert.Contains("a newer one is damaged", Assert.Single(Check(disk).Damages).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nothing_behind_a_gap_in_the_log_is_applied()
    {
        DamagedDatabase database = await CreateAsync(
            Do(pair => pair.SetBit("a", 1, bit: true)), Save,
            Do(pair => pair.SetBit("a", 2, bit: true)),
            server => server.RestartAsync(), // a new process begins a new segment
            Do(pair => pair.SetBit("a", 3, bit: true)),
            server => server.RestartAsync(),
            Do(pair => pair.SetBit("a", 4, bit: true)));
        SimulatedFileSystem disk = database.Disk.Clone();
        disk.Delete(database.LogPaths[^2]);
        CheckReport check = Check(disk);
        Assert.Equal(FilePath + ".log.000003", Assert.Single(check.Damages).Path);
        (RepairReport report, string state) = database.Repair(disk);
        Assert.Equal("0 a until 0: 1 bytes 60", state);
        Assert.Equal((1, 1), (report.LogRecords, report.LogRecordsBehindDamage));
    }

    [Fact]
    public async Task A_damaged_header_costs_nothing_else()
    {
        DamagedDatabase database = await ManyKeysAsync();
        for (int at = 0; at < 64; at++)
        {
            SimulatedFileSystem disk = database.Flipped(FilePath, at);
            Assert.Equal(0, Assert.Single(Check(disk).Damages).Offset);
            (RepairReport report, string state) = database.Repair(disk);
            Assert.Equal(database.Final, state);
            Assert.Equal(3, report.LogRecords);
        }
    }

    [Fact]
    public async Task What_never_was_a_database_is_refused_and_nothing_is_replaced()
    {
        DamagedDatabase database = await ManyKeysAsync();
        SimulatedFileSystem disk = database.With(FilePath, new byte[100_000]);
        Assert.Equal(FileDefect.ForeignFile, Assert.Throws<CorruptFileException>(() => Check(disk)).Defect);
        Assert.Throws<CorruptFileException>(() => database.Repair(disk));
        Assert.False(disk.Exists(Output));
        SimulatedFileSystem occupied = database.With(Output, "something"u8);
        Assert.Throws<StorageException>(() => database.Repair(occupied));
        Assert.Equal("something"u8.ToArray(), occupied.ReadAll(Output));
    }

    [Fact]
    public void Keys_without_totals_are_damage_to_a_check_as_to_an_opening()
    {
        var disk = new SimulatedFileSystem();
        using (GenerationWriter writer = DatabaseFile.CreateAt(disk, FilePath))
        {
            var value = new StringValue(1, PendingBits.Ready(Roaring.FrozenBitmap.FromIds([3])));
            new KeyWriter().Put(writer, 0, "key"u8, value, expiresAtUnixMs: 0);
            writer.Commit(firstLogSequence: 1);
        }

        FileDamage damage = Assert.Single(Check(disk).Damages);
        Assert.Equal("the totals of keys are missing", damage.Reason);
    }

    [Fact]
    public async Task A_check_tells_what_a_database_holds()
    {
        byte[] dense = new byte[8192 * 2];
        new Random(1).NextBytes(dense);
        byte[] ones = [.. Enumerable.Repeat((byte)255, 1000)];
        DamagedDatabase database = await CreateAsync(
            Do(pair => pair.Set("dense", dense, SetCondition.Always, 5_000_000)),
            Do(pair => pair.Set("ones", ones, SetCondition.Always, StringVerbs.NoExpiry)),
            Do(pair => pair.SetBit("one", 40_000_000, bit: true)),
            server =>
            {
                server.Session.Database = 2;
                server.Pair.SetBit("two", 9, bit: false);
                return Task.CompletedTask;
            },
            Save);
        CheckReport check = Check(database.Disk);
        Assert.Empty(check.Damages);
        Assert.Equal([0, 2], check.Databases.Keys);
        long bits = dense.Sum(value => (long)byte.PopCount(value)) + 8000 + 1;
        Assert.Equal(new DatabaseTally(3, 1, bits, dense.Length + 1000 + 5_000_001), check.Databases[0]);
        Assert.Equal(new DatabaseTally(1, 0, 0, 2), check.Databases[2]);
        Assert.Equal((1, 2, 1), (check.Containers.Arrays, check.Containers.Bitsets, check.Containers.Runs));
        Assert.Equal((2, 16_384), (check.Containers.ArrayBytes, check.Containers.BitsetBytes));
        Assert.Equal(2, check.Generations);
    }

    /// <summary>Two hundred keys, a third of them changed in a second generation, and a log of three records.</summary>
    private static Task<DamagedDatabase> ManyKeysAsync() => CreateAsync(
        Do(pair =>
        {
            for (int i = 0; i < 200; i++) pair.SetBit($"key{i:D3}", (uint)i * 1000, bit: true);
        }),
        Save,
        Do(pair =>
        {
            for (int i = 0; i < 200; i += 3) pair.SetBit($"key{i:D3}", 7, bit: true);
        }),
        Save,
        Do(pair => pair.SetBit("key100", 8, bit: true)),
        Do(pair => pair.SetBit("key101", 8, bit: true)),
        Do(pair => pair.ExpireAt("key102", 8_000_000, ExpireCondition.None)));
}
