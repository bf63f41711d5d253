using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;

namespace Bitmapist.Bench.Report;

/// <summary>Where and on what the figures were taken.</summary>
internal static class Machine
{
    /// <summary>Writes the lines above the table.</summary>
    public static void Describe(string commit)
    {
        string date = DateTime.UtcNow.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture);
        Console.WriteLine($"{date} UTC, commit {commit}, {Environment.ProcessorCount} × {Processor()}, "
            + $"{RuntimeInformation.FrameworkDescription}, {RedisVersion()}, load average before: {LoadAverage()}.");
        Console.WriteLine();
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

    /// <summary>The second and third word of "Redis server v=7.0.15 …".</summary>
    private static string RedisVersion()
    {
        try
        {
            using Process process =
                Process.Start(new ProcessStartInfo("redis-server", "--version") { RedirectStandardOutput = true })!;
            string[] words = process.StandardOutput.ReadToEnd().Split(' ');
            process.WaitForExit();
            return $"redis-server {words[2].Replace("v=", "")}";
        }
        catch (System.ComponentModel.Win32Exception)
        {
            throw new IOException("redis-server is not installed (Debian: apt-get install redis-server).");
        }
    }
}
