using System.CommandLine;
using Bitmapist.Testing.Servers;

namespace Bitmapist.Host.Tests;

/// <summary>What is shipped beside the program is what its command line says, and what its readers can read.</summary>
public sealed class PackagingTests : IDisposable
{
    private const string Bash = "packaging/completion/bitmapist-server.bash";
    private const string Zsh = "packaging/completion/_bitmapist-server";
    private const string Fish = "packaging/completion/bitmapist-server.fish";
    private const string Page = "packaging/bitmapist-server.1";
    private static readonly RootCommand s_root = CommandLine.Create((_, _) => Task.FromResult(0));
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("bitmapist-test-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void The_manual_page_is_that_of_the_flags() => GeneratedFile.Compare(Page, ManualPage.Text(s_root));

    [Fact]
    public void Completion_of_bash_is_that_of_the_flags() =>
        GeneratedFile.Compare(Bash, ShellCompletions.Bash(s_root));

    [Fact]
    public void Completion_of_zsh_is_that_of_the_flags() => GeneratedFile.Compare(Zsh, ShellCompletions.Zsh(s_root));

    [Fact]
    public void Completion_of_fish_is_that_of_the_flags() =>
        GeneratedFile.Compare(Fish, ShellCompletions.Fish(s_root));

    [Fact]
    public void The_manual_page_is_formatted_without_a_warning()
    {
        string groff = Program("groff", "groff-base");
        // One that needs no font, and says what it does not understand.
        (int exitCode, string output) = Run(groff, "-man", "-ww", "-z", "-Tascii", Root(Page));
        Assert.Equal("", output);
        Assert.Equal(0, exitCode);
    }

    [Theory]
    [InlineData("-app", "-appendfsync")]
    [InlineData("exp", "export")]
    [InlineData("-appendfsync al", "always")]
    [InlineData("-tls-auth-clients ", "yes no optional")]
    [InlineData("-save ", "")]
    [InlineData("-db a exp", "")] // a command is the first word
    public void Bash_completes_commands_flags_and_words(string typed, string completed)
    {
        string bash = Program("bash", "bash");
        string script = $"source '{Root(Bash)}'; read -ra COMP_WORDS <<<\"x {typed}\"; [[ '{typed}' == *' ' ]] && "
            + "COMP_WORDS+=(''); COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); _bitmapist_server; echo \"${COMPREPLY[*]}\"";
        (int exitCode, string output) = Run(bash, "-c", script);
        Assert.Equal((0, completed + "\n"), (exitCode, output));
    }

    [Fact]
    public void Zsh_and_fish_can_read_theirs()
    {
        Assert.Equal((0, ""), Run(Program("zsh", "zsh"), "-n", Root(Zsh)));
        Assert.Equal((0, ""), Run(Program("fish", "fish"), "--no-execute", Root(Fish)));
    }

    [Fact]
    public void Systemd_finds_nothing_wrong_with_its_units()
    {
        string analyze = Program("systemd-analyze", "systemd");
        // Where it is installed, the unit's program is elsewhere than here.
        string service = File.ReadAllText(Root("packaging/bitmapist-server.service"))
            .Replace(
                "/usr/bin/bitmapist-server", Testing.Servers.BitmapistServer.ExecutablePath, StringComparison.Ordinal);
        File.WriteAllText(Path.Combine(_folder.FullName, "bitmapist-server.service"), service);
        File.Copy(Root("packaging/bitmapist-server.socket"), Path.Combine(_folder.FullName, "bitmapist-server.socket"));
        (int exitCode, string output) = Run(
            analyze, "verify", "--man=no", "--recursive-errors=no",
            Path.Combine(_folder.FullName, "bitmapist-server.service"),
            Path.Combine(_folder.FullName, "bitmapist-server.socket"));
        Assert.Equal("", output);
        Assert.Equal(0, exitCode);
    }

    [Fact]
    public void The_image_is_labelled_with_the_version_and_made_of_files_that_exist()
    {
        string[] lines = File.ReadAllLines(Root("Dockerfile"));
        string props = File.ReadAllText(Root("Directory.Build.props"));
        string version = props.Split("<Version>")[1].Split('<')[0];
        Assert.Contains(lines, line => line.Contains($"image.version=\"{version}\"", StringComparison.Ordinal));
        IEnumerable<string> copied = lines
            .Where(line => line.StartsWith("COPY ", StringComparison.Ordinal)
                && !line.Contains("--from", StringComparison.Ordinal))
            .SelectMany(line => line.Split(' ')[1..^1]);
        Assert.All(copied, path => Assert.True(Path.Exists(Root(path)), path));
    }

    private static string Root(string path) => Path.Combine(RepositoryFiles.Root, path);

    private static string Program(string name, string package)
    {
        string? found = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':')
            .Select(folder => Path.Combine(folder, name)).FirstOrDefault(File.Exists);
        Prerequisite.Require(found is not null, $"{name} is not installed: apt-get install {package}");
        return found;
    }

    private (int ExitCode, string Output) Run(string program, params string[] arguments)
    {
        using var run = new ServerProcess(program, arguments, _folder.FullName);
        return (run.WaitForExit(), run.Output);
    }
}
