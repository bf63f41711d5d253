using ScottPlot;
using ScottPlot.Plottables;

namespace Bitmapist.Bench.Plots;

/// <summary>One server's values, one for each label; NaN where there is none.</summary>
internal sealed record PlotLine(string Name, double[] Values);

/// <summary>Operations per second over sizes, a line for each server.</summary>
internal static class LinePlot
{
    private const int Width = 720, Height = 400;

    /// <summary>Writes an SVG file. Labels are evenly spaced: sizes grow by factors.</summary>
    public static void Write(string path, string title, string axis, string[] labels, PlotLine[] lines)
    {
        using var plot = new Plot();
        foreach (PlotLine line in lines)
        {
            (double X, double Y)[] points =
                [.. line.Values.Select((value, at) => ((double)at, value)).Where(point => !double.IsNaN(point.value))];
            if (points.Length == 0) continue;
            Scatter scatter = plot.Add.Scatter(
                points.Select(point => point.X).ToArray(), points.Select(point => point.Y).ToArray());
            scatter.LegendText = line.Name;
            scatter.LineWidth = 2;
            scatter.MarkerSize = 7;
        }

        plot.Font.Set("DejaVu Sans");
        plot.Title(title);
        plot.XLabel(axis);
        plot.YLabel("operations per second");
        plot.Axes.Bottom.SetTicks([.. labels.Select((_, at) => (double)at)], labels);
        plot.Axes.Left.TickGenerator = new ScottPlot.TickGenerators.NumericAutomatic { LabelFormatter = Thousands };
        plot.Axes.SetLimitsX(-0.3, labels.Length - 0.7);
        double highest = lines.SelectMany(line => line.Values).Where(double.IsFinite).DefaultIfEmpty(1).Max();
        plot.Axes.SetLimitsY(0, highest * 1.1);
        plot.ShowLegend(Edge.Right);
        plot.SaveSvg(path, Width, Height);
    }

    private static string Thousands(double value) => FormattableString.Invariant($"{value:#,0}");
}
