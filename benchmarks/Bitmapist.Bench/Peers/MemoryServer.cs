using System.Net;
using Bitmapist.Server;
using Bitmapist.Server.Settings;
using Microsoft.Extensions.Logging.Abstractions;

namespace Bitmapist.Bench.Peers;

/// <summary>What the process of <see cref="PeerKind.OursWithoutLog"/> runs.</summary>
internal static class MemoryServer
{
    /// <summary>Serves on loopback until the process is killed.</summary>
    public static async Task ServeAsync(int port)
    {
        var options = new ServerOptions { Addresses = [new ListenAddress(IPAddress.Loopback, port)] };
        BitmapistServer server =
            await BitmapistServer.StartAsync(options, NullLoggerFactory.Instance).ConfigureAwait(false);
        await using (server.ConfigureAwait(false)) await server.ShutdownAsked.ConfigureAwait(false);
    }
}
