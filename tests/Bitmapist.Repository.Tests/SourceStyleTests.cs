using System.Text.RegularExpressions;

namespace Bitmapist.Repository.Tests;

/// <summary>The hard limits of the house style: what outgrows them is asking for a split.</summary>
public sealed partial class SourceStyleTests
{
    private const int FileLinesMax = 500;
    private const int MethodLinesMax = 70;
    private const int ColumnsMax = 120;

    [Fact]
    public void No_file_is_longer_than_500_lines() =>
        Assert.Empty(SourceFiles.Find("*.cs").Where(path =>
            File.ReadLines(path).Count() > FileLinesMax).Select(SourceFiles.Shown));

    [Fact]
    public void No_line_is_wider_than_120_columns()
    {
        IEnumerable<string> wide =
            from path in SourceFiles.Find("*.cs")
            from line in File.ReadLines(path).Index()
            where line.Item.Length > ColumnsMax && !Row().IsMatch(line.Item)
            select $"{SourceFiles.Shown(path)}({line.Index + 1})";
        Assert.Empty(wide);
    }

    [Fact]
    public void No_method_is_longer_than_70_lines()
    {
        var tooLong = new List<string>();
        foreach (string path in SourceFiles.Find("*.cs"))
        {
            string[] lines = File.ReadAllLines(path);
            for (int i = 1; i < lines.Length; i++)
            {
                if (!MemberBrace().IsMatch(lines[i]) || IsNoMethod(Header(lines, i))) continue;
                string close = lines[i].Replace('{', '}');
                int end = Array.FindIndex(lines, i, line => line.StartsWith(close, StringComparison.Ordinal));
                if (end - i - 1 > MethodLinesMax)
                    tooLong.Add($"{SourceFiles.Shown(path)}({i + 1}): {end - i - 1} lines");
            }
        }

        Assert.Empty(tooLong);
    }

    [Fact]
    public void Namespaces_are_file_scoped_and_follow_folders()
    {
        var wrong = new List<string>();
        foreach (string path in SourceFiles.Find("*.cs").Where(path =>
            SourceFiles.Shown(path).StartsWith("src/", StringComparison.Ordinal)))
        {
            string expected = Path.GetDirectoryName(SourceFiles.Shown(path))!["src/".Length..].Replace('/', '.');
            string? declared =
                File.ReadLines(path).FirstOrDefault(line => line.StartsWith("namespace ", StringComparison.Ordinal));
            if (declared is not null && declared != $"namespace {expected};")
                wrong.Add($"{SourceFiles.Shown(path)}: {declared}");
        }

        Assert.Empty(wrong);
    }

    [Fact]
    public void Extension_methods_are_ordinary_ones_which_every_editor_finds() =>
        Assert.Empty(SourceFiles.Find("*.cs").Where(path =>
            File.ReadLines(path).Any(line => ExtensionBlock().IsMatch(line))).Select(SourceFiles.Shown));

    /// <summary>A type, or the initializer of a table of data.</summary>
    private static bool IsNoMethod(string header) =>
        Type().IsMatch(header) || header.EndsWith("new()", StringComparison.Ordinal) || header.EndsWith('=');

    /// <summary>
    /// The lines from the last blank or closing line to a brace: a declaration, perhaps over several lines.
    /// </summary>
    private static string Header(string[] lines, int brace)
    {
        int first = brace;
        while (first > 0 && lines[first - 1].Trim() is { Length: > 0 } above && above is not ("}" or "{")) first--;
        return string.Join('\n',
            lines[first..brace].Where(line => !line.TrimStart().StartsWith("//", StringComparison.Ordinal)));
    }

    // A row of a table of tests is one line, however long; so is an address.
    [GeneratedRegex(@"InlineData\(|https?://")]
    private static partial Regex Row();

    [GeneratedRegex(@"^( {4}| {8})\{$")]
    private static partial Regex MemberBrace();

    [GeneratedRegex(@"^\s+extension\s*[<(]")]
    private static partial Regex ExtensionBlock();

    [GeneratedRegex(@"\b(class|struct|interface|enum|record|namespace)\b")]
    private static partial Regex Type();
}
