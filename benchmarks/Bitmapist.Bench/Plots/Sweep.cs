using Bitmapist.Bench.Peers;
using Bitmapist.Bench.Report;
using Bitmapist.Bench.Rows;

namespace Bitmapist.Bench.Plots;

/// <summary>The same load in several sizes: a row of the table for each, and a plot of all.</summary>
/// <param name="title">Of the plot, and what the rows' names begin with.</param>
/// <param name="axis">What the sizes are of.</param>
/// <param name="file">The plot's name without its ending.</param>
/// <param name="points">Ascending.</param>
internal sealed class Sweep(string title, string axis, string file, IReadOnlyList<SweepPoint> points) : IRow
{
    public string Name => title;

    public bool ComparesBuilds => true;

    public void Run(BenchRun run)
    {
        PeerKind[] kinds = [run.Ours, .. run.Rivals];
        var columns = new List<Column[]>();
        foreach (SweepPoint point in points)
        {
            Column[] measured = point.Row.Measure(run, [.. kinds.Select(point.Variant ?? (kind => kind))]);
            run.Table.Write($"{title}: {point.Label}", point.Row.Unit, measured);
            columns.Add(measured);
        }

        if (run.PlotDirectory is not { } directory) return;
        string[] labels = [.. points.Select(point => point.Label)];
        var lines = kinds.Select((kind, i) => new PlotLine(kind.Name,
            [.. columns.Select(column => column[i].IsMeasured ? column[i].Median.Value : double.NaN)]));
        Directory.CreateDirectory(directory);
        LinePlot.Write(Path.Combine(directory, $"{file}.svg"), title, axis, labels, [.. lines]);
        run.Table.Plots.Add((title, $"{file}.svg"));
    }
}

/// <summary>One size of a sweep.</summary>
/// <param name="Label">The size.</param>
/// <param name="Row">What is measured.</param>
/// <param name="Variant">How the servers are started; null: as always.</param>
internal sealed record SweepPoint(string Label, AlternatingRow Row, Func<PeerKind, PeerKind>? Variant = null);
