using Bitmapist.Conformance.Tests.Clients;
using Bitmapist.Testing.Servers;

namespace Bitmapist.Conformance.Tests.Access;

/// <summary>A unix socket beside the port: who may connect, and what becomes of its file.</summary>
public sealed class BitmapistUnixSocket : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("bitmapist-socket-");

    private string SocketPath => Path.Combine(_folder.FullName, "s");

    [Fact]
    public async Task Redis_cli_is_served_by_it_and_its_file_goes_with_the_server()
    {
        using BitmapistServer server = BitmapistServer.With("-unixsocket", SocketPath, "-unixsocketperm", "600");
        Assert.Equal("PONG\n", await CliAsync("PING"));
        Assert.Equal(
            $"unixsocket\n{SocketPath}\nunixsocketperm\n600\n", await CliAsync("CONFIG", "GET", "unixsocket*"));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, Mode(SocketPath));
        Assert.Equal(0, server.Stop());
        Assert.False(File.Exists(SocketPath), "the file is still there");
    }

    [Fact]
    public async Task What_a_killed_server_left_is_replaced_and_a_living_ones_is_not()
    {
        using BitmapistServer server = BitmapistServer.With("-unixsocket", SocketPath);
        server.Kill();
        Assert.True(File.Exists(SocketPath), "a killed server leaves its file");
        server.Start();
        Assert.Equal("PONG\n", await CliAsync("PING"));

        InvalidOperationException refused = Assert.Throws<InvalidOperationException>(
            () => BitmapistServer.With("-unixsocket", SocketPath));
        Assert.Contains("cannot listen on", refused.Message, StringComparison.Ordinal);
        Assert.Equal("PONG\n", await CliAsync("PING"));
    }

    [Theory]
    [InlineData("-unixsocketperm", "888")]
    [InlineData("-unixsocketperm", "1000")]
    [InlineData("-tls-port", "65536")]
    [InlineData("-tls-auth-clients", "perhaps")]
    [InlineData("-protected-mode", "maybe")]
    [InlineData("-addr", "tls://127.0.0.1:0")]
    public void A_setting_that_makes_no_sense_is_refused(string flag, string value)
    {
        using var server = new ServerProcess(BitmapistServer.ExecutablePath, [flag, value], _folder.FullName);
        Assert.Equal(2, server.WaitForExit());
        Assert.Contains(value, server.Output, StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Delete(recursive: true);

    private Task<string> CliAsync(params string[] command)
    {
        ClientProgram.Require("/usr/bin/redis-cli", "redis-tools");
        return ClientProgram.RunAsync("/usr/bin/redis-cli", ["-s", SocketPath, .. command]);
    }

    private static UnixFileMode Mode(string path) =>
        OperatingSystem.IsWindows() ? default : File.GetUnixFileMode(path);
}
