using System.Net;
using System.Net.Sockets;
using System.Text;
using Bitmapist.Testing.Servers;

namespace Bitmapist.Conformance.Tests.Connections;

/// <summary>
/// A thousand clients that send a request byte by byte, or half of one and no more, keep nobody waiting.
/// </summary>
public abstract class SlowClientsSpec(ITestServer server) : ConformanceSpec(server)
{
    private const int Each = 500;
    private static readonly byte[] s_ping = "*1\r\n$4\r\nPING\r\n"u8.ToArray();
    private static readonly byte[] s_half = "*4\r\n$6\r\nSETBIT\r\n$4\r\nhalf\r\n$1"u8.ToArray();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Others_are_answered_beside_clients_that_send_a_byte_at_a_time()
    {
        await Server.SendAsync("FLUSHALL");
        var slow = new List<Socket>();
        var halfOpen = new List<Socket>();
        try
        {
            for (int i = 0; i < Each; i++)
            {
                slow.Add(await ConnectAsync());
                halfOpen.Add(await ConnectAsync());
                await halfOpen[^1].SendAsync(s_half, Cancel);
            }

            foreach (byte one in s_ping)
            {
                foreach (Socket socket in slow) await socket.SendAsync(new[] { one }, Cancel);
                for (int id = 0; id < 20; id++)
                {
                    Assert.Equal(":0", await Server.SendAsync($"SETBIT k {id} 1"));
                    Assert.Equal(":1", await Server.SendAsync($"SETBIT k {id} 0"));
                }
            }

            foreach (Socket socket in slow) Assert.Equal("+PONG\r\n", await ReadAsync(socket));
            Assert.Equal(":0", await Server.SendAsync("EXISTS half"));
            await halfOpen[0].SendAsync("\r\n7\r\n$1\r\n1\r\n"u8.ToArray(), Cancel);
            Assert.Equal(":0\r\n", await ReadAsync(halfOpen[0]));
            Assert.Equal(":1", await Server.SendAsync("GETBIT half 7"));
        }
        finally
        {
            foreach (Socket socket in slow.Concat(halfOpen)) socket.Dispose();
        }
    }

    private async Task<Socket> ConnectAsync()
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(IPAddress.Loopback, Server.Port, Cancel);
        return socket;
    }

    private static async Task<string> ReadAsync(Socket socket)
    {
        var reply = new StringBuilder();
        var received = new byte[64];
        while (reply.Length == 0 || reply[^1] != '\n')
        {
            int count = await socket.ReceiveAsync(received, Cancel);
            Assert.True(count > 0, $"the server closed the connection after '{reply}'");
            reply.Append(Encoding.ASCII.GetString(received, 0, count));
        }

        return reply.ToString();
    }
}

[Trait("Server", "bitmapist")]
public sealed class BitmapistSlowClients(BitmapistServer server)
    : SlowClientsSpec(server), IClassFixture<BitmapistServer>;

[Trait("Server", "redis")]
public sealed class RedisSlowClients(RedisServer server) : SlowClientsSpec(server), IClassFixture<RedisServer>;
