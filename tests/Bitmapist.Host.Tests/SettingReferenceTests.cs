using System.CommandLine;
using System.Text;
using Bitmapist.Server.Settings;

namespace Bitmapist.Host.Tests;

/// <summary>What documents say of settings is what the flags say. BITMAPIST_WRITE_DOCS=1 writes it.</summary>
public sealed class SettingReferenceTests
{
    private const string Begin = "<!-- settings -->\n", End = "<!-- /settings -->\n";
    private static readonly RootCommand s_root = CommandLine.Create((_, _) => Task.FromResult(0));

    private static string Root
    {
        get
        {
            DirectoryInfo? folder = new(AppContext.BaseDirectory);
            while (!File.Exists(Path.Combine(folder!.FullName, "BitmapistServer.sln"))) folder = folder.Parent;
            return folder.FullName;
        }
    }

    [Fact]
    public void The_table_in_docs_is_that_of_the_flags()
    {
        string path = Path.Combine(Root, "docs", "configuration.md");
        string text = File.ReadAllText(path);
        int from = text.IndexOf(Begin, StringComparison.Ordinal) + Begin.Length;
        int to = text.IndexOf(End, StringComparison.Ordinal);
        string expected = text[..from] + SettingReference.Table(s_root) + text[to..];
        Compare(path, expected);
    }

    [Fact]
    public void The_sample_file_is_that_of_the_flags() =>
        Compare(Path.Combine(Root, "packaging", "bitmapist.conf"), SettingReference.Sample(s_root));

    [Fact]
    public void The_sample_file_changes_nothing()
    {
        byte[] sample = Encoding.UTF8.GetBytes(SettingReference.Sample(s_root));
        Assert.Empty(new ConfigurationFile("sample", sample).SettingLines);
    }

    [Fact]
    public void Every_setting_is_described() => Assert.All(SettingSources.Settings(s_root), option =>
    {
        Assert.False(string.IsNullOrWhiteSpace(option.Description), option.Name);
        Assert.StartsWith("-", option.Name, StringComparison.Ordinal);
    });

    private static void Compare(string path, string expected)
    {
        if (Environment.GetEnvironmentVariable("BITMAPIST_WRITE_DOCS") == "1") File.WriteAllText(path, expected);
        Assert.Equal(expected, File.ReadAllText(path));
    }
}
