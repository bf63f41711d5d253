using System.Buffers;
using System.Globalization;
using Bitmapist.Fuzz;
using Bitmapist.Resp.Writing;

namespace Bitmapist.Resp.Tests.Writing;

public sealed class RespWriterTests
{
    private delegate void WriteReplies(RespWriter writer);

    [Theory]
    [InlineData("OK", @"+OK\r\n")]
    [InlineData("", @"+\r\n")]
    public void Simple_string_is_a_plus_and_a_line(string text, string expected) =>
        AssertSame(expected, writer => writer.WriteSimpleString(Escaped.ToBytes(text)));

    [Fact]
    public void Ok_is_a_simple_string() => AssertSame(@"+OK\r\n", writer => writer.WriteOk());

    [Theory]
    [InlineData("ERR syntax error", @"-ERR syntax error\r\n")]
    [InlineData(@"ERR a\r\nb\n", @"-ERR a  b \r\n")]
    public void Error_is_one_line_whatever_its_text(string message, string expected) =>
        AssertSame(expected, writer => writer.WriteError(Escaped.ToBytes(message)));

    [Theory]
    [InlineData(0, @":0\r\n")]
    [InlineData(1, @":1\r\n")]
    [InlineData(9, @":9\r\n")]
    [InlineData(10, @":10\r\n")]
    [InlineData(-1, @":-1\r\n")]
    [InlineData(4294967296, @":4294967296\r\n")]
    [InlineData(long.MaxValue, @":9223372036854775807\r\n")]
    [InlineData(long.MinValue, @":-9223372036854775808\r\n")]
    public void Integer_is_decimal(long value, string expected) =>
        AssertSame(expected, writer => writer.WriteInteger(value));

