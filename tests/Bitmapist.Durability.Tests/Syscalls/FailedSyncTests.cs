using Bitmapist.Testing.Servers;
using Bitmapist.Testing.Wire;

namespace Bitmapist.Durability.Tests.Syscalls;

/// <summary>fsync fails below the runtime, which does not report it: nobody may be told that all is well.</summary>
public sealed class FailedSyncTests : IDisposable
{
    private readonly BitmapistServer _server = BitmapistServer.With("-save", "0", "-appendfsync", "always");

    public void Dispose() => _server.Dispose();

    [Theory]
    [InlineData("EIO")]
    [InlineData("ENOSPC")]
    [InlineData("EINVAL")]
    public async Task A_write_whose_fsync_failed_is_not_acknowledged(string error)
    {
        using RawConnection client = await RawConnection.ConnectAsync(_server.Port);
        Assert.Equal(":0", await AskAsync(client, "SETBIT key 1 1"));
        using FaultInjection fault = FaultInjection.Attach(_server.Process, $"{Strace.Fsync}:error={error}");
        Assert.NotEqual(":0", await AskOrEndAsync(client, "SETBIT key 2 1"));
        Assert.NotEqual(0, fault.Injected);
    }

    [Fact]
    public async Task A_save_whose_fsync_failed_is_an_error_and_keeps_the_log()
    {
        using RawConnection client = await RawConnection.ConnectAsync(_server.Port);
        Assert.Equal(":0", await AskAsync(client, "SETBIT key 1 1"));
        string[] before = Segments();
        using (FaultInjection.Attach(_server.Process, $"{Strace.Fsync}:error=EIO", _server.DatabasePath))
            Assert.StartsWith("-ERR", await SaveCommand.AskAsync(client), StringComparison.Ordinal);
        Assert.Empty(before.Except(Segments()));
        Assert.Equal("+OK", await SaveCommand.AskAsync(client));
        _server.Kill();
        _server.Start();
        Assert.Equal(":1", await ((ITestServer)_server).SendAsync("GETBIT key 1"));
    }

    [Fact]
    public async Task A_directory_whose_fsync_failed_is_an_error_of_the_save()
    {
        using RawConnection client = await RawConnection.ConnectAsync(_server.Port);
        Assert.Equal("+OK", await AskAsync(client, "SET key value"));
        Assert.Equal("+OK", await SaveCommand.AskAsync(client));
        Assert.Equal("+OK", await AskAsync(client, "FLUSHALL")); // the save to come writes the file anew
        Assert.Equal(":0", await AskAsync(client, "SETBIT other 1 1"));
        using (FaultInjection fault = FaultInjection.Attach(
            _server.Process, $"{Strace.Fsync}:error=EIO", _server.Folder))
        {
            Assert.StartsWith("-ERR", await SaveCommand.AskAsync(client), StringComparison.Ordinal);
            Assert.NotEqual(0, fault.Injected);
        }

        _server.Kill();
        _server.Start();
        Assert.Equal(":1", await ((ITestServer)_server).SendAsync("GETBIT other 1"));
        Assert.Equal(":0", await ((ITestServer)_server).SendAsync("EXISTS key"));
    }

    private string[] Segments() => Directory.GetFiles(_server.Folder, "*.log.*");

    private static async Task<string> AskAsync(RawConnection connection, string command) =>
        ReplyText.Render(await connection.AskAsync(command));

    /// <summary>The reply, or nothing when the connection was closed instead.</summary>
    private static async Task<string> AskOrEndAsync(RawConnection connection, string command)
    {
        try
        {
            return await AskAsync(connection, command);
        }
        catch (Exception end) when (end is IOException or System.Net.Sockets.SocketException)
        {
            return "";
        }
    }
}
