using System.Buffers.Binary;
using System.IO.Compression;
using Bitmapist.Storage.Files;
using Bitmapist.Storage.Snapshots;
using Bitmapist.Testing.Files;
using Contents = System.Collections.Generic.SortedDictionary<string, (string Metadata, byte[] Value)>;

namespace Bitmapist.Storage.Tests.Snapshots;

public sealed class DatabaseDamageTests
{
    [Fact]
    public void A_database_cut_at_any_byte_opens_with_the_newest_generation_left_whole_or_refuses()
    {
        (byte[] whole, List<Contents> generations, List<long> ends) = Small();
        for (int cut = 1; cut < whole.Length; cut++)
        {
            SimulatedFileSystem disk = new();
            disk.WriteAll(Generations.Path, whole.AsSpan(0, cut));
            int newest = ends.FindLastIndex(end => end <= cut);
            if (newest < 0)
            {
                CorruptFileException refused = Refused(disk);
                Assert.Equal(cut < 8 ? FileDefect.ForeignFile : FileDefect.Damaged, refused.Defect);
                Assert.Equal(cut, disk.ReadAll(Generations.Path).Length);
                continue;
            }

            using DatabaseFile database = DatabaseFile.OpenOrCreate(disk, Generations.Path);
            Assert.Equal((newest, cut - ends[newest]), (database.Generation, database.TornBytes));
            if (cut % 64 == 0) Assert.True(Generations.Equals(database, generations[newest]));
        }
    }

    [Fact]
    public void A_database_with_any_byte_flipped_gives_a_generation_that_was_or_refuses_by_name()
    {
        (byte[] whole, List<Contents> generations, _) = Small();
        int refused = 0;
        for (int at = 0; at < whole.Length; at++)
        {
            byte[] flipped = [.. whole];
            flipped[at] ^= (byte)(1 << (at % 8));
            SimulatedFileSystem disk = new();
            disk.WriteAll(Generations.Path, flipped);
            try
            {
                using DatabaseFile database = DatabaseFile.OpenOrCreate(disk, Generations.Path);
                Assert.True(Generations.Equals(database, generations[(int)database.Generation]), $"byte {at}");
            }
            catch (CorruptFileException e)
            {
                Assert.Equal(Generations.Path, e.Path);
                Assert.Equal(flipped, disk.ReadAll(Generations.Path));
                refused++;
            }
        }

        Assert.InRange(refused, 500, whole.Length - 1);
    }

    [Fact]
    public void A_database_with_any_stretch_overwritten_gives_a_generation_that_was_or_refuses_by_name()
    {
        (byte[] whole, List<Contents> generations, _) = Small();
        int opened = 0, refused = 0;
        for (int seed = 0; seed < 3000; seed++)
        {
            Random random = new(seed);
            byte[] damaged = [.. whole];
            Span<byte> stretch = damaged.AsSpan(random.Next(damaged.Length));
            stretch = stretch[..random.Next(Math.Min(stretch.Length, 600))];
            if (random.Next(2) == 0) stretch.Clear();
            else random.NextBytes(stretch);
            SimulatedFileSystem disk = new();
            disk.WriteAll(Generations.Path, damaged);
            try
            {
                using DatabaseFile database = DatabaseFile.OpenOrCreate(disk, Generations.Path);
                Assert.True(Generations.Equals(database, generations[(int)database.Generation]), $"seed {seed}");
                opened++;
            }
            catch (CorruptFileException e)
            {
                Assert.Equal(Generations.Path, e.Path);
                refused++;
            }
        }

        Assert.True(opened > 200 && refused > 200, $"{opened} opened, {refused} refused");
    }

    [Fact]
    public void A_torn_generation_is_reported_kept_for_looking_at_and_cut_by_the_next()
    {
        (byte[] whole, List<Contents> generations, List<long> ends) = Small();
        SimulatedFileSystem disk = new();
        disk.WriteAll(Generations.Path, [.. whole, .. new byte[10_000]]);
        using (DatabaseFile database = DatabaseFile.OpenOrCreate(disk, Generations.Path))
        {
            Assert.Equal(10_000, database.TornBytes);
            Assert.Equal(whole.Length + 10_000, disk.ReadAll(Generations.Path).Length);
            using GenerationWriter writer = database.BeginGeneration();
            writer.Commit(9);
        }

        using DatabaseFile reopened = DatabaseFile.OpenOrCreate(disk, Generations.Path);
        Assert.Equal(0, reopened.TornBytes);
        Assert.True(Generations.Equals(reopened, generations[^1]));
        Assert.InRange(reopened.FileBytes, ends[^1], ends[^1] + 2 * Trailer.Alignment);
    }

