using System.Buffers;
using System.Text;
using Bitmapist.Fuzz;
using Bitmapist.Fuzz.Targets;
using Bitmapist.Resp.Requests;
using Bitmapist.Resp.Tests.Requests;
using Bitmapist.Resp.Writing;

namespace Bitmapist.Resp.Tests.Redis;

/// <summary>
/// Sends streams to redis-server as they are, and compares its replies, byte for byte, with those that the requests and
/// errors our reader finds in them would get. ECHO and the error for unknown commands show what Redis took for
/// arguments.
/// </summary>
public sealed class RequestsAgainstRedisTests(
    RedisServer redis, ProtectedRedisServer protectedRedis, ITestOutputHelper output)
    : IClassFixture<RedisServer>, IClassFixture<ProtectedRedisServer>
{
    [Theory]
    [MemberData(nameof(RequestTable.Rows), MemberType = typeof(RequestTable))]
    public async Task Redis_reads_the_table_as_we_do(string stream, string expected)
    {
        byte[] bytes = Escaped.ToBytes(stream);
        Assert.Equal(expected, RequestTranscript.Of(new RequestReader(), bytes, () => bytes.Length));
        await AssertSameAsync(redis, bytes, new RequestReader(), ReplyOfRedis);
    }

    [Fact]
    public async Task Redis_reads_random_and_damaged_streams_as_we_do()
    {
        int seed = Environment.TickCount;
        output.WriteLine($"seed {seed}");
        var random = new Random(seed);
        var target = new RequestTarget();
        for (int run = 0; run < 1_000; run++)
        {
            byte[] stream = Mutator.Mutate(target.Generate(random), target.Tokens, random);
            await AssertSameAsync(redis, stream, new RequestReader(), ReplyOfRedis);
        }
    }

    [Theory]
    [InlineData("ECHO ", 65_531, "\n")]
    [InlineData("ECHO ", 65_530, "\r\n")]
    [InlineData("", 65_537, "")]
    [InlineData("*", 65_535, "\r\n")]
    [InlineData("*", 65_536, "")]
    [InlineData("*1\r\n$", 65_535, "\r\n")]
    [InlineData("*1\r\n$", 65_536, "")]
    [InlineData("\0", 65_536, "")]
    [InlineData("*\0", 65_535, "")]
    [InlineData("*2\r\n$4\r\nECHO\r\n$70000\r\n", 70_000, "\r\n")]
    public async Task Redis_has_the_same_limit_of_a_line(string start, int digits, string end)
    {
        byte[] stream = Encoding.ASCII.GetBytes(start + new string('1', digits) + end);
        await AssertSameAsync(redis, stream, new RequestReader(), ReplyOfRedis);
    }

    [Theory]
    [InlineData(@"*10\r\n$1\r\na\r\n$1\r\na\r\n$1\r\na\r\n$1\r\na\r\n$1\r\na\r\n$1\r\na\r\n$1\r\na\r\n$1\r\na\r\n" +
        @"$1\r\na\r\n$1\r\na\r\nGET k\r\n")]
    [InlineData(@"GET k\r\n*11\r\n$1\r\na\r\n")]
    [InlineData(@"*2\r\n$4\r\nECHO\r\n$16385\r\n")]
    [InlineData(@"*2\r\n$4\r\nECHO\r\n$16384\r\n")]
    [InlineData(@"GET a b c d e f g h i j k l m n o p q r s t\r\n*x\r\n")]
    public async Task Redis_grants_the_unauthenticated_as_much(string stream) =>
        await AssertSameAsync(protectedRedis, Escaped.ToBytes(stream), new RequestReader { IsAuthenticated = false },
            static (request, writer) =>
            {
                // Redis looks for the command before it looks for the password.
                if (request.Is(0, "GET"u8) && request.Count != 2)
                    writer.WriteError("ERR wrong number of arguments for 'get' command"u8);
                else if (request.Is(0, "GET"u8)) writer.WriteError("NOAUTH Authentication required."u8);
                else ReplyOfRedis(request, writer);
            });

    private delegate void Answer(Request request, RespWriter writer);

    private static async Task AssertSameAsync(RedisServer redis, byte[] stream, RequestReader reader, Answer answer)
    {
        byte[] replies = await redis.ExchangeAsync(stream, TestContext.Current.CancellationToken);
        var expected = new ArrayBufferWriter<byte>();
        int position = 0;
        RequestStatus status;
        while ((status = reader.Read(stream.AsMemory(position), out int consumedBytes)) == RequestStatus.Complete)
        {
            answer(reader.Request, new RespWriter(expected, RespVersion.Resp2));
            position += consumedBytes;
        }

        if (status == RequestStatus.Invalid) new RespWriter(expected, RespVersion.Resp2).WriteError(reader.Error);
        string what = $"{Escaped.From(stream)}\nexpected {Escaped.From(expected.WrittenSpan)}";
        Assert.True(expected.WrittenSpan.SequenceEqual(replies), $"{what}\nRedis: {Escaped.From(replies)}");
    }

    private static void ReplyOfRedis(Request request, RespWriter writer)
    {
        bool isEcho = request.Is(0, "ECHO"u8);
        bool isPing = request.Is(0, "PING"u8);
        if (isPing && request.Count == 1) writer.WriteSimpleString("PONG"u8);
        else if ((isEcho || isPing) && request.Count == 2) writer.WriteBulkString(request[1]);
        else if (isEcho) writer.WriteError("ERR wrong number of arguments for 'echo' command"u8);
        else if (isPing) writer.WriteError("ERR wrong number of arguments for 'ping' command"u8);
        else writer.WriteError(UnknownCommand(request));
    }

    /// <summary>Redis 7.0 shows 128 bytes of the name and as many of the arguments, each up to its first NUL.</summary>
    private static byte[] UnknownCommand(Request request)
    {
        const int ShownBytesMax = 128;
        var arguments = new List<byte>();
        for (int i = 1; i < request.Count && arguments.Count < ShownBytesMax; i++)
            arguments.AddRange([.. "'"u8, .. Shown(request[i], ShownBytesMax - arguments.Count), .. "' "u8]);
        return
        [
            .. "ERR unknown command '"u8, .. Shown(request[0], ShownBytesMax), .. "', with args beginning with: "u8,
            .. arguments,
        ];
    }

    private static byte[] Shown(ReadOnlySpan<byte> argument, int bytesMax)
    {
        int nul = argument.IndexOf((byte)0);
        ReadOnlySpan<byte> text = nul < 0 ? argument : argument[..nul];
        return text[..Math.Min(text.Length, bytesMax)].ToArray();
    }
}
