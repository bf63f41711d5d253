using Bitmapist.Storage.Files;
using Bitmapist.Storage.Snapshots;
using Bitmapist.Testing.Files;

namespace Bitmapist.Storage.Tests.Snapshots;

public sealed class DatabaseSurveyTests
{
    [Fact]
    public void A_whole_file_shows_every_generation_and_what_opening_it_would()
    {
        SimulatedFileSystem disk = Small();
        using DatabaseSurvey survey = DatabaseSurvey.Open(disk, Generations.Path);
        Assert.Equal([4, 3, 2, 1, 0], survey.Generations.Select(generation => generation.Number));
        Assert.Equal((null, 0), (survey.HeaderDamage, survey.TornBytes));
        Assert.Empty(Read(survey, survey.Generations[0], out List<string> entries));
        int eventsBefore = disk.Events.Count;
        using DatabaseFile file = DatabaseFile.OpenOrCreate(disk, Generations.Path);
        Assert.NotEqual(eventsBefore, disk.Events.Count); // unlike the survey, opening writes
        Assert.Equal(file.ReadEntries().Select(entry => Text(entry.Key)), entries);
        Assert.Equal(file.Id, survey.Id);
    }

    [Theory]
    [InlineData(0, new long[] { 3, 2, 1, 0 })]
    [InlineData(1, new long[] { 4, 2, 1, 0 })]
    [InlineData(3, new long[] { 4, 3, 2, 0 })]
    [InlineData(4, new long[] { 4, 3, 2, 1 })]
    public void A_damaged_trailer_hides_its_generation_only(int newest, long[] left)
    {
        SimulatedFileSystem disk = Small();
        long offset;
        using (DatabaseSurvey survey = DatabaseSurvey.Open(disk, Generations.Path))
            offset = survey.Generations[newest].TrailerOffset;
        Flip(disk, offset + 30);
        using DatabaseSurvey damaged = DatabaseSurvey.Open(disk, Generations.Path);
        Assert.Equal(left, damaged.Generations.Select(generation => generation.Number));
        Assert.Equal(newest == 0, damaged.TornBytes > 0);
    }

    [Fact]
    public void A_damaged_header_hides_nothing()
    {
        for (int at = 0; at < DatabaseHeader.Bytes; at++)
        {
            SimulatedFileSystem disk = Small();
            using DatabaseFile whole = DatabaseFile.OpenOrCreate(disk, Generations.Path);
            Flip(disk, at);
            using DatabaseSurvey survey = DatabaseSurvey.Open(disk, Generations.Path);
            Assert.NotNull(survey.HeaderDamage);
            Assert.Equal((whole.Id, 5), (survey.Id, survey.Generations.Count));
        }
    }

    [Fact]
    public void A_damaged_index_block_hides_its_keys_and_casts_doubt_on_older_ones()
    {
        SimulatedFileSystem disk = new();
        using (DatabaseFile file = DatabaseFile.OpenOrCreate(disk, Generations.Path))
        {
            Write(file, 0, 2000, "first");
            Write(file, 500, 520, "second"); // few enough to stay a run of their own
        }

        byte[] bytes = disk.ReadAll(Generations.Path);
        int directory = bytes.AsSpan().LastIndexOf("key00500"u8);
        int block = bytes.AsSpan(0, directory).LastIndexOf("key00500"u8);
        Flip(disk, block);
        using DatabaseSurvey survey = DatabaseSurvey.Open(disk, Generations.Path);
        List<FileDamage> damages = Read(survey, survey.Generations[0], out List<string> entries);
        Assert.Contains("does not match its checksum", Assert.Single(damages).Reason, StringComparison.Ordinal);
        Assert.Equal(2000, entries.Count);
        // The damaged block was the last of its run, so any key from its first on may have been there.
        Assert.Equal(1500, entries.Count(entry => entry.EndsWith('?')));
        Assert.Equal("key00500?", entries.First(entry => entry.EndsWith('?')));
        Assert.Empty(Read(survey, survey.Generations[1], out List<string> before));
        Assert.DoesNotContain(before, entry => entry.EndsWith('?'));
    }

    private static void Write(DatabaseFile file, int from, int to, string metadata)
    {
        using GenerationWriter writer = file.BeginGeneration();
        for (int i = from; i < to; i++) writer.Put(Bytes($"key{i:D5}"), Bytes(metadata), "v"u8);
        writer.Commit(1);
    }

    private static byte[] Bytes(string text) => System.Text.Encoding.ASCII.GetBytes(text);

    private static SimulatedFileSystem Small()
    {
        SimulatedFileSystem disk = new();
        Generations model = new(11, 12);
        using DatabaseFile database = DatabaseFile.OpenOrCreate(disk, Generations.Path);
        for (int i = 0; i < 4; i++) model.Write(database, 25);
        return disk;
    }

    private static void Flip(SimulatedFileSystem disk, long offset)
    {
        byte[] bytes = disk.ReadAll(Generations.Path);
        bytes[offset] ^= 0x10;
        disk.WriteAll(Generations.Path, bytes);
    }

    private static List<FileDamage> Read(DatabaseSurvey survey, SurveyedGeneration generation, out List<string> entries)
    {
        List<FileDamage> damages = [];
        entries = [.. survey.ReadEntries(generation, (damage, _) => damages.Add(damage))
            .Select(entry => Text(entry.Stored.Key) + (entry.IsDoubtful ? "?" : ""))];
        return damages;
    }

    private static string Text(ReadOnlyMemory<byte> key) => System.Text.Encoding.Latin1.GetString(key.Span);
}
