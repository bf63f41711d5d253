using System.Globalization;
using Bitmapist.Bench.Load;
using Bitmapist.Transport.Contract;

namespace Bitmapist.Transport.Benchmarks;

/// <summary>
/// GETBIT against each contender in turn, round after round. What is printed are medians over the rounds of each
/// contender's throughput and CPU time per operation divided by redis-server's in the same round: the machine's other
/// work hits neighbours in time alike.
/// </summary>
internal static class Comparison
{
    public static readonly string[] Contenders =
        ["redis", "kestrel", "io_uring", "epoll", "io_uring:2", "epoll:2", "pipelines"];

    private static readonly (string Name, int Connections, int Pipeline)[] s_loads =
        [("c=50", 50, 1), ("c=50 P32", 50, 32), ("c=1", 1, 1)];

    public static int Run(int rounds, double seconds, string[] names)
    {
        Contender[] contenders = [.. names.Select(name => new Contender(name))];
        try
        {
            foreach ((string name, int connections, int pipeline) in s_loads)
                Print(name, contenders, Measure(contenders, connections, pipeline, rounds, seconds));
        }
        finally
        {
            foreach (Contender contender in contenders) contender.Dispose();
        }

        return 0;
    }

    private static Sample[][] Measure(
        Contender[] contenders, int connections, int pipeline, int rounds, double seconds)
    {
        foreach (Contender contender in contenders) _ = Measure(contender, connections, pipeline, seconds); // warm up
        var samples = new Sample[rounds][];
        for (int round = 0; round < rounds; round++)
        {
            samples[round] = new Sample[contenders.Length];
            for (int i = 0; i < contenders.Length; i++)
            {
                int turn = (i + round) % contenders.Length; // everybody follows everybody
                samples[round][turn] = Measure(contenders[turn], connections, pipeline, seconds);
            }
        }

        return samples;
    }

    private static Sample Measure(Contender contender, int connections, int pipeline, double seconds)
    {
        BatchTemplate[] templates = [BatchTemplate.GetBits(["bench:transport"], 0, pipeline)];
        using var generator = new LoadGenerator(
            [.. Enumerable.Range(1, connections).Select(seed => new LoadConnection(
                contender.Port, new TemplateRequests(templates, seed, first: 0)))],
            []);
        double cpuBefore = contender.CpuSeconds;
        LoadResult result = generator.Run(TimeSpan.FromSeconds(seconds));
        double operations = (double)result.EagerBatches * pipeline;
        return new Sample(
            operations / result.Elapsed.TotalSeconds, (contender.CpuSeconds - cpuBefore) / operations * 1e6,
            result.Latencies.PercentileUs(0.99));
    }

    private static void Print(string load, Contender[] contenders, Sample[][] samples)
    {
        Console.WriteLine($"| {load} | ops/s | ratio | cpu µs/op | cpu ratio | p99 µs | RSS MB |");
        Console.WriteLine("|---|---|---|---|---|---|---|");
        int baseline = Array.FindIndex(contenders, contender => contender.Name == "redis");
        for (int i = 0; i < contenders.Length; i++)
        {
            int index = i;
            Sample[] own = [.. samples.Select(round => round[index])];
            double ratio = Median(samples.Select(round => round[index].PerSecond / round[baseline].PerSecond));
            double cpu = Median(samples.Select(round => round[index].CpuUs / round[baseline].CpuUs));
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"| {contenders[i].Name} | {Median(own.Select(s => s.PerSecond)):N0} | {ratio:F2} | "
                + $"{Median(own.Select(s => s.CpuUs)):F2} | {cpu:F2} | {Median(own.Select(s => s.P99Us)):F0} | "
                + $"{contenders[i].ResidentBytes / 1048576.0:F0} |"));
        }
    }

    private static double Median(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return sorted[sorted.Length / 2];
    }

    private readonly record struct Sample(double PerSecond, double CpuUs, double P99Us);
}
