using System.Buffers;
using System.Globalization;
using Bitmapist.Fuzz;
using Bitmapist.Resp.Replies;
using Bitmapist.Resp.Writing;

namespace Bitmapist.Resp.Tests.Redis;

/// <summary>Replies of redis-server: our writer makes the same bytes, our reader reads them.</summary>
public sealed class RepliesAgainstRedisTests(RedisServer redis) : IClassFixture<RedisServer>
{
    private delegate void WriteReply(RespWriter writer);

    [Theory]
    [InlineData("DEBUG PROTOCOL string", "$11 Hello World", "$11 Hello World")]
    [InlineData("DEBUG PROTOCOL integer", ":12345", ":12345")]
    [InlineData("DEBUG PROTOCOL double", "$5 3.141", ",3.141")]
    [InlineData("DEBUG PROTOCOL null", "$-1", "_")]
    [InlineData("DEBUG PROTOCOL array", "[:0 :1 :2]", "[:0 :1 :2]")]
    [InlineData("DEBUG PROTOCOL set", "[:0 :1 :2]", "~[:0 :1 :2]")]
    [InlineData("DEBUG PROTOCOL map", "[:0 :0 :1 :1 :2 :0]", "%[:0 #f :1 #t :2 #f]")]
    [InlineData("DEBUG PROTOCOL attrib", "$39 Some real reply following the attribute",
        "|[$14 key-popularity [$7 key:123 :90]] $39 Some real reply following the attribute")]
    [InlineData("DEBUG PROTOCOL push", "-ERR RESP2 is not supported by this command",
        ">[$16 server-cpu-usage :42] $40 Some real reply following the push reply")]
    [InlineData("DEBUG PROTOCOL verbatim", @"$25 This is a verbatim\nstring", @"=txt:This is a verbatim\nstring")]
    [InlineData("DEBUG PROTOCOL true", ":1", "#t")]
    [InlineData("DEBUG PROTOCOL bignum", "$37 1234567999999999999999999999999999999",
        "(1234567999999999999999999999999999999")]
    [InlineData("LPOP missing 2", "*-1", "_")]
    [InlineData("CONFIG GET hz", "[$2 hz $2 10]", "%[$2 hz $2 10]")]
    public async Task We_read_what_redis_writes(string command, string expected2, string expected3)
    {
        Assert.Equal(expected2, Read(await AskAsync(RespVersion.Resp2, command.Split(' '))));
        Assert.Equal(expected3, Read(await AskAsync(RespVersion.Resp3, command.Split(' '))));
    }

    [Fact]
    public async Task We_write_what_redis_writes()
    {
        await AssertSameAsync("PING", writer => writer.WriteSimpleString("PONG"u8));
        await AssertSameAsync("SELECT 0", writer => writer.WriteOk());
        await AssertSameAsync("ECHO", writer =>
            writer.WriteError("ERR wrong number of arguments for 'echo' command"u8));
        await AssertSameAsync("ECHO abc", writer => writer.WriteBulkString("abc"u8));
        await AssertSameAsync("EXISTS missing", writer => writer.WriteInteger(0));
        await AssertSameAsync("DEBUG PROTOCOL integer", writer => writer.WriteInteger(12345));
        await AssertSameAsync("GET missing", writer => writer.WriteNull());
        await AssertSameAsync("LPOP missing 2", writer => writer.WriteNullArray());
        await AssertSameAsync("SMEMBERS missing", writer => writer.WriteSetHeader(0));
        await AssertSameAsync("KEYS missing", writer => writer.WriteArrayHeader(0));
        await AssertSameAsync("DEBUG PROTOCOL true", writer => writer.WriteBoolean(true));
        await AssertSameAsync("DEBUG PROTOCOL false", writer => writer.WriteBoolean(false));
        await AssertSameAsync("DEBUG PROTOCOL verbatim", writer =>
            writer.WriteVerbatimString("txt"u8, "This is a verbatim\nstring"u8));
        await AssertSameAsync("CONFIG GET hz", writer =>
        {
            writer.WriteMapHeader(1);
            writer.WriteBulkString("hz");
            writer.WriteBulkInteger(10);
        });
    }

    [Fact]
    public async Task Pushes_look_as_those_of_redis()
    {
        var expected = new ArrayBufferWriter<byte>();
        var writer = new RespWriter(expected, RespVersion.Resp3);
        writer.WritePushHeader(2);
        writer.WriteBulkString("server-cpu-usage");
        writer.WriteInteger(42);
        writer.WriteBulkString("Some real reply following the push reply");
        byte[] replies = await AskAsync(RespVersion.Resp3, ["DEBUG", "PROTOCOL", "push"]);
        Assert.Equal(Escaped.From(expected.WrittenSpan), Escaped.From(replies));
    }

    private async Task AssertSameAsync(string command, WriteReply write)
    {
        foreach (RespVersion version in Enum.GetValues<RespVersion>())
        {
            var expected = new ArrayBufferWriter<byte>();
            write(new RespWriter(expected, version));
            byte[] replies = await AskAsync(version, command.Split(' '));
            Assert.Equal(Escaped.From(expected.WrittenSpan), Escaped.From(replies));
        }
    }

    /// <summary>The bytes that answer a command, without those that answer the HELLO ahead of it.</summary>
    private async Task<byte[]> AskAsync(RespVersion version, string[] command)
    {
        var request = new ArrayBufferWriter<byte>();
        RequestWriter.Write(request, "HELLO", version == RespVersion.Resp3 ? "3" : "2");
        RequestWriter.Write(request, command);
        byte[] stream = request.WrittenSpan.ToArray();
        byte[] replies = await redis.ExchangeAsync(stream, TestContext.Current.CancellationToken);
        Assert.Equal(ReplyStatus.Complete, new ReplyReader().Read(replies, out int helloBytes));
        return replies[helloBytes..];
    }

    private static string Read(byte[] replies)
    {
        var reader = new ReplyReader();
        var texts = new List<string>();
        int position = 0;
        while (reader.Read(replies.AsSpan(position), out int consumedBytes) == ReplyStatus.Complete)
        {
            texts.Add(reader.Reply.ToString());
            position += consumedBytes;
        }

        Assert.False(reader.IsInsideReply);
        return string.Join(' ', texts);
    }
}
