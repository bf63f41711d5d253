using System.Runtime.InteropServices;
using System.Text.RegularExpressions;
using Bitmapist.Testing.Servers;
using Bitmapist.Testing.Wire;

namespace Bitmapist.Durability.Tests;

/// <summary>
/// A disk that takes no more, played by a limit on the size of files (setrlimit(2), RLIMIT_FSIZE) that is lowered while
/// the server runs.
/// </summary>
public sealed class FullDiskTests : IDisposable
{
    private const int FileSize = 1; // RLIMIT_FSIZE
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("bitmapist-test-");
    private readonly int _port = ServerProcess.FreePort();

    private string DatabasePath => Path.Combine(_folder.FullName, "bitmapist.db");

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory]
    [InlineData("no")]
    [InlineData("always")]
    public async Task Writes_are_refused_reads_go_on_and_nothing_acknowledged_is_lost(string fsync)
    {
        Prerequisite.Require(OperatingSystem.IsLinux(), "prlimit(2) is Linux's");
        string shown;
        using (ServerProcess server = Start(fsync))
        {
            using RawConnection writer = await RawConnection.ConnectAsync(_port);
            using RawConnection reader = await RawConnection.ConnectAsync(_port);
            Assert.Equal("+OK", await AskAsync(writer, "SET key x"));
            Assert.Equal("+OK", await AskAsync(writer, "SET gone y PX 1"));
            Limit(server, 20_000);
            int acknowledged = await WriteUntilRefusedAsync(writer);
            Assert.InRange(acknowledged, 1, 5_000);
            shown = await AskAsync(reader, "BITCOUNT marks");
            Assert.InRange(int.Parse(shown.AsSpan(1), provider: null), acknowledged, acknowledged + 99); // of its last

            string refusal = await AskAsync(reader, "SETBIT marks 999999 1");
            Assert.StartsWith("-MISCONF Errors writing to the AOF file: ", refusal, StringComparison.Ordinal);
            Assert.Equal("'x'", await AskAsync(reader, "GET key"));
            Assert.Equal("$nil", await AskAsync(reader, "GET gone"));
            Assert.Equal("+OK", await AskAsync(reader, "MULTI"));
            Assert.Equal("+QUEUED", await AskAsync(reader, "GET key"));
            Assert.Equal("['x']", await AskAsync(reader, "EXEC"));
            string info = await AskAsync(reader, "INFO persistence");
            Assert.Contains("aof_last_write_status:err", info, StringComparison.Ordinal);
            Assert.Equal("writes are refused: the log cannot be written\n", await ReadinessAsync(server));
            Assert.Equal(shown, await AskAsync(reader, "BITCOUNT marks"));
            Assert.Equal("+OK", await AskAsync(reader, "SAVE")); // the database file is not full
            Assert.Equal(shown, await AskAsync(reader, "BITCOUNT marks"));
            Assert.Equal("+PONG", await AskAsync(reader, "PING"));

            Limit(server, 1L << 40);
            await Eventually.IsAsync(async () => await AskAsync(reader, "SETBIT resumed 1 1") == ":0",
                "writes are taken again");
            Assert.Equal("ready\n", await ReadinessAsync(server));
            server.Kill();
        }

        using (ServerProcess server = Start(fsync))
        {
            using RawConnection connection = await RawConnection.ConnectAsync(_port);
            Assert.Equal(shown, await AskAsync(connection, "BITCOUNT marks"));
            Assert.Equal(shown, await AskAsync(connection, "BITPOS marks 0")); // the first ones, without a gap
            Assert.Equal(":1", await AskAsync(connection, "GETBIT resumed 1"));
            Assert.Equal(":0", await AskAsync(connection, "SETBIT marks 999999 1"));
            Assert.Equal("+OK", await AskAsync(connection, "SAVE"));
        }
    }

    [Fact]
    public async Task A_save_that_finds_no_room_is_reported_and_tried_again()
    {
        Prerequisite.Require(OperatingSystem.IsLinux(), "prlimit(2) is Linux's");
        using ServerProcess server = Start("no");
        using RawConnection connection = await RawConnection.ConnectAsync(_port);
        string value = new('x', 50_000);
        Assert.Equal("+OK", await AskAsync(connection, $"SET key {value}"));
        Limit(server, new FileInfo(DatabasePath).Length + 10_000);
        Assert.StartsWith("-ERR", await AskAsync(connection, "SAVE"), StringComparison.Ordinal);
        Limit(server, 1L << 40);
        Assert.Equal("+OK", await AskAsync(connection, "SAVE"));
        Assert.Equal(":50000", await AskAsync(connection, "STRLEN key"));
        server.Kill();
    }

    private static async Task<string> ReadinessAsync(ServerProcess server)
    {
        string address = Regex.Match(server.Output, @"listening on (http://\S+)").Groups[1].Value;
        using var client = new HttpClient();
        using HttpResponseMessage answer =
            await client.GetAsync(address + "/readyz", TestContext.Current.CancellationToken);
        string reason = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.Equal(reason == "ready\n", answer.IsSuccessStatusCode);
        return reason;
    }

    private static async Task<string> AskAsync(RawConnection connection, string command) =>
        ReplyText.Render(await connection.AskAsync(command));

    /// <summary>Marks 0, 1, 2 … in pipelines of a hundred; returns how many were acknowledged.</summary>
    private static async Task<int> WriteUntilRefusedAsync(RawConnection writer)
    {
        int acknowledged = 0;
        try
        {
            while (true)
            {
                int first = acknowledged;
                foreach (byte[] reply in await writer.AskAllAsync(
                    Enumerable.Range(first, 100).Select(i => $"SETBIT marks {i} 1")))
                {
                    if (reply[0] != (byte)':') return acknowledged;
                    acknowledged++;
                }
            }
        }
        catch (EndOfStreamException)
        {
            return acknowledged; // its own batch was in doubt, so it got no replies
        }
    }

    private ServerProcess Start(string fsync)
    {
        // Ignored here, the signal stays ignored in the server, which then sees the error that a full disk gives.
        ServerProcess server = new(
            "/bin/sh",
            [
                "-c", "trap '' XFSZ; exec \"$@\"", "sh", BitmapistServer.ExecutablePath,
                "-addr", $"127.0.0.1:{_port}", "-db", DatabasePath, "-save", "0", "-appendfsync", fsync,
                "-http", "127.0.0.1:0",
            ],
            _folder.FullName);
        Assert.True(server.WaitForPong(_port), server.Output);
        return server;
    }

    private static void Limit(ServerProcess server, long bytes)
    {
        var limit = new ResourceLimit(bytes, 1L << 40);
        Assert.Equal(0, SetLimit(server.Id, FileSize, in limit, 0));
    }

    [DllImport("libc", EntryPoint = "prlimit", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int SetLimit(int process, int resource, in ResourceLimit limit, nint old);

    /// <summary>struct rlimit: the limit in force, and how far it may be raised.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private readonly record struct ResourceLimit(long Current, long Maximum);
}
