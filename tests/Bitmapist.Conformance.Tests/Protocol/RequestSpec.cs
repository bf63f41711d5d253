using System.Text;
using Bitmapist.Testing.Servers;
using Bitmapist.Testing.Wire;

namespace Bitmapist.Conformance.Tests.Protocol;

/// <summary>
/// Raw bytes in, raw bytes out (redis.io/docs/reference/protocol-spec): arrays of bulk strings, inline commands with
/// their quoting, and what Redis replies before it closes on anything else. Each row is sent whole, then byte by byte.
/// </summary>
public abstract class RequestSpec(ITestServer server) : ConformanceSpec(server)
{
    private const string Quit = "*1\r\n$4\r\nQUIT\r\n";

    [Theory]
    [InlineData("*1\r\n$4\r\nPING\r\n", "+PONG\r\n")]
    [InlineData("*1\r\n$4\r\nping\r\n*2\r\n$4\r\nECHO\r\n$3\r\na\r\n\r\n", "+PONG\r\n$3\r\na\r\n\r\n")]
    [InlineData("*2\r\n$3\r\nGET\r\n$0\r\n\r\n", "$-1\r\n")]
    [InlineData("*1\r\n$0\r\n\r\n", "-ERR unknown command '', with args beginning with: \r\n")]
    [InlineData("*0\r\n*1\r\n$4\r\nPING\r\n", "+PONG\r\n")]
    [InlineData("*-1\r\n*1\r\n$4\r\nPING\r\n", "+PONG\r\n")]
    [InlineData("*-9\r\nPING\r\n", "+PONG\r\n")]
    [InlineData("*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$2\r\n\r\n\r\n*2\r\n$3\r\nGET\r\n$1\r\nk\r\n", "+OK\r\n$2\r\n\r\n\r\n")]
    public Task Takes_arrays_of_bulk_strings(string request, string replies) =>
        CheckBytesAsync(request + Quit, replies + "+OK\r\n");

    // Redis skips the two bytes after a bulk string without looking at them.
    [Theory]
    [InlineData("*1\r\n$4\r\nPINGxx*1\r\n$4\r\nPING\r\n", "+PONG\r\n+PONG\r\n")]
    [InlineData("*1\r\n$4\r\nPING\n\n", "+PONG\r\n")]
    public Task Does_not_read_the_end_of_a_bulk_string(string request, string replies) =>
        CheckBytesAsync(request + Quit, replies + "+OK\r\n");

    [Theory]
    [InlineData("PING\r\n", "+PONG\r\n")]
    [InlineData("PING\n", "+PONG\r\n")]
    [InlineData("\r\n\n  \r\nPING\r\n", "+PONG\r\n")]
    [InlineData("  PING \t x \r\n", "$1\r\nx\r\n")]
    [InlineData("ECHO \"a\\x00\\n\\r\\t\\b\\a\\\"\\\\\" \r\n", "$9\r\na\0\n\r\t\b\a\"\\\r\n")]
    [InlineData("ECHO 'a\\'b\\n\"'\r\n", "$6\r\na'b\\n\"\r\n")]
    [InlineData("ECHO a\"b\"\r\n", "$2\r\nab\r\n")]
    [InlineData("ECHO a'b c'\r\n", "$4\r\nab c\r\n")]
    [InlineData("ECHO \"\\xzz\\q\\xFf\"\r\n", "$5\r\nxzzq\xff\r\n")]
    [InlineData("ECHO \"\"\r\nECHO ''\r\n", "$0\r\n\r\n$0\r\n\r\n")]
    [InlineData("PING\rPING\r\n", "$4\r\nPING\r\n")]
    [InlineData("$4\r\nPING\r\n", "-ERR unknown command '$4', with args beginning with: \r\n+PONG\r\n")]
    [InlineData("+OK\r\n", "-ERR unknown command '+OK', with args beginning with: \r\n")]
    [InlineData("SET k v\r\n*2\r\n$3\r\nGET\r\n$1\r\nk\r\nGET k\r\n", "+OK\r\n$1\r\nv\r\n$1\r\nv\r\n")]
    public Task Takes_inline_commands(string request, string replies) =>
        CheckBytesAsync(request + Quit, replies + "+OK\r\n");

