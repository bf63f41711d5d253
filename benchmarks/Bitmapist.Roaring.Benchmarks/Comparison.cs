using System.Diagnostics;
using System.Globalization;
using System.Runtime;
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
    /// A method is compiled anew after thirty calls, in the background and not before nothing else was for 100 ms. So
    /// what is new to a row is compiled when nothing has been for longer than that.
    /// </summary>
    private static readonly TimeSpan s_quietTime = TimeSpan.FromMilliseconds(300);

    private static readonly TimeSpan s_warmUpMax = TimeSpan.FromSeconds(8);

    private const int WarmUpCalls = 40;

    /// <summary>Names given on the command line select rows that contain one of them.</summary>
    public static void Run(string[] filters)
    {
        var ratios = new List<double>();
        Console.WriteLine("| data | operation | ours, ns | CRoaring, ns | ours ÷ CRoaring |");
        Console.WriteLine("|---|---|---|---|---|");
        foreach ((string set, Func<ComparedSets> make) in AllSets())
        {
            if (!IsWanted(set, filters)) continue;
            foreach (ComparedRow row in make().Rows())
            {
                string name = $"{set} | {row.Name}";
                if (filters.Length == 0 || filters.Any(name.Contains)) ratios.Add(Measure(name, row));
            }
        }

        if (ratios.Count == 0) return;
        Console.WriteLine();
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{ratios.Count} rows: median {Median(ratios):N2}, highest {ratios.Max():N2}, "
            + $"{ratios.Count(ratio => ratio > 1)} above 1"));
    }

    /// <summary>Making a set takes seconds: those that no filter asks for are left out.</summary>
    private static bool IsWanted(string set, string[] filters) => filters.Length == 0 || filters.Any(filter =>
    {
        int end = filter.IndexOf(" | ", StringComparison.Ordinal);
        return end < 0 || set.EndsWith(filter[..end], StringComparison.Ordinal);
    });

    private static IEnumerable<(string Name, Func<ComparedSets> Make)> AllSets()
    {
        foreach (string name in RealDataSets.Names)
        {
            string path = Path.Combine(SharedData(), $"{name}.tar.gz");
            if (!File.Exists(path))
            {
                Console.Error.WriteLine($"{path} is not beside this checkout.");
                continue;
            }
            yield return (name, () => new ComparedSets(RealDataSets.Read(path), optimize: false));
            yield return (name + ", runs", () => new ComparedSets(RealDataSets.Read(path), optimize: true));
        }
        yield return Months("10 M users, 50 %", 10_000_000, 0.5);
        yield return Months("10 M users, 5 %", 10_000_000, 0.05);
        yield return Months("10 M users, 0.5 %", 10_000_000, 0.005);
        yield return Months("1 M users, 30 %", 1_000_000, 0.3);
    }

    private static (string Name, Func<ComparedSets> Make) Months(string name, uint users, double share) =>
        (name, () => new ComparedSets(Months(users, share), optimize: false));

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
        WarmUp(name, row);
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

    private static void WarmUp(string name, ComparedRow row)
    {
        Stopwatch total = Stopwatch.StartNew(), quiet = Stopwatch.StartNew();
        long compiled = JitInfo.GetCompiledMethodCount();
        for (int calls = 0; total.Elapsed < s_warmUpMax; calls++)
        {
            long ours = row.Ours(), theirs = row.Theirs();
            if (ours != theirs) throw new InvalidOperationException($"{name}: ours {ours}, theirs {theirs}");
            long compiledNow = JitInfo.GetCompiledMethodCount();
            if (compiledNow != compiled) quiet.Restart();
            compiled = compiledNow;
            if (calls >= WarmUpCalls && quiet.Elapsed > s_quietTime) return;
        }
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
