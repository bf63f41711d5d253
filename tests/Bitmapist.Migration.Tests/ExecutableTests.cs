using System.Text;
using Bitmapist.Migration.Tests.Aof;
using Bitmapist.Migration.Tests.GoServer;
using Bitmapist.Testing.Servers;
using Bitmapist.Testing.Wire;

namespace Bitmapist.Migration.Tests;

/// <summary>Moving in and out as an operator does it: the executable, its sub-commands, exit codes and files.</summary>
public sealed class ExecutableTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("bitmapist-test-");

    private string DatabasePath => PathOf("bitmapist.db");

    private string KeptPath => DatabasePath + ".go-server";

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task A_server_started_on_a_Go_server_s_database_converts_it_and_serves()
    {
        byte[] old = Fixture.Database("stale");
        File.WriteAllBytes(DatabasePath, old);
        const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(DatabasePath, Private);
        for (int start = 0; start < 2; start++)
        {
            using ServerProcess server = Start(out int port);
            Assert.True(server.WaitForPong(port), server.Output);
            Assert.Equal(start == 0, server.Output.Contains("stale expiries", StringComparison.Ordinal));
            using RawConnection connection = await RawConnection.ConnectAsync(port);
            List<byte[]> replies = await connection.AskAllAsync(
                ["BITCOUNT k_u", "GETBIT k_u 10", "GETBIT k_u 20", "GETBIT k_u 30", "TTL k_u", "SETBIT k_u 40 1"]);
            Assert.Equal([start == 0 ? ":3" : ":4", ":1", ":1", ":1", ":-1", start == 0 ? ":0" : ":1"],
                replies.Select(reply => ReplyText.Render(reply)));
            server.Kill();
            Assert.Equal(old, File.ReadAllBytes(KeptPath));
            if (!OperatingSystem.IsWindows()) Assert.Equal(Private, File.GetUnixFileMode(DatabasePath));
        }
    }

    [Fact]
    public void A_server_does_not_start_on_a_database_that_a_Go_server_has_open()
    {
        byte[] old = Fixture.Database("stale");
        File.WriteAllBytes(DatabasePath, old);
        using (new FileStream(DatabasePath, FileMode.Open, FileAccess.ReadWrite, FileShare.None))
        {
            Assert.Equal(1, Run(out string output, "-addr", $"127.0.0.1:{ServerProcess.FreePort()}"));
            Assert.Equal(
                $"bitmapist-server: {DatabasePath} is in use by another process: stop it first", output.Trim());
            Assert.Equal(1, Run(out _, "import", DatabasePath, "-db", PathOf("new.db")));
        }

        Assert.Equal(old, File.ReadAllBytes(DatabasePath));
        Assert.False(File.Exists(PathOf("new.db")));
    }

    [Fact]
    public void A_damaged_database_of_the_Go_server_stays_where_it_is()
    {
        byte[] damaged = BoltBytes.WithKeys(4096, ("a", 7))[..^1];
        File.WriteAllBytes(DatabasePath, damaged);
        Assert.Equal(1, Run(out string output, "-addr", $"127.0.0.1:{ServerProcess.FreePort()}"));
        Assert.Contains($"bitmapist-server: {DatabasePath} at offset", output, StringComparison.Ordinal);
        Assert.Equal(damaged, File.ReadAllBytes(DatabasePath));
        Assert.False(File.Exists(KeptPath));
    }

    [Fact]
    public async Task A_conversion_killed_at_any_moment_is_done_by_the_next_start()
    {
        byte[] old = Fixture.Database("many");
        int keys = Fixture.Expected("many").Count;
        for (int round = 0; round < 5; round++)
        {
            foreach (FileInfo file in _folder.EnumerateFiles()) file.Delete();
            File.WriteAllBytes(DatabasePath, old);
            using (ServerProcess killed = Start(out _))
            {
                bool HasBegun() => killed.Output.Contains("converting", StringComparison.Ordinal);
                await Eventually.IsAsync(HasBegun, "the conversion begins");
                await Eventually.AMomentAsync(round * 45);
                killed.Kill();
            }

            string survivor = File.Exists(KeptPath) ? KeptPath : DatabasePath;
            Assert.Equal(old, File.ReadAllBytes(survivor));
            using ServerProcess server = Start(out int port);
            Assert.True(server.WaitForPong(port), server.Output);
            using RawConnection connection = await RawConnection.ConnectAsync(port);
            Assert.Equal($":{keys}", ReplyText.Render(await connection.AskAsync("DBSIZE")));
            Assert.Equal(old, File.ReadAllBytes(KeptPath));
        }
    }

    [Fact]
    public void An_import_reports_on_stdout_what_came_over()
    {
        File.WriteAllBytes(PathOf("old.db"), Fixture.Database("small"));
        Assert.Equal(0, Run(out string output, "import", PathOf("old.db")));
        Assert.Contains("keys imported: 10\n", output, StringComparison.Ordinal);
        Assert.Contains("expiries kept: 1\n", output, StringComparison.Ordinal);
        Assert.Contains("empty bitmaps, kept as one zero byte: 1\n", output, StringComparison.Ordinal);
        Assert.Equal(10, Disk.Read(Storage.Files.PhysicalFileSystem.Instance, DatabasePath).Count);
        Assert.Equal(1, Run(out output, "import", PathOf("old.db")));
        Assert.Contains($"bitmapist-server: {DatabasePath} has keys already", output, StringComparison.Ordinal);
        Assert.Equal(1, Run(out output, "import", PathOf("missing"), "-db=" + PathOf("other.db")));
        Assert.Contains("no such file", output, StringComparison.Ordinal);
        Assert.Equal(2, Run(out _, "import"));
        Assert.Equal(2, Run(out _, "export"));
    }

    [Fact]
    public async Task What_a_killed_server_had_only_in_its_log_is_exported_and_redis_loads_it()
    {
        string dump = PathOf("out.rdb");
        using (BitmapistServer server = BitmapistServer.With("-save", "0"))
        {
            using (RawConnection connection = await RawConnection.ConnectAsync(server.Port))
            {
                await connection.AskAllAsync(
                    ["SET text hello", "SETBIT bits 100000 1", "PEXPIRE bits 1000000000", "SELECT 3", "SET number 12"]);
                Assert.Equal(1, Run(out string refusal, "export", "-db", server.DatabasePath, dump));
                Assert.Contains("in use by another process", refusal, StringComparison.Ordinal);
            }

            server.Kill();
            Assert.Equal(0, Run(out string output, "export", "-db", server.DatabasePath, dump));
            Assert.Contains("keys exported: 3\n", output, StringComparison.Ordinal);
            Assert.Equal([dump], Directory.GetFiles(_folder.FullName));
            server.Start(); // nothing of it is gone
            Assert.Equal("'hello'", ReplyText.Render(await AskAsync(server.Port, "GET text")));
        }

        using RedisServer probe = new();
        Prerequisite.Require(probe.SkipReason is null, probe.SkipReason);
        using RedisServer redis = RedisServer.Over(dump);
        using RawConnection loaded = await RawConnection.ConnectAsync(redis.Port);
        List<byte[]> replies = await loaded.AskAllAsync(
            ["GETBIT bits 100000", "STRLEN bits", "BITCOUNT bits", "DBSIZE", "SELECT 3", "INCR number"]);
        Assert.Equal([":1", ":12501", ":1", ":2", "+OK", ":13"], replies.Select(reply => ReplyText.Render(reply)));
        Assert.True(int.Parse(
            Encoding.ASCII.GetString(await AskAsync(redis.Port, "TTL bits"))[1..].Trim(), provider: null) > 900_000);
    }

    [Fact]
    public async Task The_append_only_files_of_a_redis_come_over_by_their_directory_and_none_of_them_alone()
    {
        using var redis = AppendingRedis.Start();
        using (RawConnection connection = await RawConnection.ConnectAsync(redis.Port))
            await connection.AskAllAsync(["SET text hello", "SELECT 20", "SELECT 3", "SETBIT bits 100000 1"]);
        await redis.RewriteAsync();
        using (RawConnection connection = await RawConnection.ConnectAsync(redis.Port))
            await connection.AskAllAsync(["APPEND text !", "RPUSH list a"]);
        redis.Stop();
        string start = Directory.GetFiles(redis.Files, "*.base.rdb").Single();
        Assert.Equal(1, Run(out string output, "import", start));
        string manifest = Directory.GetFiles(redis.Files, "*.manifest").Single();
        Assert.Contains($"only together have every key: import {manifest}\n", output, StringComparison.Ordinal);
        Assert.False(File.Exists(DatabasePath));
        Assert.Equal(1, Run(out output, "-addr", $"127.0.0.1:{ServerProcess.FreePort()}", "-db", manifest));
        Assert.Contains("the manifest of Redis's append-only files: make one of it with bitmapist-server import",
            output, StringComparison.Ordinal);
        Assert.Equal(0, Run(out output, "import", redis.Files));
        Assert.Contains("keys imported: 2\n", output, StringComparison.Ordinal);
        Assert.Contains("skipped, commands on type list: 1\n", output, StringComparison.Ordinal);
        using ServerProcess server = Start(out int port);
        Assert.True(server.WaitForPong(port), server.Output);
        Assert.Equal("'hello!'", ReplyText.Render(await AskAsync(port, "GET text")));
    }

    private static async Task<byte[]> AskAsync(int port, string command)
    {
        using RawConnection connection = await RawConnection.ConnectAsync(port);
        return await connection.AskAsync(command);
    }

    private ServerProcess Start(out int port)
    {
        port = ServerProcess.FreePort();
        return new ServerProcess(
            BitmapistServer.ExecutablePath, ["-addr", $"127.0.0.1:{port}", "-db", DatabasePath], _folder.FullName);
    }

    private int Run(out string output, params string[] arguments)
    {
        string[] database = arguments.Any(argument => argument.StartsWith("-db", StringComparison.Ordinal))
            ? [] : ["-db", DatabasePath];
        using var process = new ServerProcess(
            BitmapistServer.ExecutablePath, [.. arguments, .. database], _folder.FullName);
        int exitCode = process.WaitForExit();
        output = process.Output;
        return exitCode;
    }

    private string PathOf(string name) => Path.Combine(_folder.FullName, name);
}
