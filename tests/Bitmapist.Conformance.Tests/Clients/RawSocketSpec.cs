using System.Globalization;
using System.Text;
using Bitmapist.Testing.Servers;
using Bitmapist.Testing.Wire;

namespace Bitmapist.Conformance.Tests.Clients;

/// <summary>
/// Clients that no library would be: everything at once, one byte at a time, too much, nonsense, or gone.
/// </summary>
public abstract class RawSocketSpec(ITestServer server) : ConformanceSpec(server)
{
    private static readonly string[] s_conversation =
    [
        "SET k foobar", "BITCOUNT k", "GET k", "SETBIT k 100 1", "STRLEN k", "MULTI", "GETBIT k 100", "PING", "EXEC",
        "NOSUCH x", """ECHO "a\r\n\x00b" """, "KEYS *", "CONFIG GET databases", "HELLO 3", "CONFIG GET databases",
        "GET missing",
    ];

    [Fact]
    public async Task Pipelined_commands_are_answered_in_order()
    {
        using RawConnection connection = await RawConnection.ConnectAsync(Server.Port);
        IEnumerable<string> commands = Enumerable.Range(0, 20_000).Select(number => $"ECHO {number}");
        List<byte[]> replies = await connection.AskAllAsync(commands);
        Assert.All(replies.Index(), reply => Assert.Equal($"'{reply.Index}'", ReplyText.Render(reply.Item)));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(7)]
    public async Task Split_commands_get_the_replies_of_whole_ones(int pieceBytes)
    {
        List<string> whole = await ConverseAsync(pieceBytes: int.MaxValue);
        Assert.Equal(whole, await ConverseAsync(pieceBytes));
    }

    [Fact]
    public async Task A_pipeline_of_many_megabytes_is_read_before_its_replies_are()
    {
        const int Commands = 30_000;
        string padding = new('x', 1000);
        byte[] frame = CommandLine.Encode($"ECHO {padding}");
        byte[] pipeline = [.. Enumerable.Repeat(frame, Commands).SelectMany(bytes => bytes)]; // 31 MB
        using RawConnection connection = await RawConnection.ConnectAsync(Server.Port);
        await connection.SendBytesAsync(pipeline); // Fails where the server stops reading while nobody reads replies.
        await connection.SendAsync("PING");
        List<byte[]> replies = await connection.ReceiveAsync(Commands + 1);
        Assert.All(replies.SkipLast(1), reply => Assert.Equal(1009, reply.Length)); // $1000, the string, two line ends
        Assert.Equal("+PONG", ReplyText.Render(replies[^1]));
    }

    [Fact]
    public async Task A_large_value_arrives_whole_at_a_slow_reader()
    {
        await Server.SendAsync("FLUSHALL");
        await Server.SendAsync("SETBIT k 67108863 1"); // 8 MB
        using RawConnection slow = await RawConnection.ConnectAsync(Server.Port);
        await slow.SendAsync("GET k");
        await Eventually.AMomentAsync();
        Assert.Equal(":1", await Server.SendAsync("GETBIT k 67108863")); // Nobody waits for the slow one.
        byte[] value = ReplyText.BulkContent(await slow.ReceiveAsync())!;
        Assert.Equal(8 * 1024 * 1024, value.Length);
        Assert.Equal(1, value[^1]);
        Assert.Equal(1, value.Sum(part => part));
    }

    [Fact]
    public async Task A_large_value_can_be_sent()
    {
        byte[] value = new byte[16 * 1024 * 1024];
        value[^1] = 0x03;
        using RawConnection connection = await RawConnection.ConnectAsync(Server.Port);
        await connection.SendBytesAsync(CommandLine.Encode(["SET"u8.ToArray(), "large"u8.ToArray(), value]));
        Assert.Equal("+OK", ReplyText.Render(await connection.ReceiveAsync()));
        Assert.Equal(":2", ReplyText.Render(await connection.AskAsync("BITCOUNT large")));
        Assert.Equal(":16777216", ReplyText.Render(await connection.AskAsync("STRLEN large")));
        Assert.Equal(":134217726", ReplyText.Render(await connection.AskAsync("BITPOS large 1")));
    }

