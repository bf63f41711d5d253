using System.Text;
using Bitmapist.Storage.Files;
using Bitmapist.Storage.Snapshots;
using Bitmapist.Testing.Files;

namespace Bitmapist.Storage.Tests.Snapshots;

/// <summary>
/// The filters over index runs: never a key denied, few others let through, and no read for the rest.
/// </summary>
public sealed class KeyFilterTests
{
    private readonly SimulatedFileSystem _disk = new();

    [Fact]
    public void Denies_no_key_and_nearly_every_other()
    {
        using DatabaseFile database = DatabaseFile.OpenOrCreate(_disk, Generations.Path);
        Put(database, 0, 20_000);
        IndexRun run = Assert.Single(Runs());
        KeyFilter filter = run.Filter!;
        for (int i = 0; i < 20_000; i++) Assert.True(filter.MayContain(SipHash.Compute(filter.HashKey, Key(i))));
        int passed = 0;
        for (int i = 20_000; i < 120_000; i++)
            if (filter.MayContain(SipHash.Compute(filter.HashKey, Key(i)))) passed++;
        Assert.InRange(passed, 20, 260); // 0.13 %; the key is random, so not the same each time
        Assert.InRange(run.Reference.FilterBytes, 2 * 20_000, (2 * 20_000) + 100);
    }

    [Fact]
    public void Vectors_agree_with_scalars()
    {
        Random random = new(1);
        byte[] block = new byte[32];
        int passed = 0;
        for (int i = 0; i < 100_000; i++)
        {
            uint hash = (uint)random.NextInt64();
            Array.Fill(block, (byte)0xFF);
            for (int cleared = random.Next(20); cleared > 0; cleared--)
                block[random.Next(32)] &= (byte)~(1 << random.Next(8));
            bool hasBits = KeyFilter.HasBitsScalar(block, hash);
            Assert.Equal(hasBits, KeyFilter.HasBitsVector(block, hash));
            if (hasBits) passed++;
        }

        Assert.InRange(passed, 60_000, 90_000);
    }

    [Fact]
    public void What_was_never_there_takes_no_read_and_what_is_there_one_of_the_run_that_has_it()
    {
        using DatabaseFile database = DatabaseFile.OpenOrCreate(_disk, Generations.Path);
        Put(database, 0, 5000);
        Put(database, 5000, 5100);
        Put(database, 5100, 5110);
        Assert.Equal(3, Runs().Count);
        long before = _disk.ReadBytes;
        int passed = 0;
        for (int i = 10_000; i < 20_000; i++)
        {
            if (database.MayHave(Key(i))) passed++;
            Assert.False(database.TryFind(Key(i), out _));
        }

        // Each of the others passes three filters with a chance of 0.4 %, and then takes a block or two.
        Bounds.AtMost(150, passed);
        Bounds.AtMost(150 * 2 * 4200, _disk.ReadBytes - before);
        before = _disk.ReadBytes;
        for (int i = 0; i < 5110; i++) Assert.True(database.TryFind(Key(i), out _));
        Assert.InRange((_disk.ReadBytes - before) / 5110, 500, 4400);
    }

    [Fact]
    public void A_deletion_is_in_the_filter_of_the_run_that_has_it()
    {
        using DatabaseFile database = DatabaseFile.OpenOrCreate(_disk, Generations.Path);
        Put(database, 0, 1000);
        using (GenerationWriter writer = database.BeginGeneration())
        {
            for (int i = 0; i < 1000; i += 10) writer.Delete(Key(i));
            writer.Commit(1);
        }

        Assert.Equal(2, Runs().Count);
        for (int i = 0; i < 1000; i++) Assert.Equal(i % 10 != 0, database.TryFind(Key(i), out _));
        Assert.True(database.MayHave(Key(0)));
    }

    [Fact]
    public void Every_run_has_a_filter_of_all_its_keys_however_often_runs_are_merged_and_rewritten()
    {
        DatabaseFile database = DatabaseFile.OpenOrCreate(_disk, Generations.Path);
        Generations model = new(3, 2000);
        HashSet<SipKey> hashKeys = [];
        for (int round = 0; round < 60; round++)
        {
            model.Write(database, round % 7 == 0 ? 400 : 20);
            if (round % 20 == 19)
            {
                model.Rewrite(database);
                database.Dispose();
                database = DatabaseFile.OpenOrCreate(_disk, Generations.Path);
            }

            using IFile file = _disk.Open(Generations.Path, FileOpen.ReadExisting);
            List<IndexRun> runs = Runs(file);
            SipKey[] ofRuns = [.. runs.Select(run => run.Filter!.HashKey).Distinct()];
            hashKeys.Add(Assert.Single(ofRuns)); // so that a key is hashed once for all runs
            foreach (IndexRun run in runs)
            {
                IndexCursor cursor = new(run);
                while (cursor.MoveNext())
                    Assert.True(run.Filter!.MayContain(SipHash.Compute(ofRuns[0], cursor.Key)));
            }
        }

        Assert.Equal(4, hashKeys.Count); // the first, and one of each rewritten file
        database.Dispose();
    }