    [Theory]
    [InlineData("REDIS0011\u00fa\tredis-ver\u00057.0.15")]
    [InlineData("just some text, long enough to hold a header and then some more of it")]
    [InlineData("x")]
    public void A_foreign_file_is_refused_and_untouched(string text)
    {
        SimulatedFileSystem disk = new();
        byte[] bytes = System.Text.Encoding.Latin1.GetBytes(text);
        disk.WriteAll(Generations.Path, bytes);
        Assert.Equal(FileDefect.ForeignFile, Refused(disk).Defect);
        Assert.Equal(bytes, disk.ReadAll(Generations.Path));
        Assert.Empty(disk.Events);
    }

    [Fact]
    public void The_go_servers_database_is_refused_as_foreign()
    {
        string path = Prerequisite.SharedData("go-server");
        using MemoryStream database = new();
        using (GZipStream packed = new(File.OpenRead(Path.Combine(path, "small.db.gz")), CompressionMode.Decompress))
            packed.CopyTo(database);
        SimulatedFileSystem disk = new();
        disk.WriteAll(Generations.Path, database.ToArray());
        Assert.Equal(FileDefect.ForeignFile, Refused(disk).Defect);
        Assert.Equal(database.ToArray(), disk.ReadAll(Generations.Path));
    }

    [Fact]
    public void A_newer_format_refuses_by_version()
    {
        (byte[] whole, _, _) = Small();
        whole[8] = 9;
        BinaryPrimitives.WriteUInt32LittleEndian(whole.AsSpan(60), Crc32C.Compute(whole.AsSpan(0, 60)));
        SimulatedFileSystem disk = new();
        disk.WriteAll(Generations.Path, whole);
        CorruptFileException refused = Refused(disk);
        Assert.Equal(FileDefect.NewerFormat, refused.Defect);
        Assert.Contains("version 9", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_trailer_inside_a_value_is_not_taken_for_one()
    {
        (byte[] whole, _, List<long> ends) = Small();
        byte[] trailer = whole[(int)((ends[^1] - 1) / Trailer.Alignment * Trailer.Alignment)..];
        SimulatedFileSystem disk = new();
        disk.WriteAll(Generations.Path, whole);
        long length = whole.Length;
        using (DatabaseFile database = DatabaseFile.OpenOrCreate(disk, Generations.Path))
        {
            // An abandoned generation whose value holds the file's own trailer at every page.
            using GenerationWriter writer = database.BeginGeneration();
            byte[] value = new byte[1 << 20];
            for (int at =
                (int)(Trailer.Alignment - length % Trailer.Alignment); at + trailer.Length < value.Length; at += 4096)
                trailer.CopyTo(value.AsSpan(at));
            disk.WriteAll(Generations.Path, [.. whole, .. value]);
        }

        using DatabaseFile reopened = DatabaseFile.OpenOrCreate(disk, Generations.Path);
        Assert.Equal((length, 1 << 20), (reopened.FileBytes - reopened.TornBytes, reopened.TornBytes));
    }

    private static CorruptFileException Refused(SimulatedFileSystem disk) =>
        Assert.Throws<CorruptFileException>(() => DatabaseFile.OpenOrCreate(disk, Generations.Path));

    /// <summary>A file of some 30 KB with four generations: its bytes, and the contents and end of each.</summary>
    private static (byte[] Bytes, List<Contents> Generations, List<long> Ends) Small()
    {
        SimulatedFileSystem disk = new();
        Generations model = new(11, 12);
        List<Contents> contents = [];
        List<long> ends = [];
        using DatabaseFile database = DatabaseFile.OpenOrCreate(disk, Generations.Path);
        contents.Add(model.Committed);
        ends.Add(disk.ReadAll(Generations.Path).Length);
        for (int i = 0; i < 3; i++)
        {
            model.Write(database, 25);
            contents.Add(model.Committed);
            ends.Add(disk.ReadAll(Generations.Path).Length);
        }

        return (disk.ReadAll(Generations.Path), contents, ends);
    }
}
