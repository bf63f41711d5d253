using System.Net.Sockets;
using Bitmapist.Testing.Servers;
using Bitmapist.Testing.Wire;

namespace Bitmapist.Conformance.Tests.Admin;

/// <summary>
/// redis.io/commands/shutdown: every connection is closed without a reply, and the port is free again.
/// </summary>
public abstract class ShutdownSpec(Func<ITestServer> start)
{
    [Theory]
    [InlineData("SHUTDOWN")]
    [InlineData("shutdown nosave")]
    [InlineData("SHUTDOWN SAVE")]
    [InlineData("SHUTDOWN NOW FORCE")]
    public async Task Ends_the_server(string command)
    {
        ITestServer server = start();
        using IDisposable? owned = server as IDisposable;
        Prerequisite.Require(server.SkipReason is null, server.SkipReason);
        using RawConnection other = await RawConnection.ConnectAsync(server.Port);
        using RawConnection connection = await RawConnection.ConnectAsync(server.Port);
        await connection.AskAsync("SET k v");
        await connection.SendAsync(command);
        Assert.Empty(await connection.ReceiveUntilClosedAsync());
        Assert.Empty(await other.ReceiveUntilClosedAsync());
        await Eventually.IsAsync(() => IsRefusedAsync(server.Port), "the port refuses connections");
    }

    private static async Task<bool> IsRefusedAsync(int port)
    {
        try
        {
            using RawConnection late = await RawConnection.ConnectAsync(port);
            return false;
        }
        catch (SocketException)
        {
            return true;
        }
    }
}

[Trait("Server", "bitmapist")]
public sealed class BitmapistShutdown() : ShutdownSpec(() => new BitmapistServer());

[Trait("Server", "redis")]
public sealed class RedisShutdown() : ShutdownSpec(() => new RedisServer());
