using System.Text;
using Bitmapist.Fuzz;
using Bitmapist.Fuzz.Targets;
using Bitmapist.Resp.Replies;

namespace Bitmapist.Resp.Tests.Replies;

public sealed class ReplyReaderTests(ITestOutputHelper output)
{
    private static readonly ReplyTarget s_target = new();

    public static TheoryData<string> CorpusFiles => [.. Corpus.Files(s_target).Select(file => Path.GetFileName(file))];

    [Theory]
    [MemberData(nameof(ReplyTable.Rows), MemberType = typeof(ReplyTable))]
    public void Reads_the_table_whole(string stream, string expected)
    {
        byte[] bytes = Escaped.ToBytes(stream);
        Assert.Equal(expected, ReplyTranscript.Of(new ReplyReader(), bytes, () => bytes.Length));
    }

    [Theory]
    [MemberData(nameof(ReplyTable.Rows), MemberType = typeof(ReplyTable))]
    public void Reads_the_table_one_byte_at_a_time(string stream, string expected) =>
        Assert.Equal(expected, ReplyTranscript.Of(new ReplyReader(), Escaped.ToBytes(stream), () => 1));

    [Theory]
    [MemberData(nameof(ReplyTable.Rows), MemberType = typeof(ReplyTable))]
    public void Reads_the_table_cut_at_every_point(string stream, string expected)
    {
        byte[] bytes = Escaped.ToBytes(stream);
        for (int cut = 1; cut < bytes.Length; cut++)
        {
            int pieceBytes = cut;
            Assert.Equal(expected, ReplyTranscript.Of(new ReplyReader(), bytes, () =>
            {
                int next = pieceBytes;
                pieceBytes = bytes.Length;
                return next;
            }));
        }
    }

    [Theory]
    [MemberData(nameof(CorpusFiles))]
    public void Corpus_is_read_the_same_however_it_is_cut(string file)
    {
        byte[] input = File.ReadAllBytes(Path.Combine(Corpus.Folder(s_target), file));
        for (int seed = 0; seed < 20; seed++) s_target.Check(input, new Random(seed));
    }

    [Fact]
    public void Random_and_damaged_streams_are_read_the_same_however_they_are_cut()
    {
        int seed = Environment.TickCount;
        output.WriteLine($"seed {seed}");
        var random = new Random(seed);
        for (int run = 0; run < 3_000; run++)
        {
            byte[] stream = s_target.Generate(random);
            s_target.Check(stream, random);
            s_target.Check(Mutator.Mutate(stream, s_target.Tokens, random), random);
        }
    }

    [Fact]
    public void Depth_is_limited()
    {
        var reader = new ReplyReader { DepthMax = 3 };
        Assert.Equal("[[[:1]]]", Read(reader, "*1\r\n*1\r\n*1\r\n:1\r\n"));
        Assert.Equal("invalid: too deep reply", Read(reader, "*1\r\n*1\r\n*1\r\n*1\r\n"));
        string nested = string.Concat(Enumerable.Repeat("*1\r\n", RespLimits.ReplyDepthMax));
        Assert.StartsWith("[[[", Read(new ReplyReader(), $"{nested}:1\r\n"), StringComparison.Ordinal);
        Assert.Equal("invalid: too deep reply", Read(new ReplyReader(), $"{nested}*0\r\n"));
    }

    [Fact]
    public void Elements_are_limited_for_the_whole_reply()
    {
        var reader = new ReplyReader { ElementsMax = 4 };
        Assert.Equal("[:1 [:2 :3]]", Read(reader, "*2\r\n:1\r\n*2\r\n:2\r\n:3\r\n"));
        Assert.Equal("%[:1 :2 :3 :4]", Read(reader, "%2\r\n:1\r\n:2\r\n:3\r\n:4\r\n"));
        Assert.Equal("invalid: too many elements", Read(reader, "*2\r\n:1\r\n*3\r\n"));
        Assert.Equal("…", Read(new ReplyReader(), $"*{RespLimits.ReplyElementsMax}\r\n"));
        Assert.Equal("invalid: too many elements", Read(new ReplyReader(), $"*{RespLimits.ReplyElementsMax + 1}\r\n"));
    }

    [Fact]
    public void Bulk_strings_are_limited()
    {
        var reader = new ReplyReader { BulkBytesMax = 3 };
        Assert.Equal("$3 foo", Read(reader, "$3\r\nfoo\r\n"));
        Assert.Equal("invalid: too long bulk string", Read(reader, "$4\r\n"));
    }

    [Fact]
    public void Lines_are_limited()
    {
        string text = new('a', RespLimits.LineBytesMax - 3);
        Assert.Equal($"+{text}", Read(new ReplyReader(), $"+{text}\r\n"));
        Assert.Equal("invalid: too long line", Read(new ReplyReader(), $"+{text}a\r\n"));
        Assert.Equal("invalid: too long line", Read(new ReplyReader(), $"+{text}aaa"));
    }

    [Fact]
    public void Announcements_allocate_little()
    {
        Read(new ReplyReader(), "*1\r\n$5\r\nab");
        byte[] input = "*16000000\r\n$500000000\r\nabc"u8.ToArray();
        var reader = new ReplyReader();
        long before = GC.GetAllocatedBytesForCurrentThread();
        ReplyStatus status = reader.Read(input, out _);
        Bounds.AtMost(8192, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.Equal(ReplyStatus.Incomplete, status);
    }

    [Fact]
    public void Long_bulk_string_in_pieces_costs_a_few_times_its_size()
    {
        const int PayloadBytes = 16 << 20;
        byte[] input = [.. "$16777216\r\n"u8, .. new byte[PayloadBytes], .. "\r\n"u8];
        var reader = new ReplyReader();
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int start = 0; start < input.Length; start += 4096)
            reader.Read(input.AsSpan(start, Math.Min(4096, input.Length - start)), out _);
        Bounds.AtMost(3L * PayloadBytes, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.Equal(PayloadBytes, reader.Reply.AsBytes().Length);
    }

    [Fact]
    public void A_reply_is_there_only_when_complete()
    {
        var reader = new ReplyReader();
        Assert.Throws<InvalidOperationException>(() => reader.Reply);
        reader.Read(":1\r\n"u8, out _);
        Assert.Equal(1, reader.Reply.AsInteger());
        reader.Read(":"u8, out _);
        Assert.Throws<InvalidOperationException>(() => reader.Reply);
    }

    [Fact]
    public void Nothing_is_read_after_an_error()
    {
        var reader = new ReplyReader();
        Assert.Equal(ReplyStatus.Invalid, reader.Read("?\r\n"u8, out _));
        Assert.Equal(ReplyStatus.Invalid, reader.Read(":1\r\n"u8, out _));
    }

    private static string Read(ReplyReader reader, string stream) =>
        ReplyTranscript.Of(reader, Encoding.ASCII.GetBytes(stream), () => stream.Length);
}
