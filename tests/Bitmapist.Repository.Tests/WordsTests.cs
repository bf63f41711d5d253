using System.Text.RegularExpressions;
using Bitmapist.Testing.Servers;

namespace Bitmapist.Repository.Tests;

/// <summary>What a stranger's checkout must find to be true of the repository as a whole.</summary>
public sealed partial class WordsTests
{
    [Fact]
    public void Links_between_documents_lead_somewhere()
    {
        var broken = new List<string>();
        foreach (string path in Documents())
        {
            foreach (Match link in LocalLink().Matches(File.ReadAllText(path)))
            {
                string target = Path.Combine(Path.GetDirectoryName(path)!, link.Groups[1].Value.Split('#')[0]);
                if (!Path.Exists(target)) broken.Add($"{SourceFiles.Shown(path)}: {link.Groups[1].Value}");
            }
        }

        Assert.Empty(broken);
    }

    [Fact]
    public void Scripts_named_in_the_README_exist_and_can_be_run()
    {
        string readme = File.ReadAllText(Path.Combine(RepositoryFiles.Root, "README.md"));
        IEnumerable<string> scripts = Script().Matches(readme).Select(match => match.Value).Distinct();
        Assert.Contains("scripts/bitmapist-server", scripts);
        Assert.Contains("scripts/test", scripts);
        foreach (string path in scripts.Select(script => Path.Combine(RepositoryFiles.Root, script)))
        {
            Assert.True(File.Exists(path), path);
            if (!OperatingSystem.IsWindows()) // which has no such permission
                Assert.True((File.GetUnixFileMode(path) & UnixFileMode.UserExecute) != 0, path);
        }
    }

    [Fact]
    public void Every_package_has_a_reason_beside_it()
    {
        string[] lines = File.ReadAllLines(Path.Combine(RepositoryFiles.Root, "Directory.Packages.props"));
        IEnumerable<string> bare = lines.Index()
            .Where(line => line.Item.Contains("<PackageVersion", StringComparison.Ordinal)
                && !lines[line.Index - 1].Contains("-->", StringComparison.Ordinal))
            .Select(line => line.Item.Trim());
        Assert.Empty(bare);
    }

    [Fact]
    public void Every_package_is_in_the_README()
    {
        string packages = File.ReadAllText(Path.Combine(RepositoryFiles.Root, "Directory.Packages.props"));
        string readme = File.ReadAllText(Path.Combine(RepositoryFiles.Root, "README.md"));
        string table = readme.Split("## Dependencies, and why")[1].Split("\n\n")[1];
        Assert.All(Package().Matches(packages), package => Assert.Contains(
            package.Groups[1].Value, table, StringComparison.Ordinal));
        Assert.True(Package().Count(packages) > 5);
    }

    /// <summary>
    /// The field's words, as docs/glossary.md has them: checksum mismatch, the thread or the caller, on disk, evicted,
    /// released. A dialect of our own would hide what a reader knows already.
    /// </summary>
    [Fact]
    public void Code_and_documents_use_the_words_of_the_field()
    {
        IEnumerable<string> found =
            from path in SourceFiles.Find("*.cs").Concat(Documents())
            where !path.EndsWith("/WordsTests.cs", StringComparison.Ordinal)
            from Match match in Dialect().Matches(Prose(File.ReadAllText(path)))
            select $"{SourceFiles.Shown(path)}: {match.Value}";
        Assert.Empty(found);
    }

    [Theory]
    [InlineData("/// A block that does not\n    /// prove itself.", true)]
    [InlineData("what proves itself", true)]
    [InlineData("proven by its checksum", true)]
    [InlineData("a file stands\nbeside it", true)]
    [InlineData("> what stood\n> there", true)]
    [InlineData("Whoever asks first computes it", true)]
    [InlineData("// who asks", true)]
    [InlineData("a cold key", true)]
    [InlineData("it lets go of its shards", true)]
    [InlineData("a key leaves memory", true)]
    [InlineData("one stands in for it, 0 stands for none, the clock stands still", false)]
    [InlineData("this proves nothing; the client, whoever it was, goes on", false)]
    public void The_dialect_is_told_from_other_words(string text, bool isDialect) =>
        Assert.Equal(isDialect, Dialect().IsMatch(Prose(text)));

    /// <summary>A document that speaks of the log calls it the write-ahead log at the first mention.</summary>
    [Fact]
    public void The_log_is_introduced_as_the_write_ahead_log()
    {
        IEnumerable<string> silent = Documents()
            .Where(path => Prose(File.ReadAllText(path)) is string text
                && Segment().Match(text) is { Success: true } mention
                && text.IndexOf("rite-ahead log", StringComparison.Ordinal) is int introduced
                && (introduced < 0 || introduced > mention.Index))
            .Select(SourceFiles.Shown);
        Assert.Empty(silent);
    }

    private static IEnumerable<string> Documents() => Directory.EnumerateFiles(RepositoryFiles.Root, "*.md").Concat(
        Directory.EnumerateFiles(Path.Combine(RepositoryFiles.Root, "docs"), "*.md", SearchOption.AllDirectories));

    /// <summary>Text without the line breaks and comment signs that part the words of a sentence.</summary>
    private static string Prose(string text) => Break().Replace(text, " ");

    [GeneratedRegex("<PackageVersion Include=\"([^\"]+)\"")]
    private static partial Regex Package();

    [GeneratedRegex(@"\s*\n[ \t]*(?:///?|>)?[ \t]*")]
    private static partial Regex Break();

    [GeneratedRegex(@"\bprov(?:e|es|ed|en|ing) (?:itself|themselves)\b|\bproven by (?:its|their|a) checksum"
        + @"|\b(?:stands?|stood) (?:in(?! for)|on|at|there|here|beside|behind|before|between|within|inside|under)\b"
        + @"|\bwho(?:ever)? asks\b|\bwhoever (?:asked|commits|waits|reads|writes|needs|calls|holds)\b"
        + @"|\bcold (?:key|read|operand|answer|question|value|bitmap|GETBIT|BITCOUNT|BITOP)s?\b"
        + @"|\b(?:lets|let) go of\b|\b(?:leaves?|left) memory\b", RegexOptions.IgnoreCase)]
    private static partial Regex Dialect();

    // How documents name the segments of the log, and the log as such.
    [GeneratedRegex(@"\.log\.(?:N|0|\*)|\b(?:the|its) log(?! line)\b|log segment", RegexOptions.IgnoreCase)]
    private static partial Regex Segment();

    [GeneratedRegex(@"\]\((?!https?://|#)([^)]+)\)")]
    private static partial Regex LocalLink();

    [GeneratedRegex(@"scripts/[a-z][a-z-]*")]
    private static partial Regex Script();
}
