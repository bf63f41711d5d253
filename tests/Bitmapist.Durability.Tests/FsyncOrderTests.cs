using System.Text.RegularExpressions;
using Bitmapist.Durability.Tests.Syscalls;
using Bitmapist.Testing.Servers;
using Bitmapist.Testing.Wire;

namespace Bitmapist.Durability.Tests;

/// <summary>What the system is asked for, as strace sees it.</summary>
public sealed partial class FsyncOrderTests
{
    private const int Writes = 25;

    /// <summary>Where sends are system calls. With io_uring they are not, but asked for by the same flush.</summary>
    [Theory]
    [InlineData("epoll")]
    [InlineData("pipelines")]
    public async Task With_appendfsync_always_no_reply_leaves_before_its_bytes_are_synced(string transport)
    {
        string strace = Strace.Require();
        DirectoryInfo folder = Directory.CreateTempSubdirectory("bitmapist-test-");
        string trace = Path.Combine(folder.FullName, "trace.txt");
        int port = ServerProcess.FreePort();
        using (ServerProcess traced = new(
            strace,
            [
                "-f", "-qq", "-y", "-e", "trace=pwrite64,fsync,sendto,sendmsg", "-o", trace,
                BitmapistServer.ExecutablePath, "-addr", $"127.0.0.1:{port}", "-db", "bitmapist.db", "-save", "0",
                "-appendfsync", "always", "-io-transport", transport,
            ],
            folder.FullName))
        {
            Assert.True(traced.WaitForPong(port), traced.Output);
            using RawConnection connection = await RawConnection.ConnectAsync(port);
            for (int i = 0; i < Writes; i++)
                Assert.Equal(":0", ReplyText.Render(await connection.AskAsync($"SETBIT key {i} 1")));
            await connection.SendAsync("SHUTDOWN NOSAVE");
            Assert.Equal(0, traced.WaitForExit());
        }

        AssertOrder(File.ReadLines(trace));
        folder.Delete(recursive: true);
    }

    /// <summary>One client asked one write at a time: write, fsync and reply must take turns.</summary>
    private static void AssertOrder(IEnumerable<string> lines)
    {
        int written = 0, synced = 0, replied = 0;
        foreach (string line in lines)
        {
            if (LogWrite().IsMatch(line)) written++;
            else if (LogSynced().IsMatch(line)) synced = written;
            else if (Reply().IsMatch(line))
            {
                Assert.True(synced > replied, $"reply {replied + 1} left with {synced} of {written} writes synced");
                replied++;
            }
        }

        Assert.Equal(Writes, replied);
    }

    // A record of the log, not the 56 bytes of a segment's header at its beginning.
    [GeneratedRegex(@"pwrite64\(\d+<[^>]*\.log\.\d+>.*, \d+, (?!0\))\d+[ )]")]
    private static partial Regex LogWrite();

    // Done at once, or resumed: only the log's thread syncs while the server runs.
    [GeneratedRegex(@"fsync\(\d+<[^>]*\.log\.\d+>\) += 0|<\.\.\. fsync resumed>.*= 0")]
    private static partial Regex LogSynced();

    [GeneratedRegex(@"send(to|msg)\(.*"":0\\r\\n""")]
    private static partial Regex Reply();
}
