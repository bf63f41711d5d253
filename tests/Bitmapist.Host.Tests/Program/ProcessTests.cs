using Bitmapist.Testing.Servers;
using Bitmapist.Testing.Wire;
using TestedServer = Bitmapist.Testing.Servers.BitmapistServer;

namespace Bitmapist.Host.Tests.Program;

/// <summary>The executable as a new user meets it.</summary>
public sealed class ProcessTests : IDisposable
{
    private const int Interrupt = 2;
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("bitmapist-test-");

    public void Dispose()
    {
        Allow(_folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        _folder.Delete(recursive: true);
    }

    [Theory]
    [InlineData("-help", "-log-format")]
    [InlineData("--help", "-log-format")]
    [InlineData("help", "-log-format")]
    [InlineData("-h", "-log-format")]
    [InlineData("-version", "bitmapist-server 0.")]
    [InlineData("--version", "bitmapist-server 0.")]
    [InlineData("version", "bitmapist-server 0.")]
    [InlineData("-v", "bitmapist-server 0.")]
    public void Help_and_version_are_had_by_every_name(string argument, string text)
    {
        (int exitCode, string output) = Run(argument);
        Assert.Equal(0, exitCode);
        Assert.Contains(text, output, StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_refused_leads_to_the_help_and_leaves_nothing_behind()
    {
        (int exitCode, string output) = Run("-tls-port", "https");
        Assert.Equal(2, exitCode);
        Assert.Equal(
            "bitmapist-server: -tls-port must be a number from 0 to 65535, not https (-help lists the flags)\n",
            output);
        Assert.Empty(_folder.GetFileSystemInfos());
    }

    [Theory]
    [InlineData("json", "{\"Timestamp\":")]
    [InlineData("systemd", "<2>host[110] ")]
    [InlineData("plain", "bitmapist-server: ")]
    public void Why_a_start_is_refused_is_in_the_logs_format(string format, string beginning)
    {
        _folder.CreateSubdirectory("a.db");
        (int exitCode, string output) = Run(
            "-addr", $"127.0.0.1:{ServerProcess.FreePort()}", "-db", PathOf("a.db"), "-log-format", format);
        Assert.Equal(1, exitCode);
        string last = output.TrimEnd().Split('\n')[^1];
        Assert.StartsWith(beginning, last, StringComparison.Ordinal);
        Assert.Contains(PathOf("a.db"), last, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(Interrupt)]
    [InlineData(15)]
    public void A_signal_that_was_ignored_when_the_server_was_started_stops_it(int signal)
    {
        Prerequisite.Require(OperatingSystem.IsLinux(), "elsewhere signals are left as they are");
        int port = ServerProcess.FreePort();
        // As a script's shell does with what ends in an ampersand.
        using ServerProcess server = Start(
            "/bin/sh", "-c", $"trap '' {signal}; exec \"$0\" \"$@\"", TestedServer.ExecutablePath,
            "-addr", $"127.0.0.1:{port}", "-db", PathOf("a.db"));
        Assert.True(server.WaitForPong(port), server.Output);
        server.Signal(signal);
        Assert.Equal(0, server.WaitForExit());
    }

    [Theory]
    [InlineData("stopped")]
    [InlineData("killed")] // then the log has what the file has not
    [InlineData("never served")] // a backup: nothing is beside it
    public async Task A_database_that_one_may_only_read_is_checked_and_exported(string was)
    {
        Prerequisite.Require(!OperatingSystem.IsWindows(), "permissions as Unix has them");
        string database = await DatabaseAsync(was);
        DirectoryInfo target = Directory.CreateTempSubdirectory("bitmapist-test-");
        foreach (FileInfo file in _folder.GetFiles()) Allow(file, UnixFileMode.UserRead);
        Allow(_folder, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        string[] before = Content();

        (int exitCode, string output) = RunWithoutRights("check", database);
        Assert.True(exitCode == 0, output);
        Assert.EndsWith("whole\n", output, StringComparison.Ordinal);
        Assert.Contains(was == "killed" ? "1 effects" : "db0: 1 keys", output, StringComparison.Ordinal);
        (exitCode, output) = RunWithoutRights("export", "-db", database, Path.Combine(target.FullName, "out.rdb"));
        Assert.True(exitCode == 0, output);
        Assert.Contains("keys exported: 1", output, StringComparison.Ordinal);

        Assert.Equal(before, Content());
        Assert.Equal(["out.rdb"], target.GetFileSystemInfos().Select(file => file.Name));
        target.Delete(recursive: true);
    }

    private static void Allow(FileSystemInfo file, UnixFileMode mode)
    {
        if (!OperatingSystem.IsWindows()) file.UnixFileMode = mode;
    }

    private async Task<string> DatabaseAsync(string was)
    {
        int port = ServerProcess.FreePort();
        string database = PathOf("a.db");
        using ServerProcess server = Start(
            TestedServer.ExecutablePath, "-addr", $"127.0.0.1:{port}", "-db", database);
        Assert.True(server.WaitForPong(port), server.Output);
        using (RawConnection client = await RawConnection.ConnectAsync(port))
            Assert.Equal("+OK", ReplyText.Render(await client.AskAsync("SET key value")));
        if (was == "killed") server.Kill();
        else server.Signal(Interrupt);
        server.WaitForExit();
        if (was == "never served") File.Delete(database + ".lock");
        return database;
    }

    private string[] Content() =>
    [
        .. _folder.GetFiles().OrderBy(file => file.Name, StringComparer.Ordinal)
            .Select(file => $"{file.Name} {Convert.ToHexString(File.ReadAllBytes(file.FullName))}"),
    ];

    /// <summary>Root may write whatever it likes, unless it gives that right away.</summary>
    private (int ExitCode, string Output) RunWithoutRights(params string[] arguments)
    {
        if (!Environment.IsPrivilegedProcess) return Run(arguments);
        using ServerProcess program = Start(
            "setpriv",
            ["--bounding-set", "-dac_override,-dac_read_search", TestedServer.ExecutablePath, .. arguments]);
        return (program.WaitForExit(), program.Output);
    }

    private (int ExitCode, string Output) Run(params string[] arguments)
    {
        using ServerProcess program = Start(TestedServer.ExecutablePath, arguments);
        return (program.WaitForExit(), program.Output);
    }

    private ServerProcess Start(string program, params string[] arguments) =>
        new(program, arguments, _folder.FullName);

    private string PathOf(string name) => Path.Combine(_folder.FullName, name);
}
