using System.Diagnostics;
using System.Globalization;
using Bitmapist.Roaring.Tests.Interop;

namespace Bitmapist.Roaring.Benchmarks;

/// <summary>
/// Ours against CRoaring, as Roaring.Net ships it, in one process and in alternating rounds, so that whatever else the
/// machine does hits both. What is counted is the process's CPU time: results are freed on both sides within it, by the
/// collector (whose threads count) here, by Dispose there.
/// </summary>
internal static class Comparison
{
    private const int Rounds = 15;

    private static readonly TimeSpan s_roundTime = TimeSpan.FromMilliseconds(12); // of each side

    /// <summary>
    /// A method is compiled anew after thirty calls and, in the background, after 100 ms without another new one.
    /// </summary>
    private static readonly TimeSpan s_warmUpTime = TimeSpan.FromMilliseconds(400);

    private const int WarmUpCalls = 60;

    /// <summary>Names given on the command line select rows that contain one of them.</summary>
    public static void Run(string[] filters)
    {
        var ratios = new List<double>();
        Console.WriteLine("| data | operation | ours, ns | CRoaring, ns | ours ÷ CRoaring |");
        Console.WriteLine("|---|---|---|---|---|");
        foreach (Func<ComparedSets> make in AllSets())
        {
            ComparedSets? sets = null;
            foreach (ComparedRow row in (sets = make()).Rows())
            {
                string name = $"{sets.Name} | {row.Name}";
                if (filters.Length == 0 || filters.Any(name.Contains)) ratios.Add(Measure(name, row));
            }
        }

        if (ratios.Count == 0) return;
        Console.WriteLine();
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{ratios.Count} rows: median {Median(ratios):N2}, highest {ratios.Max():N2}, "
            + $"{ratios.Count(ratio => ratio > 1)} above 1"));
    }

    private static IEnumerable<Func<ComparedSets>> AllSets()
    {
        foreach (string name in RealDataSets.Names)
        {
            string path = Path.Combine(SharedData(), $"{name}.tar.gz");
            if (!File.Exists(path))
            {
                Console.Error.WriteLine($"{path} is not beside this checkout.");
                continue;
            }
            uint[][] lists = RealDataSets.Read(path);
            yield return () => new ComparedSets(name, lists, optimize: false);
            yield return () => new ComparedSets(name + ", runs", lists, optimize: true);
        }
        yield return () => new ComparedSets("10 M users, 50 %", Months(10_000_000, 0.5), optimize: false);
        yield return () => new ComparedSets("10 M users, 5 %", Months(10_000_000, 0.05), optimize: false);
        yield return () => new ComparedSets("10 M users, 0.5 %", Months(10_000_000, 0.005), optimize: false);
        yield return () => new ComparedSets("1 M users, 30 %", Months(1_000_000, 0.3), optimize: false);
    }

    /// <summary>The folder of data kept beside the repository.</summary>
    private static string SharedData()
    {
        DirectoryInfo? root = new(AppContext.BaseDirectory);
        while (root is not null && !File.Exists(Path.Combine(root.FullName, "BitmapistServer.sln"))) root = root.Parent;
        return Path.GetFullPath(Path.Combine(root?.FullName ?? "", "..", "shared", "data"));
    }

    /// <summary>Six months in each of which every user is active with the given probability.</summary>
    private static uint[][] Months(uint users, double share)
    {
        Random random = new(1);
        uint[][] months = new uint[6][];
        for (int month = 0; month < months.Length; month++)
        {
            List<uint> ids = [];
            for (uint id = 0; id < users; id++)
            {
                if (random.NextDouble() < share) ids.Add(id);
            }
            months[month] = [.. ids];
        }
        return months;
    }

    private static double Measure(string name, ComparedRow row)
    {
        Stopwatch warmUp = Stopwatch.StartNew();
        for (int calls = 0; calls < WarmUpCalls || warmUp.Elapsed < s_warmUpTime; calls++)
        {
            long ours = row.Ours(), theirs = row.Theirs();
            if (ours != theirs) throw new InvalidOperationException($"{name}: ours {ours}, theirs {theirs}");
            if (warmUp.Elapsed > 10 * s_warmUpTime) break; // such calls take long enough to be compiled in the midst
        }

        List<double> ourTimes = [], theirTimes = [], ratios = [];
        for (int round = 0; round < Rounds; round++)
        {
            double ourTime = Time(row.Ours, row.Count), theirTime = Time(row.Theirs, row.Count);
            ourTimes.Add(ourTime);
            theirTimes.Add(theirTime);
            ratios.Add(ourTime / theirTime);
        }

        double ratio = Median(ratios);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"| {name} | {Median(ourTimes):N0} | {Median(theirTimes):N0} | {ratio:N2} |"));
        return ratio;
    }

    /// <summary>CPU nanoseconds of one operation.</summary>
    private static double Time(Func<long> call, int operations)
    {
        Stopwatch watch = Stopwatch.StartNew();
        TimeSpan before = Environment.CpuUsage.TotalTime;
        int calls = 0;
        do
        {
            call();
            calls++;
        }
        while (watch.Elapsed < s_roundTime);
        return (Environment.CpuUsage.TotalTime - before).TotalNanoseconds / ((double)calls * operations);
    }

    private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);
}
