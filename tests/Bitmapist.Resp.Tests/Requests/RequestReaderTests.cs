using Bitmapist.Fuzz;
using Bitmapist.Fuzz.Targets;
using Bitmapist.Resp.Requests;

namespace Bitmapist.Resp.Tests.Requests;

public sealed class RequestReaderTests
{
    [Theory]
    [MemberData(nameof(RequestTable.Rows), MemberType = typeof(RequestTable))]
    public void Reads_the_table_whole(string stream, string expected)
    {
        byte[] bytes = Escaped.ToBytes(stream);
        Assert.Equal(expected, RequestTranscript.Of(new RequestReader(), bytes, () => bytes.Length));
    }

    [Theory]
    [MemberData(nameof(RequestTable.Rows), MemberType = typeof(RequestTable))]
    public void Reads_the_table_one_byte_at_a_time(string stream, string expected) =>
        Assert.Equal(expected, RequestTranscript.Of(new RequestReader(), Escaped.ToBytes(stream), () => 1));

    [Theory]
    [MemberData(nameof(RequestTable.Rows), MemberType = typeof(RequestTable))]
    public void Reads_the_table_cut_at_every_point(string stream, string expected)
    {
        byte[] bytes = Escaped.ToBytes(stream);
        for (int cut = 1; cut < bytes.Length; cut++)
        {
            int pieceBytes = cut;
            Assert.Equal(expected, RequestTranscript.Of(new RequestReader(), bytes, () =>
            {
                int next = pieceBytes;
                pieceBytes = bytes.Length;
                return next;
            }));
        }
    }

    [Fact]
    public void A_request_inside_one_input_is_read_in_place()
    {
        byte[] input = "*2\r\n$4\r\nECHO\r\n$1\r\nx\r\n"u8.ToArray();
        var reader = new RequestReader();
        Assert.Equal(RequestStatus.Complete, reader.Read(input, out _));
        input[^3] = (byte)'y';
        Assert.Equal("y"u8, reader.Request[1]);
        Assert.Equal(0, reader.BufferedBytes);
    }

    [Fact]
    public void An_unfinished_request_shows_in_the_buffered_bytes()
    {
        var reader = new RequestReader();
        Assert.Equal(RequestStatus.Incomplete, reader.Read("*1\r\n$4\r\nPI"u8.ToArray(), out int consumedBytes));
        Assert.Equal(10, consumedBytes);
        Assert.Equal(10, reader.BufferedBytes);
        Assert.Equal(RequestStatus.Complete, reader.Read("NG\r\n*1\r\n"u8.ToArray(), out consumedBytes));
        Assert.Equal(4, consumedBytes);
        Assert.Equal(0, reader.BufferedBytes);
        Assert.Equal(14, reader.Request.TotalBytes);
    }

    [Fact]
    public void Nothing_is_read_after_an_error()
    {
        var reader = new RequestReader();
        Assert.Equal(RequestStatus.Invalid, reader.Read("*x\r\n"u8.ToArray(), out _));
        Assert.Equal(RequestStatus.Invalid, reader.Read("PING\r\n"u8.ToArray(), out _));
        Assert.Equal("ERR Protocol error: invalid multibulk length"u8, reader.Error);
    }

    [Fact]
    public void Empty_input_is_incomplete()
    {
        var reader = new RequestReader();
        Assert.Equal(RequestStatus.Incomplete, reader.Read(default, out int consumedBytes));
        Assert.Equal(0, consumedBytes);
    }

    [Fact]
    public void Words_compare_without_regard_to_case()
    {
        var reader = new RequestReader();
        reader.Read("gEtBiT key `\r\n"u8.ToArray(), out _);
        Assert.True(reader.Request.Is(0, "GETBIT"u8));
        Assert.False(reader.Request.Is(0, "GETBITS"u8));
        Assert.False(reader.Request.Is(0, "GETBIN"u8));
        Assert.False(reader.Request.Is(2, "@"u8)); // differ by 0x20, yet are not letters
    }

    [Fact]
    public void Arguments_behind_the_last_are_out_of_range()
    {
        var reader = new RequestReader();
        reader.Read("a b c\r\n"u8.ToArray(), out _);
        reader.Read("a\r\n"u8.ToArray(), out _);
        Assert.Throws<ArgumentOutOfRangeException>(() => reader.Request.Memory(1));
        Assert.Throws<ArgumentOutOfRangeException>(() => reader.Request.Memory(-1));
    }
}
