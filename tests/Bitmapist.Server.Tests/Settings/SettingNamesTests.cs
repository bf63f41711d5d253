using Bitmapist.Server.Parameters;
using Bitmapist.Testing.Servers;

namespace Bitmapist.Server.Tests.Settings;

public sealed class SettingNamesTests
{
    [Fact]
    public void Every_setting_of_the_document_is_a_parameter_of_CONFIG()
    {
        string text = File.ReadAllText(Path.Combine(RepositoryFiles.Root, "docs", "configuration.md"));
        string[] names =
        [
            .. text.Split('\n').Where(line => line.StartsWith("| `", StringComparison.Ordinal))
                .Select(line => line.Split('`')[1]),
        ];
        Assert.InRange(names.Length, 30, 100);
        Assert.All(names, name => Assert.True(ParameterTable.Find(name) is not null, name));
        Assert.Equal(names.Length, names.Distinct().Count());
    }

    [Fact]
    public void What_is_said_of_defaults_is_accepted() => Assert.All(StartParameters.All, parameter =>
        Assert.Null(StartParameters.Check(parameter.Name, parameter.Default)));
}