    [Fact]
    public async Task Garbage_harms_nobody_else()
    {
        int seed = Random.Shared.Next();
        Random random = new(seed);
        using RawConnection witness = await RawConnection.ConnectAsync(Server.Port);
        for (int round = 0; round < 100; round++)
        {
            byte[] garbage = new byte[random.Next(1, 2000)];
            random.NextBytes(garbage);
            garbage[0] = random.Next(3) switch { 0 => (byte)'*', 1 => (byte)'$', _ => garbage[0] };
            using RawConnection connection = await RawConnection.ConnectAsync(Server.Port);
            await connection.SendBytesAsync(garbage);
            if (random.Next(2) == 0) connection.Reset();
            string pong = ReplyText.Render(await witness.AskAsync("PING"));
            Assert.Equal($"+PONG after round {round} of seed {seed}", $"{pong} after round {round} of seed {seed}");
        }
    }

    [Fact]
    public async Task Clients_that_vanish_with_replies_under_way_harm_nobody_else()
    {
        await Server.SendAsync("FLUSHALL");
        await Server.SendAsync("SETBIT k 8000000 1"); // 1 MB
        for (int round = 0; round < 20; round++)
        {
            using RawConnection connection = await RawConnection.ConnectAsync(Server.Port);
            for (int question = 0; question < 20; question++) await connection.SendAsync("GET k");
            connection.Reset();
        }
        Assert.Equal(":1", await Server.SendAsync("BITCOUNT k"));
    }

    [Fact]
    public async Task Hundreds_of_connections_are_served()
    {
        List<RawConnection> connections = [];
        for (int count = 0; count < 300; count++) connections.Add(await RawConnection.ConnectAsync(Server.Port));
        byte[][] replies = await Task.WhenAll(
            connections.Index().Select(entry => entry.Item.AskAsync($"ECHO {entry.Index}")));
        Assert.All(replies.Index(), reply => Assert.Equal($"'{reply.Index}'", ReplyText.Render(reply.Item)));
        connections.ForEach(connection => connection.Dispose());
    }

    [Fact]
    public async Task Marks_of_many_connections_at_once_are_all_kept()
    {
        const int Writers = 20;
        const int Marks = 2000;
        await Server.SendAsync("FLUSHALL");
        await Task.WhenAll(Enumerable.Range(0, Writers).Select(async writer =>
        {
            using RawConnection connection = await RawConnection.ConnectAsync(Server.Port);
            IEnumerable<string> marks = Enumerable.Range(0, Marks).Select(
                mark => string.Create(CultureInfo.InvariantCulture, $"SETBIT k {mark * Writers + writer} 1"));
            foreach (byte[] reply in await connection.AskAllAsync(marks)) Assert.Equal(":0", ReplyText.Render(reply));
        }));
        Assert.Equal($":{Writers * Marks}", await Server.SendAsync("BITCOUNT k"));
        Assert.Equal($":{Writers * Marks}", await Server.SendAsync("BITPOS k 0"));
    }

    private async Task<List<string>> ConverseAsync(int pieceBytes)
    {
        await Server.SendAsync("FLUSHALL");
        using RawConnection connection = await RawConnection.ConnectAsync(Server.Port);
        byte[] bytes = [.. s_conversation.SelectMany(CommandLine.Encode)];
        for (int at = 0; at < bytes.Length; at += Math.Min(pieceBytes, bytes.Length))
            await connection.SendBytesAsync(bytes.AsMemory(at, Math.Min(pieceBytes, bytes.Length - at)));
        List<byte[]> raw = await connection.ReceiveAsync(s_conversation.Length);
        List<string> replies = [.. raw.Select(reply => ReplyText.Render(reply))];
        replies.RemoveAt(Array.IndexOf(s_conversation, "HELLO 3")); // It names the connection's id.
        return replies;
    }
}

[Trait("Server", "bitmapist")]
public sealed class BitmapistRawSocket(BitmapistServer server) : RawSocketSpec(server), IClassFixture<BitmapistServer>;

[Trait("Server", "redis")]
public sealed class RedisRawSocket(RedisServer server) : RawSocketSpec(server), IClassFixture<RedisServer>;
