using System.Net;
using System.Net.Sockets;
using Bitmapist.Server.Settings;
using Bitmapist.Storage.Files;
using Microsoft.Extensions.Logging.Abstractions;

namespace Bitmapist.Server.Tests;

/// <summary>A start that fails leaves nothing open.</summary>
public sealed class StartTests
{
    [Fact]
    public async Task A_server_that_cannot_listen_lets_go_of_its_database_and_of_the_addresses_it_had()
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory("bitmapist-test-");
        using Socket taken = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        taken.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        taken.Listen();
        int free = Testing.Servers.ServerProcess.FreePort();
        string database = Path.Combine(folder.FullName, "bitmapist.db");
        var options = new ServerOptions
        {
            DatabasePath = database,
            Addresses =
            [
                new ListenAddress(IPAddress.Loopback, free),
                new ListenAddress(IPAddress.Loopback, ((IPEndPoint)taken.LocalEndPoint!).Port),
            ],
        };
        IOException failure = await Assert.ThrowsAsync<IOException>(
            () => BitmapistServer.StartAsync(options, NullLoggerFactory.Instance));
        Assert.StartsWith("cannot listen on 127.0.0.1:", failure.Message, StringComparison.Ordinal);
        using (IDisposable? held = PhysicalFileSystem.Instance.TryLock(database + ".lock")) Assert.NotNull(held);
        using Socket again = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        again.Bind(new IPEndPoint(IPAddress.Loopback, free));
        folder.Delete(recursive: true);
    }
}
