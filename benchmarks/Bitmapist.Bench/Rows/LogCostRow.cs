using Bitmapist.Bench.Peers;
using Bitmapist.Bench.Report;

namespace Bitmapist.Bench.Rows;

/// <summary>What the log costs: ours beside ours in memory alone.</summary>
/// <param name="name">What the table shows.</param>
/// <param name="load">Put on both.</param>
internal sealed class LogCostRow(string name, ThroughputRow load) : IRow
{
    public string Name => name;

    public bool ComparesBuilds => false;

    public void Run(BenchRun run)
    {
        Column[] columns = load.Measure(run, [run.Ours, PeerKind.OursWithoutLog]);
        if (Array.Find(columns, column => !column.IsMeasured) is { } failed)
        {
            run.Table.WriteSkipped(name, $"{failed.Name}: {failed.Failure}");
            return;
        }

        double ratio = Sample.Median(
            columns[0].Samples.Zip(columns[1].Samples, (with, without) => with.Value / without.Value));
        string inMemory = load.Unit.Text(columns[1].Median.Value);
        run.Table.WriteOurs(name, load.Unit, columns[0].Median,
            FormattableString.Invariant($"in memory {inMemory}; log ÷ memory {ratio:N2}"));
    }
}
