using System.Text;
using Bitmapist.Testing.Servers;
using Bitmapist.Testing.Wire;

namespace Bitmapist.Conformance.Tests.Access;

/// <summary>The file of users: read, refused and written by our server as by Redis.</summary>
public sealed class AclFileSpec(AclFileServers servers) : IClassFixture<AclFileServers>
{
    [Theory]
    [InlineData("user x on >pw\nuser y on\n")]
    [InlineData("user x on >pw\r\nuser y on +get\r\n")]
    [InlineData("\n  user x (+get ~a) on  \n\n")]
    [InlineData("user x on +get")]
    [InlineData("user default on >z ~* &* +@all\n")]
    [InlineData("user x %R~a %W~b ~c &d -@all +@bitmap -setbit (%R~e +get)")]
    [InlineData("")]
    [InlineData("# comment\nuser x on\n")]
    [InlineData("user x on\nfoo\nuser\nUSER y on\n")]
    [InlineData("user  x  on\n")]
    [InlineData("user \"a b\" on\n")]
    [InlineData("user x on +foo -bar\nuser y +@baz\n")]
    [InlineData("user x on\nuser x off\n")]
    [InlineData("user x (+get\n")]
    [InlineData("user x #abc foo\n")]
    [InlineData("user x on ~* ~a\n")]
    [InlineData("user \"q\n")]
    public async Task A_file_is_read_as_by_Redis(string text)
    {
        Prerequisite.Require(servers.SkipReason is null, servers.SkipReason);
        Assert.Equal(await LoadAsync(servers.Redis, text), await LoadAsync(servers.Ours, text));
    }

