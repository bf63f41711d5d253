using System.Diagnostics;
using System.Globalization;
using Bitmapist.Roaring.Tests.Interop;

namespace Bitmapist.Roaring.Benchmarks;

/// <summary>
/// Ours against CRoaring in one process, in alternating rounds, so that whatever else the machine does hits both.
/// Prints nanoseconds per operation and the median over rounds of the ratio ours / CRoaring. Results are freed on both
/// sides within the time: by the collector here, by free there.
/// </summary>
internal static class Comparison
{
    private const int RoundsMin = 30;

    private static readonly TimeSpan s_rowTime = TimeSpan.FromSeconds(2);

    /// <summary>Names given on the command line select rows that contain one of them.</summary>
    public static void Run(string[] filters)
    {
        if (!CRoaring.IsInstalled)
        {
            Console.Error.WriteLine("libroaring.so.0 is not installed (Debian: apt-get install libroaring0).");
            return;
        }
        Console.WriteLine("| data | operation | ours, ns | CRoaring, ns | ratio |");
        Console.WriteLine("|---|---|---|---|---|");
        foreach (ComparedSets sets in AllSets())
        {
            foreach ((string name, int count, Action ours, Action theirs) in sets.Rows())
            {
                string row = $"{sets.Name} | {name}";
                if (filters.Length > 0 && !filters.Any(row.Contains)) continue;
                Measure(row, count, ours, theirs);
            }
        }
    }

    private static IEnumerable<ComparedSets> AllSets()
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
            yield return new ComparedSets(name, lists, optimize: false);
            yield return new ComparedSets(name + ", runs", lists, optimize: true);
        }
        yield return new ComparedSets("10 M users, 5 %", Months(0.05), optimize: false);
        yield return new ComparedSets("10 M users, 0.5 %", Months(0.005), optimize: false);
    }

    /// <summary>The folder of data kept beside the repository.</summary>
    private static string SharedData()
    {
        DirectoryInfo? root = new(AppContext.BaseDirectory);
        while (root is not null && !File.Exists(Path.Combine(root.FullName, "BitmapistServer.sln"))) root = root.Parent;
        return Path.GetFullPath(Path.Combine(root?.FullName ?? "", "..", "shared", "data"));
    }

    /// <summary>
    /// Twelve months in each of which every user of ten million is active with the given probability.
    /// </summary>
    private static uint[][] Months(double share)
    {
        Random random = new(1);
        uint[][] months = new uint[12][];
        for (int month = 0; month < months.Length; month++)
        {
            List<uint> ids = [];
            for (uint id = 0; id < 10_000_000; id++)
            {
                if (random.NextDouble() < share) ids.Add(id);
            }
            months[month] = [.. ids];
        }
        return months;
    }

    private static void Measure(string row, int operations, Action ours, Action theirs)
    {
        for (Stopwatch warmUp = Stopwatch.StartNew(); warmUp.ElapsedMilliseconds < 600;)
        {
            ours(); // long enough for the tiered compiler to finish
            theirs();
        }
        List<double> ourTimes = [], theirTimes = [], ratios = [];
        Stopwatch total = Stopwatch.StartNew();
        while (ratios.Count < RoundsMin || total.Elapsed < s_rowTime)
        {
            double ourTime = Time(ours, operations), theirTime = Time(theirs, operations);
            ourTimes.Add(ourTime);
            theirTimes.Add(theirTime);
            ratios.Add(ourTime / theirTime);
        }
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"| {row} | {Median(ourTimes):N0} | {Median(theirTimes):N0} | {Median(ratios):N2} |"));
    }

    private static double Time(Action action, int operations)
    {
        long start = Stopwatch.GetTimestamp();
        action();
        return Stopwatch.GetElapsedTime(start).TotalNanoseconds / operations;
    }

    private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);
}
