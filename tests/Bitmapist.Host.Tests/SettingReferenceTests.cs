using System.CommandLine;
using System.Text;
using Bitmapist.Server.Settings;

namespace Bitmapist.Host.Tests;

/// <summary>What documents say of settings is what the flags say.</summary>
public sealed class SettingReferenceTests
{
    private static readonly RootCommand s_root = CommandLine.Create((_, _) => Task.FromResult(0));

    [Fact]
    public void The_table_in_docs_is_that_of_the_flags() =>
        GeneratedFile.CompareSection("docs/configuration.md", "settings", SettingReference.Table(s_root));

    [Fact]
    public void The_sample_file_is_that_of_the_flags() =>
        GeneratedFile.Compare("packaging/bitmapist.conf", SettingReference.Sample(s_root));

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
}
