using System.Globalization;

namespace Bitmapist.Server.Timing;

/// <summary>
/// A histogram for each command that was called: latency-tracking. Calls of one command that were run and timed
/// together count with their mean. Thread-safe.
/// </summary>
/// <param name="commandCount">Commands and subcommands there are.</param>
internal sealed class CommandLatencies(int commandCount)
{
    private readonly LatencyHistogram?[] _histograms = new LatencyHistogram?[commandCount];
    private volatile bool _isOn = true;
    private volatile string _percentiles = "50 99 99.9";

    /// <summary>latency-tracking.</summary>
    public bool IsOn
    {
        get => _isOn;
        set => _isOn = value;
    }

    /// <summary>latency-tracking-info-percentiles, as CONFIG GET shows it.</summary>
    public string Percentiles
    {
        get => _percentiles;
        set => _percentiles = value;
    }

    /// <summary>The histogram of a command by its number; null: it was never called.</summary>
    public LatencyHistogram? this[int command] => Volatile.Read(ref _histograms[command]);

    /// <summary>Counts calls of a command that took so long each.</summary>
    public void Add(int command, long nanoseconds, long calls)
    {
        if (!_isOn) return;
        LatencyHistogram? histogram = Volatile.Read(ref _histograms[command]);
        if (histogram is null)
        {
            var made = new LatencyHistogram();
            histogram = Interlocked.CompareExchange(ref _histograms[command], made, null) ?? made;
        }

        histogram.Add(nanoseconds, calls);
    }

    /// <summary>Forgets all.</summary>
    public void Clear() => Array.Clear(_histograms);

    /// <summary>Reads percentiles.</summary>
    /// <returns>Null, or what is wrong with them in Redis's words.</returns>
    public static string? TryParse(string text, out List<double> percentiles)
    {
        percentiles = [];
        foreach (string word in text.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            if (!double.TryParse(word, NumberStyles.Float, CultureInfo.InvariantCulture, out double percentile)
                || double.IsNaN(percentile))
                return "Invalid latency-tracking-info-percentiles parameters";
            if (percentile is < 0 or > 100)
                return "latency-tracking-info-percentiles parameters should sit between [0.0,100.0]";
            percentiles.Add(percentile);
        }

        return null;
    }

    /// <summary>Percentiles as text: the shortest form of each number.</summary>
    public static string TextOf(IEnumerable<double> percentiles) =>
        string.Join(' ', percentiles.Select(value => value.ToString(CultureInfo.InvariantCulture)));
}
