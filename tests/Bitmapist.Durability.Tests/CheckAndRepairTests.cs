using System.Globalization;
using Bitmapist.Testing.Servers;
using Bitmapist.Testing.Wire;

namespace Bitmapist.Durability.Tests;

/// <summary>The sub-commands check and repair, as an operator runs them.</summary>
public sealed class CheckAndRepairTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("bitmapist-test-");

    private string Output => Path.Combine(_folder.FullName, "out.db");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task A_database_that_was_stopped_or_killed_is_whole_and_tells_what_it_holds()
    {
        using BitmapistServer server = new();
        await FillAsync(server);
        server.Stop();
        (int exitCode, string output) = Run("check", server.DatabasePath);
        Assert.Equal((0, "whole"), (exitCode, LastLine(output)));
        Assert.Contains("db0: 3 keys (1 with expiry), 6 bits", output, StringComparison.Ordinal);
        Assert.Contains("db5: 1 keys (0 with expiry), 1 bits", output, StringComparison.Ordinal);

        server.Start();
        await ((ITestServer)server).SendAsync("SETBIT marks 4 1");
        server.Kill();
        (exitCode, output) = Run("check", server.DatabasePath);
        Assert.Equal((0, "whole"), (exitCode, LastLine(output)));
        Assert.Contains("1 records with 1 effects", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_damaged_database_is_named_damaged_and_repaired_into_one_that_serves()
    {
        using BitmapistServer server = new();
        await FillAsync(server);
        server.Stop();
        byte[] bytes = File.ReadAllBytes(server.DatabasePath);
        bytes[bytes.AsSpan().IndexOf("\x3A\x30\0\0"u8)] ^= 1; // the head of the first bitmap
        File.WriteAllBytes(server.DatabasePath, bytes);
        (int exitCode, string output) = Run("check", server.DatabasePath);
        Assert.Equal((1, "damaged in 1 places"), (exitCode, LastLine(output)));
        Assert.Contains($"DAMAGED {server.DatabasePath} at offset ", output, StringComparison.Ordinal);

        (exitCode, output) = Run("repair", server.DatabasePath, Output);
        Assert.Equal(1, exitCode);
        Assert.Contains("LOST key \"", output, StringComparison.Ordinal);
        Assert.Contains($"{Output}: 3 keys", output, StringComparison.Ordinal);
        Assert.Equal(bytes, File.ReadAllBytes(server.DatabasePath));
        Assert.Equal(0, Run("check", Output).ExitCode);
        foreach (string log in Directory.EnumerateFiles(server.Folder, "bitmapist.db.log.*")) File.Delete(log);
        File.Move(Output, server.DatabasePath, overwrite: true);
        server.Start();
        Assert.Equal(3, await CountKeysAsync(server));
    }

    [Fact]
    public async Task A_database_in_use_is_left_alone()
    {
        using BitmapistServer server = new();
        await FillAsync(server);
        (int exitCode, string output) = Run("check", server.DatabasePath);
        Assert.Equal(2, exitCode);
        Assert.Contains("is in use by a server", output, StringComparison.Ordinal);
        Assert.Equal(2, Run("repair", server.DatabasePath, Output).ExitCode);
        Assert.False(File.Exists(Output));
    }

    [Fact]
    public async Task What_cannot_be_done_is_told_apart_from_damage()
    {
        using BitmapistServer server = new();
        await FillAsync(server);
        server.Stop();
        string missing = Path.Combine(_folder.FullName, "missing.db");
        Assert.Equal(2, Run("check", missing).ExitCode);
        Assert.Equal(2, Run("check").ExitCode);
        Assert.Equal(2, Run("repair", server.DatabasePath).ExitCode);
        Assert.Equal(2, Run("repair", server.DatabasePath, server.DatabasePath).ExitCode);
        string foreign = Path.Combine(_folder.FullName, "foreign.db");
        File.WriteAllText(foreign, "event,user,date\n1,2,3\n");
        (int exitCode, string output) = Run("check", foreign);
        Assert.Equal(2, exitCode);
        Assert.Contains("is not a bitmapist-server database", output, StringComparison.Ordinal);
        File.WriteAllText(Output + ".log.000001", "a log of what was here before");
        Assert.Equal(2, Run("repair", server.DatabasePath, Output).ExitCode);
        Assert.False(File.Exists(Output));
    }

    private static string LastLine(string output) => output.TrimEnd().Split('\n')[^1].TrimEnd();

    /// <summary>Three keys of six bits, one that expires, and one key of another database.</summary>
    private static async Task FillAsync(BitmapistServer server)
    {
        using RawConnection client = await RawConnection.ConnectAsync(server.Port);
        List<byte[]> replies = await client.AskAllAsync(
            [
                "SETBIT marks 100 1", "SETBIT marks 70000 1", "SET text a", """SET timed "\x80" EX 9999""",
                "SELECT 5", "SETBIT five 5 1",
            ]);
        Assert.DoesNotContain(replies, reply => reply[0] == (byte)'-');
    }

    /// <summary>Keys of both databases.</summary>
    private static async Task<long> CountKeysAsync(BitmapistServer server)
    {
        using RawConnection client = await RawConnection.ConnectAsync(server.Port);
        List<byte[]> replies = await client.AskAllAsync(["DBSIZE", "SELECT 5", "DBSIZE"]);
        return replies.Where(reply => reply[0] == (byte)':')
            .Sum(reply => long.Parse(reply.AsSpan(1, reply.Length - 3), CultureInfo.InvariantCulture));
    }

    private (int ExitCode, string Output) Run(params string[] arguments) =>
        StartedServer.RunToEnd(_folder.FullName, arguments);
}
