using System.Globalization;

namespace Bitmapist.Http.Tests;

/// <summary>Prometheus's text, read back.</summary>
internal sealed class MetricsText
{
    private readonly Dictionary<string, double> _values = [];

    public MetricsText(string text)
    {
        foreach (string line in text.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            if (line.StartsWith("# TYPE ", StringComparison.Ordinal))
            {
                string[] words = line.Split(' ');
                Types.Add(words[2], words[3]); // a family that comes twice is refused
            }
            else if (!line.StartsWith('#'))
            {
                int space = line.LastIndexOf(' ');
                _values.Add(line[..space], double.Parse(line.AsSpan(space + 1), CultureInfo.InvariantCulture));
            }
        }
    }

    /// <summary>The families and their types.</summary>
    public Dictionary<string, string> Types { get; } = [];

    /// <summary>Series, such as <c>bitmapist_keys{db="db0"}</c>, in their order.</summary>
    public IEnumerable<string> Series => _values.Keys;

    /// <summary>The value of a series.</summary>
    public double this[string series] => _values[series];
}
