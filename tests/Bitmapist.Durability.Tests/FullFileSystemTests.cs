using System.Diagnostics;
using Bitmapist.Testing.Servers;
using Bitmapist.Testing.Wire;

namespace Bitmapist.Durability.Tests;

/// <summary>A file system that is full, and then is not: a tmpfs of some megabytes, mounted by root.</summary>
public sealed class FullFileSystemTests
{
    private const int Megabytes = 8;
    private const int Keys = 4;

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
        string?[] values;
        using (ServerProcess server = Start(folder, port, policy))
        {
            await File.WriteAllBytesAsync(ballast, new byte[(Megabytes - 1) << 20]);
            values = await FillAsync(port);
            await CheckAsync(port, values);
            using RawConnection client = await RawConnection.ConnectAsync(port);
            const string Reason = "-MISCONF Errors writing to the AOF file: No space left on device. ";
            Assert.StartsWith(Reason, await AskAsync(client, "SET late x"), StringComparison.Ordinal);

            // A little room is not enough to go on and stop by turns; but a save drops the log, which is most of it.
            await File.WriteAllBytesAsync(ballast, new byte[((Megabytes - 1) << 20) - (300 << 10)]);
            await Eventually.AMomentAsync(1500);
            Assert.StartsWith(Reason, await AskAsync(client, "SET late x"), StringComparison.Ordinal);
            Assert.Equal("+OK", await AskAsync(client, "SAVE"));
            await UntilTakenAsync(client, "SET saved x");
            values = await FillAsync(port);
            await CheckAsync(port, values);

            File.Delete(ballast);
            await UntilTakenAsync(client, "SET late x");
            await CheckAsync(port, values);
            server.Kill();
        }

        using (Start(folder, port, policy))
        {
            using RawConnection client = await RawConnection.ConnectAsync(port);
            Assert.Equal("'x'", await AskAsync(client, "GET saved"));
            Assert.Equal("'x'", await AskAsync(client, "GET late"));
            await CheckAsync(port, values);
        }
    }

    /// <summary>Sets the same few keys again and again, to 32 KiB each, until that is refused.</summary>
    /// <returns>What was acknowledged last for each.</returns>
    private static async Task<string?[]> FillAsync(int port)
    {
        using RawConnection client = await RawConnection.ConnectAsync(port);
        var random = new Random(1);
        var values = new string?[Keys];
        for (int key = 0; key < Keys; key++)
        {
            string value = ReplyText.Render(await client.AskAsync($"GET value{key}"));
            values[key] = value == "$nil" ? null : value.Trim('\'');
        }

        try
        {
            for (int i = 0; i < 1000; i++)
            {
                string value = string.Create(32 << 10, random, static (characters, random) =>
                {
                    foreach (ref char character in characters) character = (char)('a' + random.Next(16));
                });
                if (await AskAsync(client, $"SET value{i % Keys} {value}") != "+OK") return values;
                values[i % Keys] = value;
            }
        }
        catch (EndOfStreamException)
        {
            return values; // the one in doubt was taken back
        }

        throw new InvalidOperationException("The file system is not full after 32 MiB.");
    }

    private static async Task CheckAsync(int port, string?[] values)
    {
        using RawConnection client = await RawConnection.ConnectAsync(port);
        for (int key = 0; key < Keys; key++)
        {
            string expected = values[key] is { } value ? $"'{value}'" : "$nil";
            Assert.Equal(expected, await AskAsync(client, $"GET value{key}"));
        }
    }

    private static Task UntilTakenAsync(RawConnection client, string command) =>
        Eventually.IsAsync(async () => await AskAsync(client, command) == "+OK", "writes are taken again");

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
