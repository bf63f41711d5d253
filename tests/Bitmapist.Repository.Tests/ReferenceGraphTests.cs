using System.Xml.Linq;
using Bitmapist.Testing.Servers;

namespace Bitmapist.Repository.Tests;

/// <summary>The layering of docs/architecture.md, as the project files have it.</summary>
public sealed class ReferenceGraphTests
{
    private static readonly Dictionary<string, string[]> s_allowed = new()
    {
        ["Bitmapist.Roaring"] = [],
        ["Bitmapist.Resp"] = [],
        ["Bitmapist.Storage"] = [],
        ["Bitmapist.Transport"] = [],
        ["Bitmapist.Engine"] = ["Bitmapist.Roaring", "Bitmapist.Storage"],
        ["Bitmapist.Repair"] = ["Bitmapist.Engine"],
        ["Bitmapist.Analytics"] = ["Bitmapist.Roaring"],
        ["Bitmapist.Server"] = ["Bitmapist.Analytics", "Bitmapist.Engine", "Bitmapist.Resp", "Bitmapist.Transport"],
        ["Bitmapist.Migration"] = ["Bitmapist.Engine"],
        ["Bitmapist.Http"] = ["Bitmapist.Server"],
        ["Bitmapist.Host"] = ["Bitmapist.Http", "Bitmapist.Migration", "Bitmapist.Repair", "Bitmapist.Server"],
        ["Bitmapist.Client"] = ["Bitmapist.Resp"],
    };

    [Fact]
    public void Every_assembly_references_what_its_layer_may()
    {
        Dictionary<string, string[]> actual = [];
        foreach (string path in Directory.EnumerateFiles(Path.Combine(RepositoryFiles.Root, "src"), "*.csproj",
            SearchOption.AllDirectories))
        {
            string[] references = [.. XDocument.Load(path).Descendants("ProjectReference")
                .Select(reference => Path.GetFileNameWithoutExtension(reference.Attribute("Include")!.Value))
                .Order(StringComparer.Ordinal)];
            actual.Add(Path.GetFileNameWithoutExtension(path), references);
        }

        Assert.Equal(s_allowed.Keys.Order(StringComparer.Ordinal), actual.Keys.Order(StringComparer.Ordinal));
        Assert.All(s_allowed, allowed => Assert.Equal(allowed.Value, actual[allowed.Key]));
    }

    [Fact]
    public void Every_project_is_in_the_solution()
    {
        string solution = File.ReadAllText(Path.Combine(RepositoryFiles.Root, "BitmapistServer.sln"));
        IEnumerable<string> missing = SourceFiles.Find("*.csproj").Where(path =>
            !solution.Contains($"\"{Path.GetFileNameWithoutExtension(path)}\"", StringComparison.Ordinal));
        Assert.Empty(missing);
    }
}
