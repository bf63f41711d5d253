using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using Bitmapist.Testing.Servers;
using Bitmapist.Testing.Wire;

namespace Bitmapist.Conformance.Tests.Access;

/// <summary>What a server writes: files of its owner alone, and no password in what it logs.</summary>
public sealed class BitmapistPrivateFiles
{
    [Fact]
    public async Task Every_file_is_its_owners_alone()
    {
        Prerequisite.Require(!OperatingSystem.IsWindows(), "Windows has other permissions");
        using BitmapistServer server = BitmapistServer.With();
        using RawConnection client = await RawConnection.ConnectAsync(server.Port);
        foreach (string command in (string[])["SETBIT k 1 1", "SAVE", "SETBIT k 2 1", "BGSAVE TO copy.db"])
            Assert.DoesNotContain("-", ReplyText.Render(await client.AskAsync(command))[..1], StringComparison.Ordinal);
        Assert.Equal(0, server.Stop());
        server.Start(); // over the log that the stop's save began
        foreach (string path in Directory.GetFiles(server.Folder))
        {
            if (OperatingSystem.IsWindows()) continue;
            Assert.Equal((path, UnixFileMode.UserRead | UnixFileMode.UserWrite), (path, File.GetUnixFileMode(path)));
        }

        Assert.Contains(Directory.GetFiles(server.Folder), path => path.Contains(".log.", StringComparison.Ordinal));
        Assert.Contains(Directory.GetFiles(server.Folder), path => path.EndsWith(".lock", StringComparison.Ordinal));
        Assert.True(File.Exists(Path.Combine(server.Folder, "copy.db")), "there is no backup");
    }

    [Fact]
    public async Task No_password_is_logged_or_shown()
    {
        const string Secret = "s3cr3t";
        string[] commands =
        [
            $"CONFIG SET requirepass {Secret}", $"AUTH {Secret}", $"AUTH default {Secret}1",
            $"HELLO 3 AUTH default {Secret}", $"HELLO 2 AUTH nobody {Secret}", $"ACL SETUSER alice on >{Secret}",
            $"ACL SETUSER alice <{Secret}x", $"SLURP 127.0.0.1:1 0 USER {Secret} PASSWORD {Secret}", "INFO everything",
            "ACL LOG", "ACL LIST", "CONFIG GET *", "CLIENT LIST", "COMMAND DOCS", $"CONFIG SET maxmemory {Secret}",
        ];
        using BitmapistServer server = BitmapistServer.With("-debug");
        using RawConnection client = await RawConnection.ConnectAsync(server.Port);
        foreach (string command in commands)
        {
            string reply = Encoding.Latin1.GetString(await client.AskAsync(command));
            Assert.DoesNotContain(Secret, reply, StringComparison.Ordinal);
        }

        server.Stop();
        string[] lines = server.Output.Split('\n');
        Assert.Contains(lines, line => line.EndsWith("CONFIG SET requirepass (redacted)", StringComparison.Ordinal));
        Assert.All(
            lines.Where(line => line.Contains(Secret, StringComparison.Ordinal)),
            line => Assert.EndsWith($"CONFIG SET maxmemory {Secret}", line.TrimEnd()));
    }

    [Fact]
    public async Task The_password_may_come_from_the_environment()
    {
        var folder = Directory.CreateTempSubdirectory("bitmapist-password-");
        int port = ServerProcess.FreePort();
        try
        {
            using var server = new ServerProcess(
                "/usr/bin/env",
                [
                    "BITMAPIST_REQUIREPASS=fromenv", "BITMAPIST_PROTECTED_MODE=no", BitmapistServer.ExecutablePath,
                    "-addr", $"127.0.0.1:{port}",
                ],
                folder.FullName);
            string greeting = await FirstReplyAsync(server, port);
            Assert.Equal("-NOAUTH Authentication required.", greeting);
            using RawConnection client = await RawConnection.ConnectAsync(port);
            Assert.Equal("+OK", ReplyText.Render(await client.AskAsync("AUTH fromenv")));
            Assert.Equal(
                "['protected-mode', 'no']", ReplyText.Render(await client.AskAsync("CONFIG GET protected-mode")));
            // What is kept is the hash alone, so it is what is shown.
            string hash = Convert.ToHexStringLower(SHA256.HashData("fromenv"u8));
            Assert.Equal(
                $"['requirepass', '#{hash}']", ReplyText.Render(await client.AskAsync("CONFIG GET requirepass")));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static async Task<string> FirstReplyAsync(ServerProcess server, int port)
    {
        string reply = "";
        await Eventually.IsAsync(
            async () =>
            {
                Assert.False(server.HasExited, server.Output);
                try
                {
                    using RawConnection client = await RawConnection.ConnectAsync(port);
                    reply = ReplyText.Render(await client.AskAsync("PING"));
                }
                catch (SocketException)
                {
                    // It does not listen yet.
                }

                return reply.Length > 0;
            },
            "the server answers");
        return reply;
    }
}
