using Bitmapist.Testing.Servers;
using Bitmapist.Testing.Wire;

namespace Bitmapist.Conformance.Tests.Clients;

/// <summary>
/// What a client sends, or does not, while a long reply is on its way to it, and what others feel of it.
/// </summary>
public abstract class SlowReaderSpec(ITestServer server) : ConformanceSpec(server)
{
    private const int ValueBytes = 16 * 1024 * 1024;

    protected static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("*1\r\n$4\r\nPI")] // half a request
    [InlineData("\r\n")] // a request of nothing
    [InlineData("*1\r\n$4\r\nPING\r\n")]
    public async Task A_long_reply_arrives_whole_whatever_follows_its_request(string next)
    {
        using RawConnection client = await AskForLongValueAsync("GET k");
        await client.SendBytesAsync(System.Text.Encoding.ASCII.GetBytes(next));
        await Eventually.AMomentAsync(); // so that it is read while the reply is on its way
        AssertLongValue(await client.ReceiveAsync());
    }

    [Fact]
    public async Task Many_replies_of_middling_length_arrive_whole()
    {
        await Server.SendAsync("FLUSHALL");
        await Server.SendAsync("SETBIT m 479999 1"); // 60,000 bytes
        using RawConnection client = await RawConnection.ConnectAsync(Server.Port);
        byte[] request = CommandLine.Encode("GET m");
        byte[] pipeline = [.. Enumerable.Repeat(request, 300).SelectMany(bytes => bytes), (byte)'*', (byte)'1'];
        await client.SendBytesAsync(pipeline);
        await Eventually.AMomentAsync();
        Assert.All(await client.ReceiveAsync(300), reply => Assert.Equal(8 + 60_000 + 2, reply.Length));
    }

    [Fact]
    public async Task Long_values_inside_a_transaction_arrive_in_their_places()
    {
        using RawConnection client = await AskForLongValueAsync("MULTI");
        foreach (string command in new[] { "PING", "GET k", "STRLEN k", "GET k", "GET missing", "EXEC" })
            await client.SendAsync(command);
        List<byte[]> replies = await client.ReceiveAsync(7);
        byte[] exec = replies[^1];
        string head = $"*5\r\n+PONG\r\n${ValueBytes}\r\n";
        string middle = $"\r\n:{ValueBytes}\r\n${ValueBytes}\r\n";
        Assert.Equal(head.Length + ValueBytes + middle.Length + ValueBytes + "\r\n$-1\r\n".Length, exec.Length);
        Assert.Equal(head, System.Text.Encoding.ASCII.GetString(exec, 0, head.Length));
        Assert.Equal(middle, System.Text.Encoding.ASCII.GetString(exec, head.Length + ValueBytes, middle.Length));
    }

    [Fact]
    public async Task Others_are_served_while_a_client_sends_without_a_pause()
    {
        const int Bursts = 60, InBurst = 10_000;
        await Server.SendAsync("FLUSHALL");
        byte[] burst = [.. Enumerable.Range(0, InBurst).SelectMany(id => CommandLine.Encode($"SETBIT busy {id} 1"))];
        using RawConnection busy = await RawConnection.ConnectAsync(Server.Port);
        Task sending = Task.Run(
            async () =>
            {
                for (int i = 0; i < Bursts; i++) await busy.SendBytesAsync(burst);
            },
            Cancellation);
        Task receiving = Task.Run(() => busy.ReceiveAsync(Bursts * InBurst), Cancellation);
        for (int i = 0; i < 8; i++)
        {
            using RawConnection other = await RawConnection.ConnectAsync(Server.Port);
            Assert.Equal("+PONG", ReplyText.Render(await other.AskAsync("PING")));
        }

        Assert.False(receiving.IsCompleted);
        await Task.WhenAll(sending, receiving);
    }

    protected async Task<RawConnection> AskForLongValueAsync(string command)
    {
        await Server.SendAsync("FLUSHALL");
        await Server.SendAsync($"SETBIT k {(ValueBytes * 8L) - 1} 1");
        RawConnection client = await RawConnection.ConnectAsync(Server.Port);
        await client.SendAsync(command);
        return client;
    }

    protected static void AssertLongValue(byte[] reply)
    {
        int headBytes = $"${ValueBytes}\r\n".Length;
        Assert.Equal(headBytes + ValueBytes + 2, reply.Length);
        Assert.Equal(1, reply[headBytes + ValueBytes - 1]); // the last bit of the last byte
    }
}

[Trait("Server", "bitmapist")]
public sealed class BitmapistSlowReader(BitmapistServer server)
    : SlowReaderSpec(server), IClassFixture<BitmapistServer>
{
    // Redis drops a client, and what it was sending it, when the client ends its side: nothing obliges us to.
    [Fact]
    public async Task A_long_reply_arrives_whole_at_a_client_that_has_ended_sending()
    {
        using RawConnection client = await AskForLongValueAsync("GET k");
        client.EndSending();
        await Eventually.AMomentAsync();
        AssertLongValue(await client.ReceiveAsync());
    }
}

[Trait("Server", "redis")]
public sealed class RedisSlowReader(RedisServer server) : SlowReaderSpec(server), IClassFixture<RedisServer>;
