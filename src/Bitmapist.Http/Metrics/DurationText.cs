using System.Diagnostics;
using System.Globalization;
using System.Text;
using Bitmapist.Server.Commands;
using Bitmapist.Server.Dispatch;
using Bitmapist.Server.State;
using Bitmapist.Server.Timing;

namespace Bitmapist.Http.Metrics;

/// <summary>
/// Histograms of what calls took, by command: those of LATENCY HISTOGRAM, with all their counts. The library's own
/// histograms can only be counted by itself, one value after the other; so these lines are written here, in the format
/// of prometheus.io/docs/instrumenting/exposition_formats (text, 0.0.4).
/// </summary>
internal static class DurationText
{
    /// <summary>
    /// Powers of two from a microsecond to half a second, in nanoseconds. Beyond it the server's histogram ends at a
    /// second, where every longer call is counted, so that what is above has no bounds but infinity.
    /// </summary>
    private static readonly long[] s_bounds = [.. Enumerable.Range(10, 20).Select(power => 1L << power)];

    /// <summary>What calls took less than, in whole nanoseconds, is at most one nanosecond less.</summary>
    private static readonly string[] s_limits =
        [.. s_bounds.Select(bound => Text((bound - 1) / 1_000_000_000m)), "+Inf"];

    /// <summary>Writes the family; the commands that were called.</summary>
    public static void Append(Stream stream, Reading reading)
    {
        MetricFamily family = MetricFamilies.Durations;
        using var text = new StreamWriter(stream, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false), -1, true)
        {
            NewLine = "\n",
        };
        text.WriteLine($"# HELP {family.Name} {family.Help}");
        text.WriteLine($"# TYPE {family.Name} histogram");
        Span<long> calls = stackalloc long[s_limits.Length];
        foreach (CommandSpec spec in CommandList.Table.ByIndex)
        {
            if (reading.Server.Latencies[spec.Index] is not { } histogram) continue;
            histogram.CountBelow(s_bounds, calls);
            CommandCounts counts = reading.Counts.Clients[spec.Index];
            string label = $"{family.Labels[0]}=\"{spec.FullName}\"";
            for (int i = 0; i < calls.Length; i++)
                text.WriteLine($"{family.Name}_bucket{{{label},le=\"{s_limits[i]}\"}} {Text(calls[i])}");
            text.WriteLine($"{family.Name}_sum{{{label}}} {Text((decimal)counts.Ticks / Stopwatch.Frequency)}");
            text.WriteLine($"{family.Name}_count{{{label}}} {Text(calls[^1])}");
        }
    }

    private static string Text(decimal number) => number.ToString(CultureInfo.InvariantCulture);
}
