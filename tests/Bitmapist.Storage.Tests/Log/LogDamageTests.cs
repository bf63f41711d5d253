using System.Buffers.Binary;
using Bitmapist.Storage.Files;
using Bitmapist.Storage.Log;
using Bitmapist.Testing.Files;

namespace Bitmapist.Storage.Tests.Log;

public sealed class LogDamageTests
{
    private static readonly string[] s_words = ["one", "two", "three", "four", "five"];

    [Fact]
    public void A_log_cut_at_any_byte_opens_with_the_records_before_the_cut()
    {
        byte[] whole = WriteWords().ReadAll(LogText.Segment(1));
        for (int cut = 0; cut <= whole.Length; cut++)
        {
            SimulatedFileSystem disk = new();
            disk.WriteAll(LogText.Segment(1), whole.AsSpan(0, cut));
            List<string> records = LogText.Replay(disk, 1, out LogRecoveryResult result);
            Assert.Equal(s_words.Take(records.Count), records);
            int kept = records.Count == 0 && cut < SegmentHeader.Bytes ? 0 : EndOf(records.Count);
            Assert.Equal(cut - kept, result.TornBytes);
            Assert.Equal(kept > 0 ? 2 : 1, result.NextSequence);
            Assert.True(cut < EndOf(Math.Min(records.Count + 1, s_words.Length)) || cut == whole.Length);

            // What was cut stays cut, and the log goes on behind it.
            Assert.Equal(records, LogText.Replay(disk, 1, out LogRecoveryResult again));
            Assert.Equal(0, again.TornBytes);
            LogText.Write(disk, again.NextSequence, "more");
            Assert.Equal([.. records, "more"], LogText.Replay(disk));
        }
    }

    [Fact]
    public void A_log_with_any_bit_of_any_byte_flipped_opens_with_a_prefix_or_refuses_by_name()
    {
        byte[] whole = WriteWords().ReadAll(LogText.Segment(1));
        for (int at = 0; at < whole.Length; at++)
        {
            for (int bit = 0; bit < 8; bit++)
            {
                byte[] flipped = [.. whole];
                flipped[at] ^= (byte)(1 << bit);
                SimulatedFileSystem disk = new();
                disk.WriteAll(LogText.Segment(1), flipped);
                bool inLastRecord = at >= EndOf(s_words.Length - 1);
                if (inLastRecord)
                {
                    Assert.Equal(s_words[..^1], LogText.Replay(disk));
                    continue;
                }

                CorruptFileException refused = Assert.Throws<CorruptFileException>(() => LogText.Replay(disk));
                Assert.Equal(LogText.Segment(1), refused.Path);
                Assert.Equal(StartOfWhatHolds(at), refused.Offset);
                Assert.Equal(flipped, disk.ReadAll(LogText.Segment(1)));
            }
        }
    }

    [Fact]
    public void A_log_with_any_stretch_overwritten_opens_with_a_prefix_or_refuses_by_name()
    {
        SimulatedFileSystem written = new();
        string[] words = [.. Enumerable.Range(0, 60).Select(i => new string((char)('a' + i % 26), i * i % 97))];
        LogText.Write(written, 1, words);
        byte[] whole = written.ReadAll(LogText.Segment(1));
        int opened = 0, refused = 0;
        for (int seed = 0; seed < 3000; seed++)
        {
            Random random = new(seed);
            byte[] damaged = [.. whole];
            Span<byte> stretch = damaged.AsSpan(random.Next(damaged.Length));
            stretch = stretch[..random.Next(Math.Min(stretch.Length, 300))];
            if (random.Next(2) == 0) stretch.Clear();
            else random.NextBytes(stretch);
            SimulatedFileSystem disk = new();
            disk.WriteAll(LogText.Segment(1), damaged);
            try
            {
                List<string> records = LogText.Replay(disk);
                Assert.True(words.Take(records.Count).SequenceEqual(records), $"seed {seed}");
                opened++;
            }
            catch (CorruptFileException e)
            {
                Assert.Equal(LogText.Segment(1), e.Path);
                refused++;
            }
        }

        Assert.True(opened > 50 && refused > 2000, $"{opened} opened, {refused} refused");
    }