    [Theory]
    [InlineData("", @"$0\r\n\r\n")]
    [InlineData("foo", @"$3\r\nfoo\r\n")]
    [InlineData(@"\x00\r\n\xff", @"$4\r\n\x00\r\n\xff\r\n")]
    public void Bulk_string_is_binary_safe(string payload, string expected) =>
        AssertSame(expected, writer => writer.WriteBulkString(Escaped.ToBytes(payload)));

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(1023)]
    [InlineData(1024)]
    [InlineData(1025)]
    [InlineData(100_000)]
    public void Bulk_string_may_have_any_length(int payloadBytes)
    {
        string payload = new('x', payloadBytes);
        string expected = string.Create(CultureInfo.InvariantCulture, $@"${payloadBytes}\r\n{payload}\r\n");
        AssertSame(expected, writer => writer.WriteBulkString(Escaped.ToBytes(payload)));
        AssertSame(expected, writer => writer.WriteBulkString(payload));
    }

    [Fact]
    public void Bulk_string_of_text_is_utf8() =>
        AssertSame(@"$3\r\n\xe2\x82\xac\r\n", writer => writer.WriteBulkString("€"));

    [Theory]
    [InlineData(0, @"$1\r\n0\r\n")]
    [InlineData(-10, @"$3\r\n-10\r\n")]
    [InlineData(long.MinValue, @"$20\r\n-9223372036854775808\r\n")]
    public void Bulk_integer_is_a_bulk_string_of_digits(long value, string expected) =>
        AssertSame(expected, writer => writer.WriteBulkInteger(value));

    [Fact]
    public void Null_is_a_missing_bulk_string_in_resp2() =>
        AssertBoth(@"$-1\r\n", @"_\r\n", writer => writer.WriteNull());

    [Fact]
    public void Null_array_is_a_missing_array_in_resp2() =>
        AssertBoth(@"*-1\r\n", @"_\r\n", writer => writer.WriteNullArray());

    [Fact]
    public void Array_header_is_the_same_in_both_versions()
    {
        AssertSame(@"*0\r\n", writer => writer.WriteArrayHeader(0));
        AssertSame(@"*2147483647\r\n", writer => writer.WriteArrayHeader(int.MaxValue));
    }

    [Fact]
    public void Map_is_a_flat_array_in_resp2()
    {
        AssertBoth(@"*6\r\n", @"%3\r\n", writer => writer.WriteMapHeader(3));
        AssertBoth(@"*4294967294\r\n", @"%2147483647\r\n", writer => writer.WriteMapHeader(int.MaxValue));
    }

    [Fact]
    public void Set_is_an_array_in_resp2() => AssertBoth(@"*3\r\n", @"~3\r\n", writer => writer.WriteSetHeader(3));

    [Fact]
    public void Push_is_an_array_in_resp2() => AssertBoth(@"*3\r\n", @">3\r\n", writer => writer.WritePushHeader(3));

    [Fact]
    public void Boolean_is_an_integer_in_resp2()
    {
        AssertBoth(@":1\r\n", @"#t\r\n", writer => writer.WriteBoolean(true));
        AssertBoth(@":0\r\n", @"#f\r\n", writer => writer.WriteBoolean(false));
    }

    [Fact]
    public void Verbatim_string_is_a_bulk_string_in_resp2()
    {
        AssertBoth(@"$4\r\na\r\nb\r\n", @"=8\r\ntxt:a\r\nb\r\n", writer =>
            writer.WriteVerbatimString("txt"u8, "a\r\nb"u8));
        AssertBoth(@"$0\r\n\r\n", @"=4\r\nmkd:\r\n", writer => writer.WriteVerbatimString("mkd"u8, default));
    }

    [Fact]
    public void Long_verbatim_string_keeps_its_format()
    {
        string text = new('x', 5000);
        AssertBoth($@"$5000\r\n{text}\r\n", $@"=5004\r\ntxt:{text}\r\n",
            writer => writer.WriteVerbatimString("txt"u8, Escaped.ToBytes(text)));
    }

    [Fact]
    public void Streamed_bulk_string_is_written_in_pieces() => AssertSame(@"$5\r\nhello\r\n", writer =>
    {
        writer.WriteBulkHeader(5);
        writer.WriteRaw("he"u8);
        writer.WriteRaw("llo"u8);
        writer.WriteBulkEnd();
    });

    [Fact]
    public void Digits_do_not_follow_the_current_culture()
    {
        CultureInfo before = CultureInfo.CurrentCulture;
        var culture = (CultureInfo)CultureInfo.InvariantCulture.Clone();
        culture.NumberFormat.NegativeSign = "~";
        culture.NumberFormat.NumberDecimalSeparator = ",";
        CultureInfo.CurrentCulture = culture;
        try
        {
            AssertSame(@":-5\r\n", writer => writer.WriteInteger(-5));
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }

    [Theory]
    [InlineData(RespVersion.Resp2)]
    [InlineData(RespVersion.Resp3)]
    public void Nothing_is_allocated(RespVersion version)
    {
        byte[] payload = new byte[5000];
        var output = new ArrayBufferWriter<byte>(1 << 20);
        WriteEverything(output, version, payload);
        output.ResetWrittenCount();

        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 50; i++) WriteEverything(output, version, payload);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    private static void WriteEverything(ArrayBufferWriter<byte> output, RespVersion version, byte[] payload)
    {
        var writer = new RespWriter(output, version);
        writer.WriteSimpleString("PONG"u8);
        writer.WriteOk();
        writer.WriteError("ERR no\r\nsuch thing"u8);
        writer.WriteInteger(1);
        writer.WriteInteger(long.MinValue);
        writer.WriteBulkString(payload.AsSpan(0, 20));
        writer.WriteBulkString(payload);
        writer.WriteBulkString("text");
        writer.WriteBulkInteger(12345);
        writer.WriteNull();
        writer.WriteNullArray();
        writer.WriteArrayHeader(2);
        writer.WriteMapHeader(2);
        writer.WriteSetHeader(2);
        writer.WritePushHeader(2);
        writer.WriteBoolean(true);
        writer.WriteVerbatimString("txt"u8, payload.AsSpan(0, 20));
        writer.WriteBulkHeader(2);
        writer.WriteRaw("ab"u8);
        writer.WriteBulkEnd();
    }

    private static void AssertSame(string expected, WriteReplies write) => AssertBoth(expected, expected, write);

    private static void AssertBoth(string expected2, string expected3, WriteReplies write)
    {
        Assert.Equal(expected2, Written(RespVersion.Resp2, write));
        Assert.Equal(expected3, Written(RespVersion.Resp3, write));
    }

    private static string Written(RespVersion version, WriteReplies write)
    {
        var output = new ArrayBufferWriter<byte>();
        var writer = new RespWriter(output, version);
        Assert.Equal(version, writer.Version);
        write(writer);
        return Escaped.From(output.WrittenSpan);
    }
}
