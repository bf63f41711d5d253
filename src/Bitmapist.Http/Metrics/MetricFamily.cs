using Bitmapist.Server.State;

namespace Bitmapist.Http.Metrics;

/// <summary>What a metric's values mean to Prometheus; in its text the same words in lower case.</summary>
internal enum MetricKind
{
    /// <summary>Goes up and down.</summary>
    Gauge,

    /// <summary>Only grows, until the server starts anew or CONFIG RESETSTAT.</summary>
    Counter,

    /// <summary>Counts of what took no longer than each of some times.</summary>
    Histogram,
}

/// <summary>A value of a metric.</summary>
/// <param name="Labels">Values of its labels, in the order of the family's.</param>
/// <param name="Value">In the metric's unit.</param>
internal readonly record struct Sample(string[] Labels, double Value);

/// <summary>
/// A metric, declared once: the page and docs/metrics.md derive from it. It is read when it is asked for, and counted
/// by nobody for its own sake.
/// </summary>
/// <param name="Name">With its unit at the end, and "total" behind that for counters.</param>
/// <param name="Kind">What its values mean.</param>
/// <param name="Help">A sentence.</param>
/// <param name="Labels">Names of its labels.</param>
/// <param name="Read">Its values now.</param>
internal sealed record MetricFamily(
    string Name, MetricKind Kind, string Help, string[] Labels, Func<Reading, IEnumerable<Sample>> Read)
{
    private const string Prefix = "bitmapist_";
    private static readonly string[] s_units = ["seconds", "bytes"];

    /// <summary>The unit, as the name has it; "": it is a number of something.</summary>
    public string Unit => s_units.FirstOrDefault(Name.Replace("_total", "", StringComparison.Ordinal).EndsWith, "");

    /// <summary>A metric of one value that goes up and down.</summary>
    public static MetricFamily Gauge(string name, string help, Func<Reading, double> read) =>
        new(Prefix + name, MetricKind.Gauge, help, [], reading => [new Sample([], read(reading))]);

    /// <summary>One with a value for each of something.</summary>
    public static MetricFamily Gauges(
        string name, string help, string label, Func<Reading, IEnumerable<(string Label, double Value)>> read) =>
        new(Prefix + name, MetricKind.Gauge, help, [label], reading => Labelled(read(reading)));

    /// <summary>A metric of one value that only grows.</summary>
    public static MetricFamily Counter(string name, string help, Func<Reading, double> read) =>
        new(Prefix + name, MetricKind.Counter, help, [], reading => [new Sample([], read(reading))]);

    /// <summary>One with a value for each of something.</summary>
    public static MetricFamily Counters(
        string name, string help, string label, Func<Reading, IEnumerable<(string Label, double Value)>> read) =>
        new(Prefix + name, MetricKind.Counter, help, [label], reading => Labelled(read(reading)));

    /// <summary>A metric whose value is 1 and whose labels tell something.</summary>
    public static MetricFamily Facts(
        string name, string help, string[] labels, Func<ServerState, string[]> read) =>
        new(Prefix + name, MetricKind.Gauge, help, labels, reading => [new Sample(read(reading.Server), 1)]);

    /// <summary>What a histogram is called; its values are written by <see cref="DurationText"/>.</summary>
    public static MetricFamily Histogram(string name, string help, string label) =>
        new(Prefix + name, MetricKind.Histogram, help, [label], _ => []);

    private static IEnumerable<Sample> Labelled(IEnumerable<(string Label, double Value)> values) =>
        values.Select(value => new Sample([value.Label], value.Value));
}