    [Fact]
    public void A_run_without_keys_has_a_filter_that_denies_everything()
    {
        using IFile file = _disk.Open("/data/run", FileOpen.CreateNew);
        FileAppender output = new(file, start: 0);
        RunReference reference = new RunWriter(output).Finish();
        output.Flush();
        KeyFilter filter = KeyFilter.Build(IndexRun.LoadWithoutFilter(file, reference), SipKey.NewRandom());
        for (int i = 0; i < 1000; i++) Assert.False(filter.MayContain(SipHash.Compute(filter.HashKey, Key(i))));
    }

    [Fact]
    public void A_file_of_a_version_without_filters_is_read_and_gets_them_with_the_next_generation()
    {
        using (DatabaseFile database = DatabaseFile.OpenOrCreate(_disk, Generations.Path))
        {
            Put(database, 0, 3000);
            Put(database, 3000, 3010);
        }

        ChangeRuns(run => run with { FilterOffset = 0, FilterBytes = 0 });
        using (DatabaseFile database = DatabaseFile.OpenOrCreate(_disk, Generations.Path))
        {
            Assert.All(Runs(), run => Assert.Null(run.Filter));
            Assert.True(database.MayHave(Key(9999)));
            for (int i = 0; i < 3020; i++) Assert.Equal(i < 3010, database.TryFind(Key(i), out _));
            long[] directories = [.. Runs().Select(run => run.Reference.DirectoryOffset)];
            Put(database, 3010, 3011);
            Assert.All(Runs(), run => Assert.NotNull(run.Filter));
            Assert.Contains(Runs(), run => directories.Contains(run.Reference.DirectoryOffset)); // it was not rewritten
            for (int i = 0; i < 3020; i++) Assert.Equal(i < 3011, database.TryFind(Key(i), out _));
            Bounds.AtMost(30, Enumerable.Range(4000, 1000).Count(i => database.MayHave(Key(i))));
        }

        using DatabaseFile reopened = DatabaseFile.OpenOrCreate(_disk, Generations.Path);
        Assert.All(Runs(), run => Assert.NotNull(run.Filter));
    }

    [Fact]
    public void A_run_without_filter_that_is_damaged_stays_without_one_and_stops_no_generation()
    {
        using (DatabaseFile database = DatabaseFile.OpenOrCreate(_disk, Generations.Path)) Put(database, 0, 3000);
        ChangeRuns(run => run with { FilterOffset = 0, FilterBytes = 0 });
        Flip(_disk.ReadAll(Generations.Path).AsSpan().IndexOf("key000000"u8));
        using DatabaseFile damaged = DatabaseFile.OpenOrCreate(_disk, Generations.Path);
        Put(damaged, 2999, 3001);
        Assert.Equal([false, true], Runs().Select(run => run.Filter is not null));
        Assert.True(damaged.TryFind(Key(3000), out _));
        Assert.Throws<CorruptFileException>(() => damaged.TryFind(Key(1), out _));
    }

    [Fact]
    public void Any_flipped_bit_of_a_filter_is_refused_by_name()
    {
        using (DatabaseFile database = DatabaseFile.OpenOrCreate(_disk, Generations.Path)) Put(database, 0, 50);
        RunReference run = Assert.Single(Runs()).Reference;
        byte[] whole = _disk.ReadAll(Generations.Path);
        for (int at = 0; at < run.FilterBytes; at++)
        {
            byte[] flipped = [.. whole];
            flipped[run.FilterOffset + at] ^= (byte)(1 << (at % 8));
            _disk.WriteAll(Generations.Path, flipped);
            CorruptFileException refused = Refused();
            Assert.Equal((FileDefect.Damaged, Generations.Path, run.FilterOffset),
                (refused.Defect, refused.Path, refused.Offset));
            Assert.Contains("key filter does not match its checksum", refused.Message, StringComparison.Ordinal);
            Assert.Equal(flipped, _disk.ReadAll(Generations.Path));
        }
    }

