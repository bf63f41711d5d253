using System.Diagnostics;
using Bitmapist.Testing.Servers;
using Bitmapist.Testing.Wire;

namespace Bitmapist.Durability.Tests;

/// <summary>
/// A file system that is really full, and then is not: a tmpfs of a few megabytes, which takes root to mount.
/// </summary>
public sealed class FullFileSystemTests
{
    private const int Megabytes = 8;

    [Theory]
    [InlineData("always")]
    [InlineData("everysec")]
    public async Task A_full_disk_refuses_writes_until_there_is_room_again(string policy)
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory("bitmapist-test-");
        int mounted = Run("mount", "-t", "tmpfs", "-o", $"size={Megabytes}m", "tmpfs", folder.FullName);
        if (mounted != 0) folder.Delete();
        Prerequisite.Require(mounted == 0, "a file system can be mounted by root alone");
        try
        {
            await RunAsync(folder.FullName, policy);
        }
        finally
        {
            Assert.Equal(0, Run("umount", folder.FullName));
            folder.Delete();
        }
    }

    private static async Task RunAsync(string folder, string policy)
    {
        int port = ServerProcess.FreePort();
        string ballast = Path.Combine(folder, "ballast");
        int acknowledged;
        using (ServerProcess server = Start(folder, port, policy))
        {
            await File.WriteAllBytesAsync(ballast, new byte[(Megabytes - 1) << 20]);
            acknowledged = await FillAsync(port, 0);
            Assert.InRange(acknowledged, 1, 100);
            await CheckAsync(port, acknowledged);
            using RawConnection client = await RawConnection.ConnectAsync(port);
            string refusal = await AskAsync(client, "SETBIT marks 1 1");
            Assert.StartsWith(
                "-MISCONF Errors writing to the AOF file: No space left on device. ", refusal,
                    StringComparison.Ordinal);

            // A little room is not enough to go on and stop by turns.
            await File.WriteAllBytesAsync(ballast, new byte[((Megabytes - 1) << 20) - (100 << 10)]);
            await Eventually.AMomentAsync(1500);
            refusal = await AskAsync(client, "SETBIT marks 1 1");
            Assert.StartsWith("-MISCONF", refusal, StringComparison.Ordinal);
            // it has no room, either
            Assert.StartsWith("-ERR", await AskAsync(client, "SAVE"), StringComparison.Ordinal);
            await CheckAsync(port, acknowledged);

            File.Delete(ballast);
            await Eventually.IsAsync(async () => await AskAsync(client, "SET later value") == "+OK",
                "writes are taken again");
            server.Kill();
        }

        using (Start(folder, port, policy))
        {
            using RawConnection client = await RawConnection.ConnectAsync(port);
            Assert.Equal("'value'", await AskAsync(client, "GET later"));
            Assert.Equal(":1", await AskAsync(client, "DEL later"));
            await CheckAsync(port, acknowledged);
        }
    }

    /// <summary>Sets values of 32 KiB in which nothing can be compressed, until one is refused.</summary>
    private static async Task<int> FillAsync(int port, int from)
    {
        using RawConnection client = await RawConnection.ConnectAsync(port);
        byte[] value = new byte[32 << 10];
        try
        {
            for (int i = from; ; i++)
            {
                new Random(i).NextBytes(value);
                for (int at = 0; at < value.Length; at++) value[at] = (byte)('a' + (value[at] % 16));
                string reply = await AskAsync(client, $"SET value{i} {System.Text.Encoding.ASCII.GetString(value)}");
                if (reply != "+OK") return i - from;
            }
        }
        catch (EndOfStreamException)
        {
            return await CountAsync(port) - from; // the one in doubt was taken back
        }
    }

    private static async Task CheckAsync(int port, int values)
    {
        Assert.Equal(values, await CountAsync(port));
        using RawConnection client = await RawConnection.ConnectAsync(port);
        for (int i = 0; i < values; i++)
            Assert.Equal(":32768", await AskAsync(client, $"STRLEN value{i}"));
        Assert.Equal(":0", await AskAsync(client, $"EXISTS value{values}"));
    }

    private static async Task<int> CountAsync(int port)
    {
        using RawConnection client = await RawConnection.ConnectAsync(port);
        return int.Parse((await AskAsync(client, "DBSIZE")).AsSpan(1), provider: null);
    }

    private static async Task<string> AskAsync(RawConnection connection, string command) =>
        ReplyText.Render(await connection.AskAsync(command));

    private static ServerProcess Start(string folder, int port, string policy)
    {
        ServerProcess server = new(
            BitmapistServer.ExecutablePath,
            [
                "-addr", $"127.0.0.1:{port}", "-db", Path.Combine(folder, "bitmapist.db"), "-save", "0",
                "-appendfsync", policy,
            ],
            Path.GetTempPath());
        Assert.True(server.WaitForPong(port), server.Output);
        return server;
    }

    private static int Run(string program, params string[] arguments)
    {
        try
        {
            using Process process = Process.Start(new ProcessStartInfo(program, arguments)
            {
                RedirectStandardError = true,
            })!;
            process.WaitForExit();
            return process.ExitCode;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return -1; // there is no such program
        }
    }
}