    [Fact]
    public void Zeros_behind_the_last_record_are_a_torn_tail()
    {
        SimulatedFileSystem disk = WriteWords();
        byte[] whole = disk.ReadAll(LogText.Segment(1));
        disk.WriteAll(LogText.Segment(1), [.. whole, .. new byte[5000]]);
        Assert.Equal(s_words, LogText.Replay(disk, 1, out LogRecoveryResult result));
        Assert.Equal((5000, LogText.Segment(1), whole.Length),
            (result.TornBytes, result.TornPath, result.TornOffset));
        Assert.Equal(whole, disk.ReadAll(LogText.Segment(1)));
    }

    [Fact]
    public void A_whole_record_behind_damage_is_found_at_any_distance()
    {
        SimulatedFileSystem disk = WriteWords();
        byte[] whole = disk.ReadAll(LogText.Segment(1));
        byte[] last = whole[EndOf(s_words.Length - 1)..];
        Random random = new(3);
        foreach (int gap in new[] { 1, 8, 9, 10, (1 << 20) - 9, (1 << 20) - 3, 1 << 20, (1 << 20) + 5 })
        {
            byte[] junk = new byte[gap];
            random.NextBytes(junk);
            disk.WriteAll(LogText.Segment(1), [.. whole, .. junk, .. last]);
            CorruptFileException refused = Assert.Throws<CorruptFileException>(() => LogText.Replay(disk));
            Assert.Equal((FileDefect.Damaged, whole.Length), (refused.Defect, refused.Offset));
        }
    }

    [Fact]
    public void A_torn_large_record_whose_bytes_look_like_headers_is_still_cut_in_time()
    {
        SimulatedFileSystem disk = WriteWords();
        byte[] whole = disk.ReadAll(LogText.Segment(1));
        // Every offset of the torn payload claims to be a batch of 64 KiB and 257 bytes.
        byte[] torn = new byte[8 << 20];
        for (int i = 0; i < torn.Length; i++) torn[i] = (byte)(i % 4 == 3 ? 0 : 1);
        BinaryPrimitives.WriteInt32LittleEndian(torn.AsSpan(4), torn.Length);
        disk.WriteAll(LogText.Segment(1), [.. whole, .. torn]);
        Assert.Equal(s_words, LogText.Replay(disk));
    }

    [Fact]
    public void Damage_in_a_segment_that_a_later_one_notes_as_whole_refuses()
    {
        SimulatedFileSystem disk = WriteWords();
        LogText.Write(disk, 2, "later");
        byte[] first = disk.ReadAll(LogText.Segment(1));
        for (int cut = 0; cut < first.Length; cut++)
        {
            disk.WriteAll(LogText.Segment(1), first.AsSpan(0, cut));
            CorruptFileException refused = Assert.Throws<CorruptFileException>(() => LogText.Replay(disk));
            Assert.Equal(LogText.Segment(1), refused.Path);
        }

        disk.WriteAll(LogText.Segment(1), first);
        Assert.Equal([.. s_words, "later"], LogText.Replay(disk));
    }

    [Fact]
    public void A_segment_cut_before_a_later_one_notes_it_as_whole_ends_the_log()
    {
        SimulatedFileSystem disk = WriteWords();
        byte[] header = new byte[SegmentHeader.Bytes];
        new SegmentHeader(LogText.Id, 2, EndOf(5)).Write(header);
        byte[] record = disk.ReadAll(LogText.Segment(1))[EndOf(4)..];
        disk.WriteAll(LogText.Segment(2), [.. header, .. record]);
        Assert.Equal([.. s_words, "five"], LogText.Replay(disk));

        byte[] first = disk.ReadAll(LogText.Segment(1));
        foreach (int torn in new[] { 0, 4 })
        {
            SimulatedFileSystem cut = disk.Clone();
            cut.WriteAll(LogText.Segment(1), first.AsSpan(0, EndOf(3) + torn));
            Assert.Equal(s_words[..3], LogText.Replay(cut, 1, out LogRecoveryResult result));
            Assert.Equal((2, torn + header.Length + record.Length), (result.NextSequence, result.TornBytes));
            Assert.False(cut.Exists(LogText.Segment(2)));
        }

        disk.WriteAll(LogText.Segment(1), [.. first, .. record]);
        CorruptFileException refused = Assert.Throws<CorruptFileException>(() => LogText.Replay(disk));
        Assert.Equal((LogText.Segment(1), first.Length), (refused.Path, refused.Offset));
    }

