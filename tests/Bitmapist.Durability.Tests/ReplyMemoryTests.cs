using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Bitmapist.Testing.Servers;
using Bitmapist.Testing.Wire;

namespace Bitmapist.Durability.Tests;

/// <summary>
/// What the executable occupies while a client asks for much and reads little: 1.3 GB of replies to a request of 0.4
/// MB.
/// </summary>
public sealed class ReplyMemoryTests(BitmapistServer server) : IClassFixture<BitmapistServer>
{
    private const int Gets = 20_000;
    private const int ValueBytes = 64_000;
    private const long GrowthBytesMax = 150_000_000;
    private static readonly byte[] s_reply = Ascii($"${ValueBytes}\r\n{new string('v', ValueBytes)}\r\n");

    [Theory]
    [InlineData("MULTI", "EXEC")]
    [InlineData("PING", "PING")]
    public async Task Unread_replies_are_not_held_as_bytes_and_go_with_their_client(string first, string last)
    {
        Prerequisite.Require(OperatingSystem.IsLinux(), "/proc is Linux's");
        using RawConnection observer = await RawConnection.ConnectAsync(server.Port);
        await observer.AskAsync($"SET key {new string('v', ValueBytes)}");
        long before = ResidentBytes();
        for (int round = 0; round < 3; round++)
        {
            using RawConnection client = await RawConnection.ConnectAsync(server.Port);
            await client.SendBytesAsync(Requests(first, last));
            await Eventually.AMomentAsync(500);
            Assert.InRange(ResidentBytes() - before, long.MinValue, GrowthBytesMax);
            Assert.InRange(await ClientBytesAsync(observer), 1, 400_000_000);
            client.Reset();
            for (int i = 0; await ClientBytesAsync(observer) > 100_000; i++)
            {
                Assert.True(i < 1000, "what the client was to get is still held");
                await Eventually.AMomentAsync(10);
            }
        }

        Assert.InRange(ResidentBytes() - before, long.MinValue, GrowthBytesMax);
    }

    [Fact]
    public async Task A_transactions_replies_arrive_whole_at_a_client_that_reads_slowly()
    {
        Prerequisite.Require(OperatingSystem.IsLinux(), "/proc is Linux's");
        using RawConnection observer = await RawConnection.ConnectAsync(server.Port);
        await observer.AskAsync($"SET key {new string('v', ValueBytes)}");
        long before = ResidentBytes();
        using Socket client = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await client.ConnectAsync(
            new IPEndPoint(IPAddress.Loopback, server.Port), TestContext.Current.CancellationToken);
        await client.SendAsync(Requests("MULTI", "EXEC"), TestContext.Current.CancellationToken);
        await AssertNextAsync(client, Ascii("+OK\r\n"));
        for (int i = 0; i < Gets; i++) await AssertNextAsync(client, Ascii("+QUEUED\r\n"));
        await AssertNextAsync(client, Ascii($"*{Gets}\r\n"));
        await observer.AskAsync("SET key changed"); // after EXEC, before its replies are read
        for (int i = 0; i < Gets; i++)
        {
            if (i % 4000 == 0)
            {
                await Eventually.AMomentAsync(100);
                Assert.InRange(ResidentBytes() - before, long.MinValue, GrowthBytesMax);
            }

            await AssertNextAsync(client, s_reply);
        }
    }

    private static byte[] Ascii(string text) => Encoding.ASCII.GetBytes(text);

    private static byte[] Requests(string first, string last)
    {
        byte[] get = CommandLine.Encode("GET key");
        return
        [
            .. CommandLine.Encode(first), .. Enumerable.Repeat(get, Gets).SelectMany(bytes => bytes),
            .. CommandLine.Encode(last),
        ];
    }

    private static async Task AssertNextAsync(Socket client, byte[] expected)
    {
        byte[] received = new byte[expected.Length];
        using CancellationTokenSource silence = new(Testing.Limits.SilenceMs);
        for (int count = 0; count < received.Length;)
        {
            int more = await client.ReceiveAsync(received.AsMemory(count), silence.Token);
            Assert.NotEqual(0, more);
            count += more;
        }

        Assert.True(expected.AsSpan().SequenceEqual(received), "a reply is not what it should be");
    }

    private static async Task<long> ClientBytesAsync(RawConnection observer)
    {
        string info = ReplyText.Render(await observer.AskAsync("INFO memory"));
        const string Field = "mem_clients_normal:";
        string value = info[(info.IndexOf(Field, StringComparison.Ordinal) + Field.Length)..];
        return long.Parse(value[..value.IndexOfAny(['\r', '\\'])], CultureInfo.InvariantCulture);
    }

    private long ResidentBytes()
    {
        string line = File.ReadLines($"/proc/{server.Process.Id}/status")
            .First(line => line.StartsWith("VmRSS:", StringComparison.Ordinal));
        string kib = line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1];
        return long.Parse(kib, CultureInfo.InvariantCulture) * 1024;
    }
}
