using System.Text.Json;
using Bitmapist.Http.Metrics;
using Bitmapist.Testing.Servers;

namespace Bitmapist.Http.Tests.Metrics;

/// <summary>
/// Documents, dashboard and alert rules name metrics that exist. BITMAPIST_WRITE_DOCS=1 writes the table.
/// </summary>
public sealed class DocumentsTests
{
    private const string Begin = "<!-- metrics -->\n", End = "<!-- /metrics -->\n";

    [Fact]
    public void The_table_in_docs_is_that_of_the_declarations()
    {
        string text = File.ReadAllText(Documents.ReferencePath);
        int from = text.IndexOf(Begin, StringComparison.Ordinal) + Begin.Length;
        int to = text.IndexOf(End, StringComparison.Ordinal);
        string expected = text[..from] + MetricReference.Table() + text[to..];
        if (Environment.GetEnvironmentVariable("BITMAPIST_WRITE_DOCS") == "1")
            File.WriteAllText(Documents.ReferencePath, expected);
        Assert.Equal(expected, File.ReadAllText(Documents.ReferencePath));
    }

    [Theory]
    [InlineData("docs/metrics.md")]
    [InlineData("packaging/grafana/bitmapist-server.json")]
    [InlineData("packaging/prometheus/bitmapist-server.rules.yml")]
    public void Every_metric_that_is_named_exists(string file)
    {
        string[] named = [.. Documents.NamesIn(Path.Combine(RepositoryFiles.Root, file))];
        Assert.InRange(named.Length, 5, int.MaxValue);
        string[] known = [.. MetricFamilies.All.Select(family => family.Name)];
        Assert.All(named, name => Assert.Contains(Documents.FamilyOf(name), known));
    }

    [Fact]
    public void Every_metric_has_a_sentence_and_a_name_of_its_kind()
    {
        Assert.All(MetricFamilies.All, family =>
        {
            Assert.EndsWith(".", family.Help, StringComparison.Ordinal);
            Assert.Equal(
                family.Kind == MetricKind.Counter, family.Name.EndsWith("_total", StringComparison.Ordinal));
        });
        Assert.Equal("seconds", MetricFamilies.Durations.Unit);
        Assert.Equal("bytes", MetricFamilies.All.Single(family => family.Name == "bitmapist_sent_bytes_total").Unit);
        Assert.Equal("", MetricFamilies.All.Single(family => family.Name == "bitmapist_clients").Unit);
    }

    [Fact]
    public void The_dashboard_is_a_grid_of_panels_that_ask_the_chosen_source()
    {
        string path = Path.Combine(RepositoryFiles.Root, "packaging/grafana/bitmapist-server.json");
        using var dashboard = JsonDocument.Parse(File.ReadAllText(path));
        var ids = new HashSet<int>();
        var places = new HashSet<(int X, int Y)>();
        foreach (JsonElement panel in dashboard.RootElement.GetProperty("panels").EnumerateArray())
        {
            Assert.True(ids.Add(panel.GetProperty("id").GetInt32()), "An id is there twice.");
            JsonElement grid = panel.GetProperty("gridPos");
            for (int x = 0; x < grid.GetProperty("w").GetInt32(); x++)
            {
                for (int y = 0; y < grid.GetProperty("h").GetInt32(); y++)
                {
                    (int X, int Y) place = (grid.GetProperty("x").GetInt32() + x, grid.GetProperty("y").GetInt32() + y);
                    Assert.InRange(place.X, -1, 23);
                    Assert.True(places.Add(place), $"Panels overlap at {place}.");
                }
            }

            if (panel.GetProperty("type").GetString() == "row") continue;
            Assert.Equal("${source}", panel.GetProperty("datasource").GetProperty("uid").GetString());
            Assert.NotEmpty(panel.GetProperty("targets").EnumerateArray());
        }

        Assert.InRange(ids.Count, 10, int.MaxValue);
    }
}
