using System.Globalization;
using Bitmapist.Testing.Servers;
using Bitmapist.Testing.Wire;

namespace Bitmapist.Durability.Tests;

/// <summary>SLURP on the executable, between servers and kills.</summary>
public sealed class SlurpKillTests(RedisServer redis) : IClassFixture<RedisServer>
{
    private const int Keys = 2000;

    [Fact]
    public async Task What_was_copied_survives_a_kill_and_can_be_copied_on()
    {
        Prerequisite.Require(redis.SkipReason is null, redis.SkipReason);
        using RawConnection source = await RawConnection.ConnectAsync(redis.Port);
        await source.AskAsync("FLUSHALL");
        await source.AskAllAsync(Enumerable.Range(0, Keys).Select(i => $"SETBIT key{i} {i} 1"));
        await source.AskAsync("EXPIRE key7 1000");

        using BitmapistServer first = new();
        await SlurpAsync(first, redis.Port);
        first.Kill();
        first.Start();
        await AssertCopiedAsync(first);

        using BitmapistServer second = new(); // from this server, which answers as Redis does
        await SlurpAsync(second, first.Port);
        await AssertCopiedAsync(second);
        Assert.Contains($"imported {Keys} keys ({Keys} bits", second.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_does_not_copy_a_database_into_itself()
    {
        using BitmapistServer server = new();
        await ((ITestServer)server).SendAsync("SET k v");
        await ((ITestServer)server).SendAsync($"SLURP 127.0.0.1:{server.Port}");
        string info = await EndedAsync(server);
        Assert.Contains("slurp_error:the source is database 0 of this server itself", info, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_end_of_the_server_ends_a_copy_from_a_source_that_is_silent()
    {
        using System.Net.Sockets.TcpListener silent = new(System.Net.IPAddress.Loopback, 0);
        silent.Start();
        using BitmapistServer server = new();
        int port = ((System.Net.IPEndPoint)silent.LocalEndpoint).Port;
        Assert.Equal("+OK", await ((ITestServer)server).SendAsync($"SLURP 127.0.0.1:{port} PASSWORD secret"));
        Assert.Equal(0, server.Stop());
        Assert.Contains("stopped after 0 keys", server.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", server.Output, StringComparison.Ordinal);
    }

    private static async Task SlurpAsync(ITestServer server, int port)
    {
        Assert.Equal("+OK", await server.SendAsync($"SLURP 127.0.0.1:{port}"));
        Assert.Contains("slurp_status:done", await EndedAsync(server), StringComparison.Ordinal);
    }

    private static async Task<string> EndedAsync(ITestServer server)
    {
        string info = "";
        await Eventually.IsAsync(
            async () => (info = await InfoAsync(server)).Contains("slurp_in_progress:0", StringComparison.Ordinal),
            "the copy ends");
        return info;
    }

    private static Task<string> InfoAsync(ITestServer server) => server.SendAsync("INFO slurp");

    private static async Task AssertCopiedAsync(ITestServer server)
    {
        Assert.Equal($":{Keys}", await server.SendAsync("DBSIZE"));
        using RawConnection client = await RawConnection.ConnectAsync(server.Port);
        List<byte[]> bits = await client.AskAllAsync(Enumerable.Range(0, Keys).Select(i => $"GETBIT key{i} {i}"));
        Assert.All(bits, reply => Assert.Equal(":1", ReplyText.Render(reply)));
        string ttl = await server.SendAsync("TTL key7");
        Assert.InRange(int.Parse(ttl[1..], CultureInfo.InvariantCulture), 900, 1000);
    }
}
