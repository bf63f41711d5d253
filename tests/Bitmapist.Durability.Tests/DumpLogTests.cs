using Bitmapist.Testing.Servers;
using Bitmapist.Testing.Wire;

namespace Bitmapist.Durability.Tests;

/// <summary>The sub-command dump-log, as somebody who debugs runs it.</summary>
public sealed class DumpLogTests : IDisposable
{
    private readonly BitmapistServer _server = new();

    private string Segment => Path.Combine(_server.Folder, "bitmapist.db.log.000001");

    public void Dispose() => _server.Dispose();

    [Fact]
    public async Task Every_effect_is_printed_as_the_command_that_has_it()
    {
        await WriteAsync(
            "SETBIT marks 7 1", "SETBIT marks 9 0", """SET "t\x00" a PXAT 99999999999999""",
            "PEXPIREAT marks 88888888888888", "PERSIST marks", "BITOP NOT inverse marks", "RENAME inverse other",
            "COPY other copied DB 3", "DEL other", "SELECT 3", "FLUSHDB");
        (int exitCode, string output) = Run(Segment); // the server has it open
        Assert.Equal(0, exitCode);
        Assert.Contains($"{Segment}: segment 1 of database ", output, StringComparison.Ordinal);
        Assert.Matches("at 56, [0-9]+ bytes, checksum matches: 1 effects", output);
        Assert.Equal(
            [
                "db0 SETBIT \"marks\" 7 1",
                "db0 SETBIT \"marks\" 9 0",
                """db0 SET "t\x00" <1 bytes, 3 bits> PXAT 99999999999999""",
                "db0 PEXPIREAT \"marks\" 88888888888888",
                "db0 PERSIST \"marks\"",
                "db0 BITOP NOT \"inverse\" \"marks\"",
                "db0 RENAME \"inverse\" \"other\"",
                "db0 COPY \"other\" \"copied\" DB 3 REPLACE",
                "db0 DEL \"other\"",
                "db3 FLUSHDB",
            ],
            output.Split('\n').Where(line => line.StartsWith("  ", StringComparison.Ordinal))
                .Select(line => line.Trim()));
        Assert.EndsWith($"at {new FileInfo(Segment).Length}, 0 bytes: end of the segment", output.TrimEnd(),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_torn_tail_is_told_from_damage()
    {
        await WriteAsync("SETBIT marks 1 1", "SETBIT marks 2 1");
        _server.Kill();
        byte[] bytes = File.ReadAllBytes(Segment);
        File.WriteAllBytes(Segment, bytes[..^1]);
        (int exitCode, string output) = Run(Segment);
        Assert.Equal(0, exitCode);
        Assert.Contains("a write that was interrupted", output, StringComparison.Ordinal);

        bytes[70] ^= 1; // within the first record
        File.WriteAllBytes(Segment, bytes);
        (exitCode, output) = Run(Segment);
        Assert.Equal(1, exitCode);
        Assert.Contains("at 56, ", output, StringComparison.Ordinal);
        Assert.Contains("DAMAGED, checksum mismatch", output, StringComparison.Ordinal);
        Assert.Equal(bytes, File.ReadAllBytes(Segment));
    }

    [Fact]
    public void What_is_no_segment_is_refused()
    {
        string foreign = Path.Combine(_server.Folder, "foreign");
        File.WriteAllText(foreign, new string('x', 100));
        (int exitCode, string output) = Run(foreign);
        Assert.Equal(2, exitCode);
        Assert.Contains("is not a bitmapist-server log segment", output, StringComparison.Ordinal);
        Assert.Equal(2, Run(Path.Combine(_server.Folder, "missing")).ExitCode);
    }

    /// <summary>One command a record: each waits for the reply of the one before.</summary>
    private async Task WriteAsync(params string[] commands)
    {
        using RawConnection client = await RawConnection.ConnectAsync(_server.Port);
        foreach (string command in commands)
            Assert.DoesNotContain(await client.AskAllAsync([command]), reply => reply[0] == (byte)'-');
    }

    private (int ExitCode, string Output) Run(string path) =>
        StartedServer.RunToEnd(_server.Folder, ["dump-log", path]);
}
