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
        foreach (string path in Directory.EnumerateFiles(RepositoryFiles.Root, "*.md").Concat(
            Directory.EnumerateFiles(Path.Combine(RepositoryFiles.Root, "docs"), "*.md", SearchOption.AllDirectories)))
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

    [GeneratedRegex(@"\]\((?!https?://|#)([^)]+)\)")]
    private static partial Regex LocalLink();

    [GeneratedRegex(@"scripts/[a-z][a-z-]*")]
    private static partial Regex Script();
}