    [Theory]
    [InlineData("*x\r\n", "invalid multibulk length")]
    [InlineData("*\r\n", "invalid multibulk length")]
    [InlineData("* 1\r\n", "invalid multibulk length")]
    [InlineData("*+1\r\n", "invalid multibulk length")]
    [InlineData("*01\r\n", "invalid multibulk length")]
    [InlineData("*2147483648\r\n", "invalid multibulk length")]
    [InlineData("*99999999999999999999\r\n", "invalid multibulk length")]
    [InlineData("*1\r\n:4\r\n", "expected '$', got ':'")]
    [InlineData("*1\r\n*1\r\n", "expected '$', got '*'")]
    [InlineData("*1\r\n\r\n", "expected '$', got ' '")]
    [InlineData("*3\r\n$3\r\nSET\r\n$1\r\nk\r\n:5\r\n", "expected '$', got ':'")]
    [InlineData("*1\r\n$x\r\n", "invalid bulk length")]
    [InlineData("*1\r\n$\r\n", "invalid bulk length")]
    [InlineData("*1\r\n$-1\r\n", "invalid bulk length")]
    [InlineData("*1\r\n$04\r\n", "invalid bulk length")]
    [InlineData("*1\r\n$+4\r\n", "invalid bulk length")]
    [InlineData("*1\r\n$536870913\r\n", "invalid bulk length")]
    [InlineData("*1\r\n$999999999999\r\n", "invalid bulk length")]
    [InlineData("SET k \"a\r\n", "unbalanced quotes in request")]
    [InlineData("SET k 'a\r\n", "unbalanced quotes in request")]
    [InlineData("SET k \"a\"b\r\n", "unbalanced quotes in request")]
    [InlineData("SET k 'a'b\r\n", "unbalanced quotes in request")]
    public Task Names_the_protocol_error_and_closes(string request, string error) =>
        CheckBytesAsync(request, $"-ERR Protocol error: {error}\r\n");

    [Theory]
    [InlineData("", "too big inline request")]
    [InlineData("*", "too big mbulk count string")]
    [InlineData("*1\r\n$", "too big bulk count string")]
    public async Task Refuses_lines_longer_than_64_KiB(string start, string error)
    {
        const int LineBytes = 64 * 1024 + 1; // One byte more than the limit, so that nothing is left unread.
        string line = start + new string('1', LineBytes - (start.Length == 5 ? 1 : start.Length));
        Assert.Equal($"-ERR Protocol error: {error}\r\n", await ExchangeAsync(line, piece: line.Length));
    }

    [Fact]
    public Task Answers_what_came_before_the_error() => CheckBytesAsync(
        "*1\r\n$4\r\nPING\r\nECHO x\r\n*x\r\n",
        "+PONG\r\n$1\r\nx\r\n-ERR Protocol error: invalid multibulk length\r\n");

    // A browser can be tricked into posting commands to a server in its own network
    // (redis.io calls it cross protocol scripting).
    [Theory]
    [InlineData("POST / HTTP/1.1\r\n")]
    [InlineData("Host: localhost\r\n")]
    public Task Closes_on_words_of_HTTP(string request) => CheckBytesAsync(request, "");

    [Fact]
    public async Task Runs_nothing_after_QUIT()
    {
        const string Request = "SET quit v\r\nQUIT\r\nSET quit w\r\n";
        Assert.Equal("+OK\r\n+OK\r\n", await ExchangeAsync(Request, piece: Request.Length));
        Assert.Equal("'v'", await Server.SendAsync("GET quit"));
    }

    [Theory]
    [InlineData("*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$5\r\nab")]
    [InlineData("*3\r\n$3\r\nSET\r\n$1\r\nk\r\n")]
    [InlineData("SET k v")]
    [InlineData("*")]
    public async Task Drops_a_command_cut_off_by_the_end(string request)
    {
        await Server.SendAsync("DEL k");
        using RawConnection connection = await RawConnection.ConnectAsync(Server.Port);
        await connection.SendBytesAsync(Encoding.Latin1.GetBytes("PING\r\n" + request));
        Assert.Equal("+PONG", ReplyText.Render(await connection.ReceiveAsync()));
        connection.EndSending();
        Assert.Empty(await connection.ReceiveUntilClosedAsync());
        Assert.Equal("$nil", await Server.SendAsync("GET k"));
    }

    [Theory]
    [InlineData("*2\r\n$3\r\nGET\r\n$1048577\r\n", "-ERR Protocol error: invalid bulk length\r\n")]
    [InlineData("*2\r\n$3\r\nGET\r\n$1\r\nk\r\n" + Quit, "$-1\r\n+OK\r\n")]
    public async Task Refuses_an_argument_that_is_longer_than_configured(string request, string replies)
    {
        await Server.SendAsync("CONFIG SET proto-max-bulk-len 1mb");
        try
        {
            await CheckBytesAsync(request, replies);
        }
        finally
        {
            await Server.SendAsync("CONFIG SET proto-max-bulk-len 512mb");
        }
    }

    private async Task CheckBytesAsync(string request, string replies)
    {
        foreach (int piece in new[] { request.Length, 1 })
        {
            await Server.SendAsync("FLUSHALL");
            Assert.Equal(replies, await ExchangeAsync(request, piece));
        }
    }

    private async Task<string> ExchangeAsync(string request, int piece)
    {
        using RawConnection connection = await RawConnection.ConnectAsync(Server.Port);
        byte[] bytes = Encoding.Latin1.GetBytes(request);
        for (int at = 0; at < bytes.Length; at += piece) await connection.SendBytesAsync(bytes.AsMemory(at, piece));
        return Encoding.Latin1.GetString(await connection.ReceiveUntilClosedAsync());
    }
}

[Trait("Server", "bitmapist")]
public sealed class BitmapistRequest(BitmapistServer server) : RequestSpec(server), IClassFixture<BitmapistServer>;

[Trait("Server", "redis")]
public sealed class RedisRequest(RedisServer server) : RequestSpec(server), IClassFixture<RedisServer>;
