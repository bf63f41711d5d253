using Bitmapist.Testing.Servers;
using Bitmapist.Testing.Wire;

namespace Bitmapist.Durability.Tests;

public sealed class SignalTests
{
    private const int Interrupt = 2;
    private const int Backup = 10;
    private const int Terminate = 15;

    [Theory]
    [InlineData(Terminate)]
    [InlineData(Interrupt)]
    public async Task A_stop_saves_everything_to_the_database_file_and_exits_with_0(int signal)
    {
        using BitmapistServer server = BitmapistServer.With("-save", "0");
        await MarkAsync(server, 100);
        server.Process.Signal(signal);
        Assert.Equal(0, server.Process.WaitForExit());
        await AssertMarksAsync(server.DatabasePath, 100);
    }

    [Fact]
    public async Task A_backup_signal_writes_a_database_that_opens()
    {
        using BitmapistServer server = BitmapistServer.With("-save", "0", "-bak", "backup.db");
        await MarkAsync(server, 50);
        server.Process.Signal(Backup);
        string backup = Path.Combine(server.Folder, "backup.db");
        WaitForLine(server, "backup written", count: 1);
        await MarkAsync(server, 60); // what comes later is not in it
        Assert.False(File.Exists(backup + ".new"));
        await AssertMarksAsync(backup, 50);
        server.Process.Signal(Backup);
        WaitForLine(server, "backup written", count: 2);
        await AssertMarksAsync(backup, 60);
    }

    [Fact]
    public async Task A_backup_signal_without_a_file_to_write_to_is_answered_in_the_log()
    {
        using BitmapistServer server = new();
        server.Process.Signal(Backup);
        WaitForLine(server, "no backup", count: 1);
        await MarkAsync(server, 3);
    }

    [Fact]
    public async Task A_backup_that_cannot_be_written_leaves_the_server_running()
    {
        using BitmapistServer server = BitmapistServer.With("-bak", "missing/backup.db");
        server.Process.Signal(Backup);
        WaitForLine(server, "backup failed", count: 1);
        await MarkAsync(server, 3);
        Assert.Equal(0, server.Stop());
    }

    [Fact]
    public async Task BGSAVE_TO_writes_a_database_that_opens()
    {
        using BitmapistServer server = BitmapistServer.With("-save", "0");
        await MarkAsync(server, 50);
        using RawConnection connection = await RawConnection.ConnectAsync(server.Port);
        Assert.Equal("+Background saving started", ReplyText.Render(await connection.AskAsync("BGSAVE TO copy.rdb")));
        WaitForLine(server, "backup written", count: 1);
        await MarkAsync(server, 60);
        await AssertMarksAsync(Path.Combine(server.Folder, "copy.rdb"), 50);
        string info = ReplyText.Render(await connection.AskAsync("INFO persistence"));
        Assert.Contains("bitmapist_last_backup_status:ok", info, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("BGSAVE TO ../elsewhere.db", "-ERR a backup's name is that of a file beside the database")]
    [InlineData("BGSAVE TO /tmp/elsewhere.db", "-ERR a backup's name is that of a file beside the database")]
    [InlineData("BGSAVE TO .hidden", "-ERR a backup's name is that of a file beside the database")]
    [InlineData("BGSAVE TO bitmapist.db", "-ERR the database's own files are no backup")]
    [InlineData("BGSAVE TO bitmapist.db.log.000001", "-ERR the database's own files are no backup")]
    [InlineData("BGSAVE TO", "-ERR syntax error")]
    [InlineData("BGSAVE TO a b", "-ERR syntax error")]
    public async Task BGSAVE_TO_writes_nowhere_else(string command, string error)
    {
        using BitmapistServer server = BitmapistServer.With("-save", "0");
        Assert.Equal("bitmapist.db", Path.GetFileName(server.DatabasePath));
        using RawConnection connection = await RawConnection.ConnectAsync(server.Port);
        Assert.StartsWith(error, ReplyText.Render(await connection.AskAsync(command)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task BGSAVE_TO_replaces_a_backup_and_nothing_else()
    {
        using BitmapistServer server = BitmapistServer.With("-save", "0");
        await MarkAsync(server, 5);
        using RawConnection connection = await RawConnection.ConnectAsync(server.Port);
        for (int count = 1; count <= 2; count++)
        {
            // The one before is told of before it is over.
            await Eventually.IsAsync(
                async () => !ReplyText.Render(await connection.AskAsync("BGSAVE TO copy.db")).StartsWith('-'),
                "it is begun");
            WaitForLine(server, "backup written", count);
        }

        File.WriteAllText(Path.Combine(server.Folder, "notes.txt"), "mine");
        File.WriteAllText(Path.Combine(server.Folder, "copy.db.lock"), ""); // as if a server had it
        const string Refusal = "-ERR a file of that name exists and is no backup";
        Assert.Equal(Refusal, ReplyText.Render(await connection.AskAsync("BGSAVE TO notes.txt")));
        Assert.Equal(Refusal, ReplyText.Render(await connection.AskAsync("BGSAVE TO copy.db")));
        Assert.Equal("mine", File.ReadAllText(Path.Combine(server.Folder, "notes.txt")));
    }

    [Fact]
    public async Task A_link_to_a_database_is_the_database()
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory("bitmapist-test-");
        using (BitmapistServer server = BitmapistServer.With("-save", "0"))
        {
            await MarkAsync(server, 20);
            File.CreateSymbolicLink(Path.Combine(folder.FullName, "link.db"), server.DatabasePath);
            Directory.CreateSymbolicLink(Path.Combine(folder.FullName, "linked"), server.Folder);
            Assert.Contains("in use", StartedServer.Refuses(folder.FullName, "link.db"), StringComparison.Ordinal);
            Assert.Contains(
                "in use", StartedServer.Refuses(folder.FullName, "linked/bitmapist.db"), StringComparison.Ordinal);
        }

        folder.Delete(recursive: true);
    }

    private static void WaitForLine(BitmapistServer server, string text, int count) =>
        Eventually.Is(() => server.Output.Split(text).Length == count + 1, $"{count} lines with {text}");

    private static async Task MarkAsync(BitmapistServer server, int count)
    {
        using RawConnection connection = await RawConnection.ConnectAsync(server.Port);
        List<byte[]> replies = await connection.AskAllAsync(
            Enumerable.Range(0, count).Select(i => $"SETBIT key{i % 7} {i} 1"));
        Assert.All(replies, reply => Assert.Equal((byte)':', reply[0]));
    }

    /// <summary>Starts a server over a copy of a database file alone, without its log, and counts the marks.</summary>
    private static async Task AssertMarksAsync(string databasePath, int count)
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory("bitmapist-test-");
        string copy = Path.Combine(folder.FullName, "copy.db");
        File.Copy(databasePath, copy);
        int port = ServerProcess.FreePort();
        using (ServerProcess server = new(
            BitmapistServer.ExecutablePath, ["-addr", $"127.0.0.1:{port}", "-db", copy], folder.FullName))
        {
            Assert.True(server.WaitForPong(port), server.Output);
            using RawConnection connection = await RawConnection.ConnectAsync(port);
            List<byte[]> counts = await connection.AskAllAsync(Enumerable.Range(0, 7).Select(i => $"BITCOUNT key{i}"));
            Assert.Equal(count, counts.Sum(reply => int.Parse(ReplyText.Render(reply).AsSpan(1), provider: null)));
        }

        folder.Delete(recursive: true);
    }
}
