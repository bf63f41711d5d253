using System.Text;

namespace Bitmapist.Http.Metrics;

/// <summary>The table of docs/metrics.md, made from the metrics' declarations.</summary>
internal static class MetricReference
{
    public static string Table()
    {
        var text = new StringBuilder("| metric | type | unit | |\n|---|---|---|---|\n");
        foreach (MetricFamily family in MetricFamilies.All)
        {
            string labels = family.Labels.Length == 0 ? "" : $"{{{string.Join(", ", family.Labels)}}}";
            string kind = family.Kind.ToString().ToLowerInvariant();
            text.Append($"| `{family.Name}{labels}` | {kind} | {family.Unit} | {family.Help} |\n");
        }

        return text.ToString();
    }
}
