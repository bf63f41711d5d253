using System.Globalization;
using System.Text;
using Bitmapist.Fuzz.Targets;
using Bitmapist.Resp.Requests;

namespace Bitmapist.Resp.Tests.Requests;

/// <summary>Every limit of the reader, at its last good value and one above, whole and in pieces.</summary>
public sealed class RequestLimitsTests
{
    private const string TooBigInline = "-ERR Protocol error: too big inline request";
    private const string TooBigCount = "-ERR Protocol error: too big mbulk count string";
    private const string TooBigLength = "-ERR Protocol error: too big bulk count string";

    [Fact]
    public void Inline_line_may_have_64_kib()
    {
        string word = new('a', RespLimits.LineBytesMax);
        AssertReads($"[{word}] {RespLimits.LineBytesMax + 1}", $"{word}\n");
        AssertReads($"[{word[..^1]}] {RespLimits.LineBytesMax + 1}", $"{word[..^1]}\r\n");
        AssertReads(TooBigInline, $"{word}a\n");
        AssertReads(TooBigInline, $"{word}\r\n");
        AssertReads(TooBigInline, $"{word}a");
        AssertReads("", word);
    }

    [Fact]
    public void Count_line_may_have_64_kib()
    {
        string digits = new('1', RespLimits.LineBytesMax);
        AssertReads("-ERR Protocol error: invalid multibulk length", $"*{digits[..^1]}\r\n");
        AssertReads("", $"*{digits[..^1]}");
        AssertReads("", $"*{digits[..^1]}\r");
        AssertReads(TooBigCount, $"*{digits}\r\n");
        AssertReads(TooBigCount, $"*{digits}");
    }

    [Fact]
    public void Length_line_may_have_64_kib()
    {
        string digits = new('1', RespLimits.LineBytesMax);
        AssertReads("-ERR Protocol error: invalid bulk length", $"*2\r\n$1\r\na\r\n${digits[..^1]}\r\n");
        AssertReads("", $"*2\r\n$1\r\na\r\n${digits[..^1]}");
        AssertReads(TooBigLength, $"*2\r\n$1\r\na\r\n${digits}\r\n");
        AssertReads(TooBigLength, $"*2\r\n$1\r\na\r\n${digits}");
    }

    [Fact]
    public void Line_hidden_by_a_nul_ends_at_64_kib()
    {
        string rest = new('a', RespLimits.LineBytesMax - 2);
        AssertReads("", $"\0\n{rest}");
        AssertReads(TooBigInline, $"\0\n{rest}a");
        AssertReads("", $"*\0{rest}");
        AssertReads(TooBigCount, $"*\0{rest}\r");
        AssertReads("", $"*9\r\n$\0{rest}");
        AssertReads(TooBigLength, $"*9\r\n$\0{rest}\r");
    }

    [Fact]
    public void Argument_may_have_proto_max_bulk_len_bytes()
    {
        AssertReads("[12345] 15", "*1\r\n$5\r\n12345\r\n", reader => reader.BulkBytesMax = 5);
        AssertReads("-ERR Protocol error: invalid bulk length", "*1\r\n$6\r\n", reader => reader.BulkBytesMax = 5);
        AssertReads("", "*1\r\n$536870912\r\n");
        AssertReads("-ERR Protocol error: invalid bulk length", "*1\r\n$536870913\r\n");
    }

    [Fact]
    public void Request_may_have_client_query_buffer_limit_bytes()
    {
        const string Request = "*2\r\n$1\r\na\r\n$5\r\n12345\r\n";
        AssertReads("[a][12345] 22", Request, reader => reader.RequestBytesMax = 22);
        AssertReads("-ERR Protocol error: too big request", Request, reader => reader.RequestBytesMax = 21);
        AssertReads("", "*3\r\n$2\r\nab\r\n$1073741797\r\n", reader => reader.BulkBytesMax = long.MaxValue);
        AssertReads("-ERR Protocol error: too big request", "*3\r\n$2\r\nab\r\n$1073741798\r\n",
            reader => reader.BulkBytesMax = long.MaxValue);
        AssertReads("-ERR Protocol error: too big request", "*1\r\n$9223372036854775807\r\n",
            reader => reader.BulkBytesMax = long.MaxValue);
        Assert.Throws<ArgumentOutOfRangeException>(() => new RequestReader { RequestBytesMax = 0 });
        Assert.Throws<ArgumentOutOfRangeException>(() =>
            new RequestReader { RequestBytesMax = RespLimits.RequestBytesMax + 1 });
    }

    [Fact]
    public void Count_may_be_any_int()
    {
        AssertReads("", "*2147483647\r\n");
        AssertReads("-ERR Protocol error: invalid multibulk length", "*2147483648\r\n");
    }

    [Fact]
    public void Unauthenticated_clients_have_ten_arguments()
    {
        const string Error = "-ERR Protocol error: unauthenticated multibulk length";
        string request = "*10\r\n" + string.Concat(Enumerable.Repeat("$1\r\na\r\n", 10));
        string expected = string.Concat(Enumerable.Repeat("[a]", 10)) + " 75";
        AssertReads(expected, request, reader => reader.IsAuthenticated = false);
        AssertReads(Error, "*11\r\n$1\r\na\r\n", reader => reader.IsAuthenticated = false);
        AssertReads("", "*11\r\n$1\r\na\r\n");
    }

    [Fact]
    public void Unauthenticated_clients_have_16_kib_per_argument()
    {
        string argument = new('a', RespLimits.UnauthenticatedBulkBytesMax);
        AssertReads($"[{argument}] {4 + 8 + 16384 + 2}", $"*1\r\n$16384\r\n{argument}\r\n",
            reader => reader.IsAuthenticated = false);
        AssertReads("-ERR Protocol error: unauthenticated bulk length", $"*1\r\n$16385\r\n",
            reader => reader.IsAuthenticated = false);
    }

    [Fact]
    public void Authentication_takes_effect_between_two_pipelined_requests()
    {
        byte[] input = Encoding.ASCII.GetBytes("*1\r\n$4\r\nAUTH\r\n*11\r\n" +
            string.Concat(Enumerable.Repeat("$1\r\na\r\n", 11)));
        var reader = new RequestReader { IsAuthenticated = false };
        Assert.Equal(RequestStatus.Complete, reader.Read(input, out int consumedBytes));
        reader.IsAuthenticated = true;
        Assert.Equal(RequestStatus.Complete, reader.Read(input.AsMemory(consumedBytes), out _));
        Assert.Equal(11, reader.Request.Count);
    }

    private static void AssertReads(string expected, string stream, Action<RequestReader>? prepare = null)
    {
        byte[] bytes = Encoding.Latin1.GetBytes(stream);
        foreach (int pieceBytes in (int[])[bytes.Length, 1, 7, 4096])
        {
            var reader = new RequestReader();
            prepare?.Invoke(reader);
            string actual = RequestTranscript.Of(reader, bytes, () => pieceBytes);
            Assert.True(expected == actual, string.Create(CultureInfo.InvariantCulture,
                $"Pieces of {pieceBytes}: expected {Head(expected)}, got {Head(actual)}"));
        }
    }

    private static string Head(string text) => text.Length <= 100 ? text : $"{text[..100]}… ({text.Length} characters)";
}