    [Fact]
    public void A_filter_cut_off_or_in_the_wrong_place_is_refused_by_name()
    {
        using (DatabaseFile database = DatabaseFile.OpenOrCreate(_disk, Generations.Path))
        {
            Put(database, 0, 500);
            Put(database, 500, 510);
        }

        byte[] whole = _disk.ReadAll(Generations.Path);
        RunReference[] runs = [.. Runs().Select(run => run.Reference)];
        Check(run => run with { FilterBytes = run.FilterBytes - 32 }, "key filter does not match its checksum");
        Check(run => run with { FilterBytes = 40 }, "key filter does not match its checksum");
        Check(run => run with { FilterBytes = 7 }, "key filter is not within the file");
        Check(run => run with { FilterBytes = -1 }, "key filter is not within the file");
        Check(run => run with { FilterOffset = -1 }, "key filter is not within the file");
        Check(run => run with { FilterOffset = whole.Length - 39 }, "key filter is not within the file");
        Check(run => run with { FilterBytes = int.MaxValue }, "key filter is not within the file");
        Check(
            run => run with { FilterOffset = runs[1].FilterOffset, FilterBytes = runs[1].FilterBytes },
            "key filter is not the one of this index run");

        void Check(Func<RunReference, RunReference> change, string reason)
        {
            _disk.WriteAll(Generations.Path, whole);
            ChangeRuns(run => run == runs[0] ? change(run) : run);
            Assert.Contains(reason, Refused().Message, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData(1u, 0, "key filter is cut off")]
    [InlineData(1u, 31, "key filter is cut off")]
    [InlineData(2u, 7, "")] // of a kind that a later version makes: it goes without
    public void A_whole_filter_of_another_size_or_kind(uint kind, int blockBytes, string reason)
    {
        using (DatabaseFile database = DatabaseFile.OpenOrCreate(_disk, Generations.Path)) Put(database, 0, 50);
        IndexRun run = Assert.Single(Runs());
        byte[] payload = run.Filter!.Payload[..(32 + blockBytes)].ToArray();
        BitConverter.TryWriteBytes(payload, kind);
        using (IFile file = _disk.Open(Generations.Path, FileOpen.OpenExisting))
        {
            FileAppender output = new(file, run.Reference.FilterOffset);
            IndexFrame.Append(output, payload);
            output.Flush();
        }

        ChangeRuns(reference => reference with { FilterBytes = IndexFrame.HeaderBytes + payload.Length });
        if (reason.Length > 0)
        {
            Assert.Contains(reason, Refused().Message, StringComparison.Ordinal);
            return;
        }

        using DatabaseFile database2 = DatabaseFile.OpenOrCreate(_disk, Generations.Path);
        for (int i = 0; i < 60; i++) Assert.Equal(i < 50, database2.TryFind(Key(i), out _));
    }

    [Fact]
    public void A_survey_reports_a_damaged_filter_and_reads_every_key_without_it()
    {
        using (DatabaseFile database = DatabaseFile.OpenOrCreate(_disk, Generations.Path)) Put(database, 0, 500);
        IndexRun run = Assert.Single(Runs());
        byte[] whole = _disk.ReadAll(Generations.Path);
        Assert.Empty(Survey(500));
        Flip(run.Reference.FilterOffset + 100);
        Assert.Contains("key filter does not match", Assert.Single(Survey(500)).Reason, StringComparison.Ordinal);

        // Whole by its checksum, and not true: what no flipped bit does, but an error of this program could.
        _disk.WriteAll(Generations.Path, whole);
        byte[] payload = run.Filter!.Payload.ToArray();
        payload.AsSpan(32).Clear();
        using (IFile file = _disk.Open(Generations.Path, FileOpen.OpenExisting))
        {
            FileAppender output = new(file, run.Reference.FilterOffset);
            IndexFrame.Append(output, payload);
            output.Flush();
        }

        FileDamage denied = Assert.Single(Survey(500));
        Assert.Equal((run.Reference.FilterOffset, "key filter denies a key that its index run has"),
            (denied.Offset, denied.Reason));
    }

    private List<FileDamage> Survey(int keys)
    {
        List<FileDamage> damages = [];
        using DatabaseSurvey survey = DatabaseSurvey.Open(_disk, Generations.Path);
        List<SurveyedEntry> entries = [.. survey.ReadEntries(survey.Generations[0], (damage, range) =>
        {
            damages.Add(damage);
            Assert.Equal(KeyRange.None, range);
        })];
        Assert.Equal((keys, 0), (entries.Count, entries.Count(entry => entry.IsDoubtful)));
        return damages;
    }

    private CorruptFileException Refused() =>
        Assert.Throws<CorruptFileException>(() => DatabaseFile.OpenOrCreate(_disk, Generations.Path));

    private List<IndexRun> Runs()
    {
        using IFile file = _disk.Open(Generations.Path, FileOpen.ReadExisting);
        return Runs(file);
    }

    private static List<IndexRun> Runs(IFile file)
    {
        Trailer trailer = Trailer.FindNewest(file, DatabaseHeader.Read(file));
        return [.. trailer.Runs.Select(run => IndexRun.Load(file, run))];
    }

    /// <summary>Rewrites the newest trailer with other references to its runs.</summary>
    private void ChangeRuns(Func<RunReference, RunReference> change)
    {
        using IFile file = _disk.Open(Generations.Path, FileOpen.OpenExisting);
        Trailer trailer = Trailer.FindNewest(file, DatabaseHeader.Read(file));
        file.Write(trailer.Offset, (trailer with { Runs = Array.ConvertAll(trailer.Runs,
            run => change(run)) }).Encode());
    }

    private void Flip(long offset)
    {
        byte[] bytes = _disk.ReadAll(Generations.Path);
        bytes[offset] ^= 0x10;
        _disk.WriteAll(Generations.Path, bytes);
    }

    private static void Put(DatabaseFile database, int from, int to)
    {
        using GenerationWriter writer = database.BeginGeneration();
        for (int i = from; i < to; i++) writer.Put(Key(i), "meta"u8, "value"u8);
        writer.Commit(1);
    }

    private static byte[] Key(int number) => Encoding.ASCII.GetBytes($"key{number:D6}");
}
