using System.Globalization;
using System.Runtime.InteropServices;

namespace Bitmapist.Bench.Report;

/// <summary>Where and on what the figures were taken.</summary>
internal static class Machine
{
    /// <summary>The line above the table.</summary>
    /// <param name="commit">Of this repository.</param>
    /// <param name="versions">Those of the servers it is compared with.</param>
    public static string Describe(string commit, IEnumerable<string> versions)
    {
        string date = DateTime.UtcNow.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture);
        string[] parts =
        [
            $"{date} UTC", $"commit {commit}", $"{Environment.ProcessorCount} × {Processor()}",
            RuntimeInformation.FrameworkDescription, .. versions, $"load average before: {LoadAverage()}",
        ];
        return string.Join(", ", parts) + ".";
    }

    public static string LoadAverage() => File.ReadAllText("/proc/loadavg").Split(' ')[0];

    /// <summary>Memory that could be had without swapping.</summary>
    public static long AvailableBytes()
    {
        string line = File.ReadLines("/proc/meminfo").First(line => line.StartsWith("MemAvailable:"));
        return long.Parse(line.AsSpan(13, line.Length - 16), NumberStyles.Integer, CultureInfo.InvariantCulture) * 1024;
    }

    private static string Processor()
    {
        string? model = File.ReadLines("/proc/cpuinfo").FirstOrDefault(line => line.StartsWith("model name"));
        return model is null ? RuntimeInformation.ProcessArchitecture.ToString() : model[(model.IndexOf(':') + 2)..];
    }
}
