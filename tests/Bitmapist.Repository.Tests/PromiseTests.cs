using System.Text.RegularExpressions;
using Bitmapist.Testing.Servers;

namespace Bitmapist.Repository.Tests;

/// <summary>What README.md promises, docs/reliability.md shows; and what that names exists.</summary>
public sealed partial class PromiseTests
{
    private static readonly string s_readme = Read("README.md");
    private static readonly string s_reliability = Read("docs/reliability.md");

    [Theory]
    [InlineData("## Guarantees")]
    [InlineData("## Limits")]
    public void Promises_and_limits_are_the_same_word_for_word(string heading)
    {
        string shown = Flat(Section(s_reliability, heading).Replace("\n> ", "\n", StringComparison.Ordinal));
        string[] promises = [.. Section(s_readme, heading).Split("\n- ").Skip(1).Select(item => item.Split("\n\n")[0])];
        Assert.NotEmpty(promises);
        // A link starts from where its document is.
        Assert.All(promises, promise => Assert.Contains(
            Flat(promise.Replace("docs/", "", StringComparison.Ordinal)), shown,
            StringComparison.Ordinal));
        Assert.Equal(promises.Length, heading == "## Guarantees" ? Quote().Count(s_reliability) : promises.Length);
    }

    [Fact]
    public void Every_fault_has_a_test_and_every_test_named_exists()
    {
        string[] rows = [.. s_reliability.Split('\n').Where(line => line.StartsWith("| ", StringComparison.Ordinal)
            && !line.StartsWith("| fault |", StringComparison.Ordinal))];
        Assert.True(rows.Length > 30, $"only {rows.Length} rows were found");
        Assert.All(rows, row =>
        {
            string[] cells = row.Trim('|', ' ').Split(" | ");
            Assert.Equal(4, cells.Length);
            Match[] projects = [.. Named().Matches(cells[3]).OfType<Match>()];
            Assert.True(projects.Length > 0 || Script().IsMatch(cells[3]), row);
            Assert.All(projects, project => AssertExists(project, row));
        });
        foreach (Match script in Script().Matches(s_reliability))
            Assert.True(File.Exists(Path.Combine(RepositoryFiles.Root, script.Value)), script.Value);
    }

    [Fact]
    public void Every_flag_is_in_the_README()
    {
        string table = Section(s_readme, "## Flags");
        Assert.All(Flags(), flag => Assert.Matches($"`{flag}[ `]", table));
    }

    [Fact]
    public void Every_flag_is_in_the_manual_page()
    {
        string page = Read("packaging/bitmapist-server.1").Replace("\\-", "-", StringComparison.Ordinal);
        Assert.All(Flags(), flag => Assert.Matches($@"(?m)^\.B {flag}( |\\fR|$)", page));
    }

    private static string[] Flags()
    {
        string source = Read("src/Bitmapist.Host/CommandLine.cs");
        string[] flags = [.. Flag().Matches(source).Select(flag => flag.Groups[1].Value)];
        Assert.Contains("-maxmemory", flags);
        return flags;
    }

    /// <summary>A project's name and the classes of it that follow, each in a file of its own.</summary>
    private static void AssertExists(Match named, string row)
    {
        string[] projects = named.Groups["project"].Value.Split(" and ");
        foreach (string project in projects)
        {
            string folder = Path.Combine(RepositoryFiles.Root, "tests", $"Bitmapist.{project}.Tests");
            foreach (Capture name in named.Groups["name"].Captures.AsEnumerable())
            {
                bool exists = Directory.EnumerateFiles(folder, $"{name.Value}.cs", SearchOption.AllDirectories).Any();
                Assert.True(exists, $"{project} has no {name.Value}: {row}");
            }
        }
    }

    private static string Read(string path) => File.ReadAllText(Path.Combine(RepositoryFiles.Root, path));

    private static string Section(string text, string heading)
    {
        int start = text.IndexOf(heading + "\n", StringComparison.Ordinal) + heading.Length;
        int end = text.IndexOf("\n## ", start, StringComparison.Ordinal);
        return end < 0 ? text[start..] : text[start..end];
    }

    private static string Flat(string text) => Space().Replace(text, " ").Trim();

    [GeneratedRegex(@"(?<project>[A-Z][a-z]+(?: and [A-Z][a-z]+)?) `(?<name>\w+Tests)`(?:, `(?<name>\w+Tests)`)*")]
    private static partial Regex Named();

    [GeneratedRegex("^> \\*\\*", RegexOptions.Multiline)]
    private static partial Regex Quote();

    [GeneratedRegex(@"\bscripts/[a-z-]+")]
    private static partial Regex Script();

    [GeneratedRegex("new\\(\"(-[a-z-]+)\"")]
    private static partial Regex Flag();

    [GeneratedRegex(@"\s+")]
    private static partial Regex Space();
}