    [Fact]
    public async Task What_was_saved_is_read_again_and_only_its_owner_may()
    {
        Prerequisite.Require(servers.SkipReason is null, servers.SkipReason);
        await LoadAsync(servers.Ours, "user z on nopass ~a %R~b &c +@all -get (+get ~d)\n");
        using RawConnection admin = await RawConnection.ConnectAsync(servers.Ours.Port);
        foreach (string command in (string[])["ACL SETUSER y >secret", "ACL SAVE", "ACL DELUSER y z", "ACL LOAD"])
            Assert.NotEqual((byte)'-', (await admin.AskAsync(command))[0]);
        string text = await File.ReadAllTextAsync(servers.Ours.File, TestContext.Current.CancellationToken);
        Assert.Equal(
            "user default on nopass ~* &* +@all\n"
            + "user y off #2bb80d537b1da3e38bd30361aa855686bde0eacd7162fef6a25fe97bf527a25b resetchannels -@all\n"
            + "user z on nopass ~a %R~b resetchannels &c +@all -get (~d resetchannels -@all +get)\n",
            text);
        string list = Encoding.Latin1.GetString(await admin.AskAsync("ACL LIST"));
        foreach (string line in text.Split('\n')) Assert.Contains(line, list, StringComparison.Ordinal);
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(
                UnixFileMode.UserRead | UnixFileMode.UserWrite, System.IO.File.GetUnixFileMode(servers.Ours.File));
        }
    }

    [Fact]
    public async Task A_load_closes_the_connections_of_all_but_the_default_user()
    {
        Prerequisite.Require(servers.SkipReason is null, servers.SkipReason);
        foreach (AclFileServers.Server server in (AclFileServers.Server[])[servers.Ours, servers.Redis])
        {
            const string Users = "user x on nopass ~* +@all\n";
            await LoadAsync(server, Users);
            using RawConnection user = await RawConnection.ConnectAsync(server.Port);
            await user.AskAsync("AUTH x y");
            await LoadAsync(server, "user x on nopass +nope\n");
            Assert.Equal("+PONG", ReplyText.Render(await user.AskAsync("PING")));
            await LoadAsync(server, Users);
            Assert.Empty(await user.ReceiveUntilClosedAsync());
        }
    }

    [Fact]
    public async Task A_deleted_users_connections_are_closed()
    {
        Prerequisite.Require(servers.SkipReason is null, servers.SkipReason);
        foreach (AclFileServers.Server server in (AclFileServers.Server[])[servers.Ours, servers.Redis])
        {
            await LoadAsync(server, "user x on nopass ~* +@all\nuser y on nopass ~* +@all\n");
            using RawConnection first = await RawConnection.ConnectAsync(server.Port);
            using RawConnection second = await RawConnection.ConnectAsync(server.Port);
            await first.AskAsync("AUTH x x");
            await second.AskAsync("AUTH x x");
            Assert.Equal(":1", ReplyText.Render(await first.AskAsync("ACL DELUSER x")));
            Assert.Empty(await first.ReceiveUntilClosedAsync());
            Assert.Empty(await second.ReceiveUntilClosedAsync());
        }
    }

    [Fact]
    public async Task A_file_that_is_not_there_is_told()
    {
        Prerequisite.Require(servers.SkipReason is null, servers.SkipReason);
        await LoadAsync(servers.Redis, "user x on nopass\n"); // both have the same users, whichever test was before
        await LoadAsync(servers.Ours, "user x on nopass\n");
        Assert.Equal(await LoadAsync(servers.Redis, text: null), await LoadAsync(servers.Ours, text: null));
    }

    [Fact]
    public void A_start_with_a_bad_file_is_refused_and_leaves_nothing()
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory("bitmapist-acl-");
        try
        {
            string users = Path.Combine(folder.FullName, "users.acl");
            File.WriteAllText(users, "user x on\nuser y +nope\nbad\n");
            using var server = new ServerProcess(
                BitmapistServer.ExecutablePath,
                ["-addr", $"127.0.0.1:{ServerProcess.FreePort()}", "-aclfile", users], folder.FullName);
            Assert.Equal(1, server.WaitForExit());
            Assert.Contains($"{users}:2: Error in applying operation '+nope'", server.Output, StringComparison.Ordinal);
            Assert.Contains($"{users}:3 should start with user keyword", server.Output, StringComparison.Ordinal);
            Assert.Equal([users], Directory.GetFiles(folder.FullName));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    /// <summary>What ACL LOAD says of a text, and the users after it; paths are left out.</summary>
    private static async Task<string> LoadAsync(AclFileServers.Server server, string? text)
    {
        if (text is null) File.Delete(server.File);
        else await File.WriteAllTextAsync(server.File, text, TestContext.Current.CancellationToken);
        using RawConnection admin = await RawConnection.ConnectAsync(server.Port);
        await admin.AskAsync("AUTH default z"); // one of the files asks for it
        string loaded = Encoding.Latin1.GetString(await admin.AskAsync("ACL LOAD"));
        string users = ReplyText.Render(await admin.AskAsync("ACL LIST"));
        return $"{loaded}{users}".Replace(server.File, "FILE", StringComparison.Ordinal);
    }
}

/// <summary>Our server and Redis, each with a file of users of its own.</summary>
public sealed class AclFileServers : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("bitmapist-acl-");
    private readonly BitmapistServer _ours;
    private readonly ServerProcess? _redis;

    public AclFileServers()
    {
        string ourFile = NewFile("ours.acl"), redisFile = NewFile("redis.acl");
        _ours = BitmapistServer.With("-aclfile", ourFile);
        Ours = new Server(_ours.Port, ourFile);
        Redis = new Server(ServerProcess.FreePort(), redisFile);
        if (RedisServer.ExecutablePath is not { } redis)
        {
            SkipReason = "redis-server is not installed: apt-get install redis-server";
            return;
        }

        string[] arguments =
            ["--port", $"{Redis.Port}", "--bind", "127.0.0.1", "--save", "", "--aclfile", redisFile];
        _redis = new ServerProcess(redis, arguments, _folder.FullName);
        if (!_redis.WaitForPong(Redis.Port)) throw new InvalidOperationException(_redis.Output);
    }

    public Server Ours { get; }

    public Server Redis { get; }

    public string? SkipReason { get; }

    public void Dispose()
    {
        _ours.Dispose();
        _redis?.Dispose();
        _folder.Delete(recursive: true);
    }

    private string NewFile(string name)
    {
        string path = Path.Combine(_folder.FullName, name);
        File.WriteAllText(path, "");
        return path;
    }

    /// <summary>Where a server is, and its file.</summary>
    public sealed record Server(int Port, string File);
}
