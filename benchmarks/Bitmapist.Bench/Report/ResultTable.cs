using System.Globalization;

namespace Bitmapist.Bench.Report;

/// <summary>The results as a markdown table, each row written when it is measured.</summary>
internal sealed class ResultTable
{
    private const double GeneratorLimit = 0.95; // of wall time: from here on the server may have had time left
    private const int ReasonMax = 100; // characters of what a server said

    private readonly List<string> _lines = [];
    private readonly int _rivalCount;

    /// <param name="rivals">What to call the other servers.</param>
    public ResultTable(IReadOnlyList<string> rivals)
    {
        _rivalCount = rivals.Count;
        string[] cells =
        [
            "what", "ours", .. rivals, .. rivals.Select(rival => $"ours ÷ {rival}"),
            "CPU s per million: ours", .. rivals, "p99 µs: ours", .. rivals, "remarks",
        ];
        WriteCells(cells);
        WriteLine($"|{string.Concat(Enumerable.Repeat("---|", cells.Length))}");
    }

    /// <summary>All that was written.</summary>
    public IReadOnlyList<string> Lines => _lines;

    /// <summary>Plots that were written, with their titles.</summary>
    public List<(string Title, string File)> Plots { get; } = [];

    /// <summary>Whether ours could not do some row.</summary>
    public bool OursFailed { get; private set; }

    /// <summary>Writes a row from rounds in which the servers were measured one after the other.</summary>
    /// <param name="what">The row's name.</param>
    /// <param name="unit">Of the samples' values.</param>
    /// <param name="columns">Ours, and one for each rival.</param>
    /// <param name="remark">May be empty.</param>
    public void Write(string what, Unit unit, IReadOnlyList<Column> columns, string remark = "")
    {
        var remarks = new List<string>();
        if (remark.Length > 0) remarks.Add(remark);
        foreach (Column column in columns)
        {
            if (column.Failure is { Length: > 0 } reason) remarks.Add($"{column.Name}: {Shortened(reason)}");
            else if (column.IsMeasured && column.Median.GeneratorShare > GeneratorLimit)
                remarks.Add($"generator is the limit for {column.Name}");
        }

        if (columns[0].Failure is { Length: > 0 }) OursFailed = true;
        WriteCells(
        [
            what,
            .. columns.Select(column => column.IsMeasured ? unit.Text(column.Median.Value) : "–"),
            .. columns.Skip(1).Select(rival => Ratio(columns[0], rival)),
            .. columns.Select(column => column.IsMeasured ? Cpu(column.Median) : "–"),
            .. columns.Select(column => column.IsMeasured ? P99(column.Median) : "–"),
            string.Join("; ", remarks),
        ]);
    }

    /// <summary>Writes a row that no rival has a figure for.</summary>
    public void WriteOurs(string what, Unit unit, double value, string remark) =>
        WriteOurs(what, unit, new Sample(value), remark);

    /// <summary>Writes a row that no rival has a figure for.</summary>
    public void WriteOurs(string what, Unit unit, Sample ours, string remark)
    {
        var column = new Column("ours");
        column.Samples.Add(ours);
        Write(what, unit, [column, .. Enumerable.Repeat(new Column("") { Failure = "" }, _rivalCount)], remark);
    }

    /// <summary>Says why a row is missing.</summary>
    public void WriteSkipped(string what, string reason) => Write(what, Unit.Count,
        [.. Enumerable.Repeat(new Column("") { Failure = "" }, _rivalCount + 1)], $"skipped: {reason}");

    private static string Shortened(string reason)
    {
        string line = reason.Trim().Split('\n')[0].Replace('|', '/').Trim();
        return line.Length <= ReasonMax ? line : line[..ReasonMax] + "…";
    }

    /// <summary>The median of the rounds' ratios.</summary>
    private static string Ratio(Column ours, Column rival)
    {
        if (!ours.IsMeasured || !rival.IsMeasured) return "–";
        double ratio = Sample.Median(ours.Samples.Zip(rival.Samples, (our, their) => our.Value / their.Value));
        return ratio < 0.0005 ? "< 0.001" : ratio < 0.095 ? Format($"{ratio:N3}") : Format($"{ratio:N2}");
    }

    private static string Cpu(Sample sample) =>
        sample.CpuSecondsPerMillion == 0 ? "–" : Format($"{sample.CpuSecondsPerMillion:N2}");

    private static string P99(Sample sample) => sample.P99Us == 0 ? "–" : Format($"{sample.P99Us:N0}");

    private static string Format(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    private void WriteCells(IEnumerable<string> cells) => WriteLine($"| {string.Join(" | ", cells)} |");

    private void WriteLine(string line)
    {
        _lines.Add(line);
        Console.WriteLine(line);
        Console.Out.Flush();
    }
}
