using System.Net;
using System.Net.Sockets;
using System.Text;
using Bitmapist.Migration.Tests.GoServer;
using Bitmapist.Testing.Servers;
using Bitmapist.Testing.Wire;

namespace Bitmapist.Durability.Tests;

/// <summary>What the server will not start with: it says so in one line, and leaves every byte as it was.</summary>
public sealed class RefusedStartTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("bitmapist-test-");

    private string DatabasePath => Path.Combine(_folder.FullName, "bitmapist.db");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void A_text_file_is_refused() => AssertRefused("event,user,date\n1,2,3\n"u8.ToArray(), "is not a bitmapist");

    [Fact]
    public void A_file_of_zeros_is_refused() => AssertRefused(new byte[100_000], "is not a bitmapist");

    [Fact]
    public void A_redis_dump_is_refused() =>
        AssertRefused([.. "REDIS0010\xFA\tredis-ver\x057.0.15"u8, .. new byte[4000]], "is not a bitmapist");

    [Fact]
    public void The_first_byte_of_a_database_alone_is_refused() => AssertRefused("B"u8.ToArray(), "is not a bitmapist");

    [Fact]
    public void A_newer_version_is_refused()
    {
        byte[] database = OwnDatabase();
        database[8] = 2; // the version; its checksum is mended below
        uint checksum = Storage.Files.Crc32C.Compute(database.AsSpan(0, 60));
        BitConverter.TryWriteBytes(database.AsSpan(60), checksum);
        AssertRefused(database, "version 2 is newer");
    }

    [Fact]
    public void A_damaged_header_is_refused()
    {
        byte[] database = OwnDatabase();
        database[20] ^= 1;
        AssertRefused(database, "does not match its checksum");
    }

    [Fact]
    public void A_damaged_value_is_refused()
    {
        byte[] database = OwnDatabase();
        int name = database.AsSpan().IndexOf("named-key"u8);
        Assert.True(name > 0);
        database[name] ^= 1;
        AssertRefused(database, DatabasePath);
    }

    [Fact]
    public void A_database_cut_short_is_refused() => AssertRefused(OwnDatabase()[..200], DatabasePath);

    [Fact]
    public void A_log_of_another_database_is_refused()
    {
        File.WriteAllBytes(DatabasePath, OwnDatabase());
        byte[] other = LogOfAnotherDatabase();
        string log = DatabasePath + ".log.000002"; // the first was saved and is no longer needed
        File.WriteAllBytes(log, other);
        File.WriteAllText(DatabasePath + ".new", "what a crash left"); // goes only when a start comes to something
        Assert.Contains(".log.", Refuses(DatabasePath), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_log_without_its_database_is_refused(bool isEmptyFileThere)
    {
        File.WriteAllBytes(DatabasePath + ".log.000001", LogOfAnotherDatabase());
        if (isEmptyFileThere) File.WriteAllText(DatabasePath, "");
        string complaint = Refuses(DatabasePath);
        Assert.Contains("is the log of a database that is not there", complaint, StringComparison.Ordinal);
        Assert.Contains(DatabasePath, complaint, StringComparison.Ordinal);
    }

    [Fact]
    public void More_databases_than_are_configured_are_refused()
    {
        File.WriteAllBytes(DatabasePath, OwnDatabase("SELECT 9"));
        string complaint = Refuses(DatabasePath, "-databases", "4");
        Assert.Contains("-databases", complaint, StringComparison.Ordinal);
    }

    [Fact]
    public void A_missing_directory_is_refused()
    {
        string complaint = Refuses(Path.Combine(_folder.FullName, "missing", "my.db"));
        Assert.Contains("missing", complaint, StringComparison.Ordinal);
    }

    [Fact]
    public void A_directory_in_place_of_the_file_is_refused()
    {
        Directory.CreateDirectory(DatabasePath);
        Assert.Contains(DatabasePath, Refuses(DatabasePath), StringComparison.Ordinal);
    }

    [Fact]
    public void A_pipe_in_place_of_the_file_is_refused()
    {
        Prerequisite.Require(!(OperatingSystem.IsWindows()), "Windows has no such files");
        using (var make = System.Diagnostics.Process.Start("mkfifo", DatabasePath)) make.WaitForExit();
        Assert.Contains("is not a regular file", Refuses(DatabasePath), StringComparison.Ordinal);
    }

    [Fact]
    public void A_device_in_place_of_the_file_is_refused()
    {
        Prerequisite.Require(OperatingSystem.IsLinux(), "elsewhere it is told by its length alone");
        File.CreateSymbolicLink(DatabasePath, "/dev/null");
        Assert.Contains("/dev/null: is not a regular file", Refuses(DatabasePath), StringComparison.Ordinal);
        Assert.False(File.Exists("/dev/null.lock"));
    }

    [Fact]
    public void A_file_in_place_of_the_directory_is_refused()
    {
        File.WriteAllText(DatabasePath, "text");
        string inside = Path.Combine(DatabasePath, "inside.db");
        Assert.Contains(inside, Refuses(inside), StringComparison.Ordinal);
    }

    [Fact]
    public void A_directory_that_cannot_be_written_is_refused()
    {
        // Root may write where permissions say no; nobody creates files in /proc.
        string path = OperatingSystem.IsLinux() ? "/proc/bitmapist.db" : Path.Combine(ReadOnlyFolder(), "bitmapist.db");
        Assert.Contains(path, StartedServer.Refuses(_folder.FullName, path), StringComparison.Ordinal);
    }

    [Fact]
    public void A_directory_that_may_not_be_written_is_refused()
    {
        // Root may write everywhere but into a file system that creates no files for anyone.
        string folder = Environment.IsPrivilegedProcess ? "/proc" : ReadOnlyFolder();
        string path = Path.Combine(folder, "bitmapist.db");
        Assert.Contains(path, StartedServer.Refuses(_folder.FullName, path), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_database_in_use_is_refused_and_its_user_goes_on()
    {
        using BitmapistServer server = new();
        await ((ITestServer)server).SendAsync("SETBIT key 1 1");
        string[] before = FolderContent.Of(server.Folder);
        string complaint = StartedServer.Refuses(_folder.FullName, server.DatabasePath);
        Assert.Contains("in use by another process", complaint, StringComparison.Ordinal);
        Assert.Equal(before, FolderContent.Of(server.Folder));
        Assert.Equal(":1", await ((ITestServer)server).SendAsync("GETBIT key 1"));
        server.Kill();
        server.Start();
        Assert.Equal(":1", await ((ITestServer)server).SendAsync("GETBIT key 1"));
    }

    [Theory]
    [InlineData("nothing")]
    [InlineData("a database")]
    [InlineData("a database of the Go server")]
    public void A_port_in_use_is_refused(string what)
    {
        if (what == "a database") File.WriteAllBytes(DatabasePath, OwnDatabase());
        if (what == "a database of the Go server") File.WriteAllBytes(DatabasePath, BoltBytes.WithKeys(4096, ("a", 7)));
        using Socket taken = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        taken.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        taken.Listen();
        int port = ((IPEndPoint)taken.LocalEndPoint!).Port;
        string[] before = FolderContent.Of(_folder.FullName);
        string[] addresses = [$"127.0.0.1:{port}", $"localhost:{port}", $":{port}"];
        string[][] all =
        [
            .. addresses.Select(address => new[] { "-addr", address }),
            .. addresses.Select(address => new[] { "-addr", "127.0.0.1:0", "-http", address }),
        ];
        foreach (string[] arguments in all)
        {
            (int exitCode, string output) = StartedServer.RunToEnd(
                _folder.FullName, [.. arguments, "-db", DatabasePath]);
            Assert.Equal(1, exitCode);
            string complaint = Assert.Single(
                output.Split('\n'), line => line.StartsWith("bitmapist-server: ", StringComparison.Ordinal));
            Assert.Contains("in use", complaint, StringComparison.Ordinal);
            Assert.Contains($"{port}", complaint, StringComparison.Ordinal);
        }

        Assert.Equal(before, FolderContent.Of(_folder.FullName));
    }

    [Fact]
    public void The_same_port_twice_is_refused()
    {
        string address = $"127.0.0.1:{ServerProcess.FreePort()}";
        (int exitCode, string output) = StartedServer.RunToEnd(
            _folder.FullName, "-addr", address, "-http", address, "-db", DatabasePath);
        Assert.Equal(1, exitCode);
        Assert.Contains($"cannot listen on {address}: Address already in use", output, StringComparison.Ordinal);
        Assert.Empty(FolderContent.Of(_folder.FullName));
    }

    [Theory]
    [InlineData("localhost", "-http: address \"localhost\" needs a port")]
    [InlineData("tls://:9122", "-http: address \"tls://:9122\": HTTP is spoken without TLS")]
    [InlineData(":x", "-http: address \":x\" has no valid port (0 to 65535)")]
    public void An_address_for_HTTP_that_makes_no_sense_is_refused(string address, string reason)
    {
        (int exitCode, string output) = StartedServer.RunToEnd(
            _folder.FullName, "-addr", "127.0.0.1:0", "-http", address, "-db", DatabasePath);
        Assert.Equal(2, exitCode);
        Assert.Equal($"bitmapist-server: {reason} (-help lists the flags)", output.TrimEnd());
        Assert.Empty(FolderContent.Of(_folder.FullName));
    }

    /// <summary>A start that is refused, of which nothing is left in the folder.</summary>
    private string Refuses(string databasePath, params string[] arguments)
    {
        string[] before = FolderContent.Of(_folder.FullName);
        string complaint = StartedServer.Refuses(_folder.FullName, databasePath, arguments);
        Assert.Equal(before, FolderContent.Of(_folder.FullName));
        return complaint;
    }

    private void AssertRefused(byte[] content, string reason)
    {
        File.WriteAllBytes(DatabasePath, content);
        string complaint = Refuses(DatabasePath);
        Assert.Contains(reason, complaint, StringComparison.Ordinal);
        Assert.Contains(DatabasePath, complaint, StringComparison.Ordinal);
    }

    private string ReadOnlyFolder()
    {
        DirectoryInfo folder = _folder.CreateSubdirectory("protected");
        if (!OperatingSystem.IsWindows()) folder.UnixFileMode = UnixFileMode.UserRead | UnixFileMode.UserExecute;
        return folder.FullName;
    }

    /// <summary>The bytes of a database that the server made: one key, saved.</summary>
    private static byte[] OwnDatabase(params string[] before)
    {
        using BitmapistServer server = new();
        using RawConnection client = RawConnection.ConnectAsync(server.Port).GetAwaiter().GetResult();
        client.AskAllAsync([.. before, "SET named-key value"]).GetAwaiter().GetResult();
        server.Stop();
        return File.ReadAllBytes(server.DatabasePath);
    }

    /// <summary>A log with a record, of a database that is no more.</summary>
    private static byte[] LogOfAnotherDatabase()
    {
        using BitmapistServer server = new();
        ((ITestServer)server).SendAsync("SET key value").GetAwaiter().GetResult();
        server.Kill();
        string log = Directory.GetFiles(server.Folder, "*.log.*").Order(StringComparer.Ordinal).Last();
        return File.ReadAllBytes(log);
    }
}