    [Fact]
    public void A_missing_segment_refuses()
    {
        SimulatedFileSystem disk = WriteWords();
        LogText.Write(disk, 2, "two");
        LogText.Write(disk, 3, "three");
        disk.Delete(LogText.Segment(2));
        CorruptFileException middle = Assert.Throws<CorruptFileException>(() => LogText.Replay(disk));
        Assert.Equal((FileDefect.MissingSegment, LogText.Segment(2)), (middle.Defect, middle.Path));

        disk.Delete(LogText.Segment(1));
        CorruptFileException first = Assert.Throws<CorruptFileException>(() => LogText.Replay(disk));
        Assert.Equal((FileDefect.MissingSegment, LogText.Segment(1)), (first.Defect, first.Path));
        Assert.Equal(["three"], LogText.Replay(disk, 3, out _));
    }

    [Fact]
    public void No_segment_at_all_is_an_empty_log()
    {
        Assert.Empty(LogText.Replay(new SimulatedFileSystem(), 17, out LogRecoveryResult result));
        Assert.Equal(17, result.NextSequence);
    }

    [Fact]
    public void Another_databases_segment_refuses_and_stays_even_where_it_would_be_a_leftover()
    {
        SimulatedFileSystem disk = WriteWords();
        foreach (long first in new[] { 1, 2 })
        {
            CorruptFileException refused = Assert.Throws<CorruptFileException>(
                () => LogRecovery.Recover(disk, LogText.Database, Guid.NewGuid(), first, (in LogRecord _) => { }));
            Assert.Equal((FileDefect.OtherDatabase, LogText.Segment(1)), (refused.Defect, refused.Path));
        }

        Assert.Equal(s_words, LogText.Replay(disk));
    }

    [Fact]
    public void A_segment_under_another_number_refuses()
    {
        SimulatedFileSystem disk = WriteWords();
        disk.WriteAll(LogText.Segment(2), disk.ReadAll(LogText.Segment(1)));
        CorruptFileException refused = Assert.Throws<CorruptFileException>(() => LogText.Replay(disk));
        Assert.Equal((LogText.Segment(2), 32), (refused.Path, refused.Offset));
    }

    [Fact]
    public void A_newer_format_refuses_by_version()
    {
        SimulatedFileSystem disk = WriteWords();
        byte[] segment = disk.ReadAll(LogText.Segment(1));
        segment[8] = 2;
        BinaryPrimitives.WriteUInt32LittleEndian(segment.AsSpan(52), Crc32C.Compute(segment.AsSpan(0, 52)));
        disk.WriteAll(LogText.Segment(1), segment);
        CorruptFileException refused = Assert.Throws<CorruptFileException>(() => LogText.Replay(disk));
        Assert.Equal(FileDefect.NewerFormat, refused.Defect);
        Assert.Contains("version 2", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_record_kind_of_a_later_version_refuses()
    {
        SimulatedFileSystem disk = WriteWords();
        byte[] record = new byte[RecordFormat.HeaderBytes];
        RecordFormat.WriteHeader(record, (RecordKind)3, []);
        disk.WriteAll(LogText.Segment(1), [.. disk.ReadAll(LogText.Segment(1)), .. record]);
        CorruptFileException refused = Assert.Throws<CorruptFileException>(() => LogText.Replay(disk));
        Assert.Equal((FileDefect.NewerFormat, EndOf(5)), (refused.Defect, refused.Offset));
    }

    [Fact]
    public void Names_that_only_look_like_segments_are_let_alone()
    {
        SimulatedFileSystem disk = WriteWords();
        string[] strangers =
            [LogText.Database + ".log.1", LogText.Database + ".log.000001.bak", LogText.Database + ".log.x"];
        foreach (string stranger in strangers) disk.WriteAll(stranger, "not a segment"u8);
        Assert.Empty(LogText.Replay(disk, 9, out _));
        Assert.All(strangers, stranger => Assert.True(disk.Exists(stranger)));
        Assert.False(disk.Exists(LogText.Segment(1)));
    }

    private static SimulatedFileSystem WriteWords()
    {
        SimulatedFileSystem disk = new();
        LogText.Write(disk, 1, s_words);
        return disk;
    }

    /// <summary>Where the record begins that a byte belongs to, or the header.</summary>
    private static int StartOfWhatHolds(int at) =>
        Enumerable.Range(0, s_words.Length).Select(EndOf).Where(start => start <= at).DefaultIfEmpty().Max();

    /// <summary>Where the first <paramref name="count"/> words end in their segment.</summary>
    private static int EndOf(int count) =>
        SegmentHeader.Bytes + s_words.Take(count).Sum(word => RecordFormat.HeaderBytes + word.Length);
}
