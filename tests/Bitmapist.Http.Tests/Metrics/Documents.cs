using System.Text.RegularExpressions;
using Bitmapist.Testing.Servers;

namespace Bitmapist.Http.Tests.Metrics;

/// <summary>What the repository says of metrics.</summary>
internal static partial class Documents
{
    /// <summary>The page with the table.</summary>
    public static string ReferencePath { get; } = Path.Combine(RepositoryFiles.Root, "docs", "metrics.md");

    /// <summary>Families and types of its table.</summary>
    public static IEnumerable<(string Name, string Type)> Families =>
        Row().Matches(File.ReadAllText(ReferencePath)).Select(row => (row.Groups[1].Value, row.Groups[2].Value));

    /// <summary>Every name of a metric in a file.</summary>
    public static IEnumerable<string> NamesIn(string path) =>
        Name().Matches(File.ReadAllText(path)).Select(match => match.Value).Distinct();

    /// <summary>The family that a series, or a name in a question, is of.</summary>
    public static string FamilyOf(string series) => Suffix().Replace(series.Split('{')[0], "");

    [GeneratedRegex(@"^\| `(bitmapist_\w+)(?:\{[\w, ]+\})?` \| (\w+) \|", RegexOptions.Multiline)]
    private static partial Regex Row();

    [GeneratedRegex(@"bitmapist_[a-z_]+")]
    private static partial Regex Name();

    [GeneratedRegex(@"(?<=_duration_seconds)_(?:bucket|sum|count)$")]
    private static partial Regex Suffix();
}
