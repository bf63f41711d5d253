using Bitmapist.Testing.Servers;

namespace Bitmapist.Durability.Tests.Syscalls;

/// <summary>Calls that fail while the server starts: it refuses by name, and the database is what it was.</summary>
public sealed class FailedStartTests
{
    private const string Look =
        "?access,?faccessat,?faccessat2,?stat,?lstat,newfstatat,statx"; // whatever tells that a file is there

    [Theory]
    [InlineData(Look + ":error=EIO", "bitmapist.db", "Input/output error")]
    [InlineData(Look + ":error=EACCES", "bitmapist.db", "Permission denied")]
    [InlineData("flock:error=ENOLCK", "bitmapist.db.lock", "No locks available")]
    [InlineData("flock:error=EIO", "bitmapist.db.lock", "Input/output error")]
    [InlineData(Strace.Open + ":error=EIO", "bitmapist.db", "Input/output error")]
    [InlineData("pread64:error=EIO", "bitmapist.db", "Input/output error")]
    [InlineData(Strace.Fsync + ":error=EIO", "bitmapist.db", "Input/output error")]
    public async Task A_start_that_cannot_be_sure_of_the_database_leaves_it_as_it_is(
        string fault, string name, string reason)
    {
        using BitmapistServer server = BitmapistServer.With("-save", "0");
        Assert.Equal(":0", await ((ITestServer)server).SendAsync("SETBIT saved 1 1"));
        Assert.Equal(0, server.Stop());
        byte[] before = File.ReadAllBytes(server.DatabasePath);
        using (ServerProcess failing = Strace.StartServer(
            server.Folder, fault, [Path.Combine(server.Folder, name)],
            "-addr", $"127.0.0.1:{ServerProcess.FreePort()}", "-db", server.DatabasePath))
        {
            Assert.Equal(1, failing.WaitForExit());
            Assert.Contains(name, failing.Output, StringComparison.Ordinal);
            Assert.Contains(reason, failing.Output, StringComparison.Ordinal);
        }

        Assert.Equal(before, File.ReadAllBytes(server.DatabasePath));
        server.Start();
        Assert.Equal(":1", await ((ITestServer)server).SendAsync("GETBIT saved 1"));
    }
}
