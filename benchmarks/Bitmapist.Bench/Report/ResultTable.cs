using System.Globalization;

namespace Bitmapist.Bench.Report;

/// <summary>The results as a markdown table, each row written when it is measured.</summary>
internal static class ResultTable
{
    private const double GeneratorLimit = 0.95; // of wall time: from here on the server may have had time left

    /// <param name="rival">What to call the other server.</param>
    public static void WriteHeader(string rival)
    {
        Console.WriteLine($"| what | ours | {rival} | ours ÷ {rival} | CPU s per million: ours | {rival} "
            + $"| p50 / p99 µs: ours | {rival} | remarks |");
        Console.WriteLine("|---|---|---|---|---|---|---|---|---|");
    }

    /// <summary>Writes a row from rounds in which both servers were measured one after the other.</summary>
    public static void Write(
        string what, Unit unit, IReadOnlyList<Sample> ours, IReadOnlyList<Sample> theirs, string remark = "")
    {
        double ratio = Sample.Median(ours.Zip(theirs, (our, their) => our.Value / their.Value));
        Sample our = Sample.Median(ours), their = Sample.Median(theirs);
        List<string> remarks = remark.Length > 0 ? [remark] : [];
        if (our.GeneratorShare > GeneratorLimit) remarks.Add("generator is the limit for ours");
        if (their.GeneratorShare > GeneratorLimit) remarks.Add("generator is the limit for Redis");
        Write(what, Text(our.Value, unit), Text(their.Value, unit), Ratio(ratio),
            Cpu(our), Cpu(their), Latency(our), Latency(their), string.Join("; ", remarks));
    }

    /// <summary>Writes a row that Redis has no figure for.</summary>
    public static void WriteOurs(string what, Unit unit, double value, string remark) =>
        Write(what, Text(value, unit), "–", "–", "–", "–", "–", "–", remark);

    /// <summary>Says why a row is missing.</summary>
    public static void WriteSkipped(string what, string reason) =>
        Write(what, "–", "–", "–", "–", "–", "–", "–", $"skipped: {reason}");

    public static string Text(double value, Unit unit) => unit switch
    {
        Unit.PerSecond => Format($"{value:N0}/s"),
        Unit.Nanoseconds => Format($"{value:N0} ns"),
        Unit.Microseconds => Format($"{value:N0} µs"),
        Unit.Milliseconds => Format($"{value:N0} ms"),
        _ when Math.Abs(value) >= 1e9 => Format($"{value / 1e9:N2} GB"),
        _ when Math.Abs(value) >= 1e5 => Format($"{value / 1e6:N1} MB"),
        _ => Format($"{value:N0} B"),
    };

    private static void Write(params ReadOnlySpan<string?> cells)
    {
        Console.WriteLine($"| {string.Join(" | ", cells!)} |");
        Console.Out.Flush();
    }

    private static string Ratio(double ratio) =>
        ratio < 0.0005 ? "< 0.001" : ratio < 0.095 ? Format($"{ratio:N3}") : Format($"{ratio:N2}");

    private static string Cpu(Sample sample) =>
        sample.CpuSecondsPerMillion == 0 ? "–" : Format($"{sample.CpuSecondsPerMillion:N2}");

    private static string Latency(Sample sample) =>
        sample.P99Us == 0 ? "–" : Format($"{sample.P50Us:N0} / {sample.P99Us:N0}");

    private static string Format(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
