using System.Text;
using Bitmapist.Testing.Servers;
using Bitmapist.Testing.Wire;

namespace Bitmapist.Conformance.Tests.Access;

/// <summary>Who has not logged in may send 10 arguments of 16 KiB, so that a stranger cannot fill the memory.</summary>
public abstract class UnauthenticatedLimitSpec(ITestServer server) : AccessSpec(server)
{
    private const string Refused = "-NOAUTH Authentication required.\r\n";

    [Fact]
    public Task More_arguments_end_the_connection() => WithPasswordAsync(async () =>
    {
        Assert.Equal(
            "-ERR Protocol error: unauthenticated multibulk length\r\n",
            await AskUntilClosedAsync("*11\r\n$4\r\nPING\r\n"u8.ToArray()));
        Assert.Equal(
            Refused + "-ERR Protocol error: unauthenticated multibulk length\r\n",
            await AskUntilClosedAsync("*2\r\n$4\r\nECHO\r\n$1\r\nx\r\n*11\r\n"u8.ToArray()));
    });

    [Fact]
    public Task Longer_arguments_end_the_connection() => WithPasswordAsync(async () => Assert.Equal(
        "-ERR Protocol error: unauthenticated bulk length\r\n",
        await AskUntilClosedAsync("*2\r\n$4\r\nECHO\r\n$16385\r\n"u8.ToArray())));

    [Fact]
    public Task As_much_as_allowed_is_answered() => WithPasswordAsync(async () =>
    {
        using RawConnection stranger = await RawConnection.ConnectAsync(Server.Port);
        string ten = "DEL" + string.Concat(Enumerable.Repeat(" " + new string('k', 16_384), 9));
        Assert.Equal(Refused, Encoding.Latin1.GetString(await stranger.AskAsync(ten)));
    });

    [Fact]
    public Task A_login_lifts_the_limits_at_once_and_a_reset_brings_them_back() => WithPasswordAsync(async () =>
    {
        string eleven = "DEL" + string.Concat(Enumerable.Repeat(" k", 11));
        using RawConnection client = await RawConnection.ConnectAsync(Server.Port);
        List<byte[]> replies =
            await client.AskAllAsync(["PING", "AUTH " + Password, eleven, "RESET", "PING", eleven]);
        Assert.Equal(
            Refused + "+OK\r\n:0\r\n+RESET\r\n" + Refused + "-ERR Protocol error: unauthenticated multibulk length\r\n",
            string.Concat(replies.Select(Encoding.Latin1.GetString)));
    });

    [Fact]
    public async Task A_flood_of_strangers_is_refused_and_counted()
    {
        const int Strangers = 200;
        await WithPasswordAsync(async () =>
        {
            await Parallel.ForEachAsync(Enumerable.Range(0, Strangers), async (_, _) =>
            {
                using RawConnection stranger = await RawConnection.ConnectAsync(Server.Port);
                Assert.Equal(Refused, Encoding.Latin1.GetString(await stranger.AskAsync("FLUSHALL")));
            });
        });
        string errors = await Server.SendAsync("INFO errorstats");
        Assert.Matches($"errorstat_NOAUTH:count=[2-9]\\d\\d", errors);
    }

    private async Task WithPasswordAsync(Func<Task> run)
    {
        using RawConnection admin = await RawConnection.ConnectAsync(Server.Port);
        await admin.AskAsync($"CONFIG SET requirepass {Password}");
        try
        {
            await run();
        }
        finally
        {
            await admin.AskAsync("CONFIG SET requirepass ''");
        }
    }
}

[Trait("Server", "bitmapist")]
public sealed class BitmapistUnauthenticatedLimit(BitmapistServer server) : UnauthenticatedLimitSpec(server),
    IClassFixture<BitmapistServer>;

[Trait("Server", "redis")]
public sealed class RedisUnauthenticatedLimit(RedisServer server) : UnauthenticatedLimitSpec(server),
    IClassFixture<RedisServer>;
