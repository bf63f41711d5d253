using BenchmarkDotNet.Attributes;
using Bitmapist.Roaring.Kernels;

namespace Bitmapist.Roaring.Benchmarks;

/// <summary>Scalar against vector on ascending values.</summary>
[MemoryDiagnoser]
public class ArrayKernelBenchmarks
{
    private ushort[] left = [];
    private ushort[] right = [];
    private readonly ushort[] result = new ushort[8_192 + ArrayUnion.Slack];

    [Params(64, 328, 2_048)]
    public int Count { get; set; }

    [GlobalSetup]
    public void Fill()
    {
        Random random = new(1);
        left = Values(random);
        right = Values(random);
    }

    [Benchmark(Baseline = true)]
    public int IntersectScalar() => ArrayIntersection.IntersectScalar(left, right, result);

    [Benchmark]
    public int IntersectVector() => ArrayIntersection.IntersectVector(left, right, result);

    [Benchmark]
    public int DifferenceScalar() => ArrayIntersection.DifferenceScalar(left, right, result);

    [Benchmark]
    public int DifferenceVector() => ArrayIntersection.DifferenceVector(left, right, result);

    [Benchmark]
    public int UnionScalar() => ArrayUnion.UnionScalar(left, right, result);

    [Benchmark]
    public int UnionVector() => ArrayUnion.UnionVector(left, right, result);

    [Benchmark]
    public int SymmetricDifferenceScalar() => ArrayUnion.SymmetricDifferenceScalar(left, right, result);

    [Benchmark]
    public int SymmetricDifferenceVector() => ArrayUnion.SymmetricDifferenceVector(left, right, result);

    private ushort[] Values(Random random)
    {
        SortedSet<ushort> values = [];
        while (values.Count < Count) values.Add((ushort)random.Next(65_536));
        return [.. values];
    }
}
