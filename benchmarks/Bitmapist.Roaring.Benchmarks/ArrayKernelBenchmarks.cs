using BenchmarkDotNet.Attributes;
using Bitmapist.Roaring.Kernels;

namespace Bitmapist.Roaring.Benchmarks;

/// <summary>Scalar against vector on ascending values.</summary>
[MemoryDiagnoser]
public class ArrayKernelBenchmarks
{
    private ushort[] _left = [];
    private ushort[] _right = [];
    private readonly ushort[] _result = new ushort[8_192 + ArrayUnion.Slack];

    [Params(64, 328, 2_048)]
    public int Count { get; set; }

    [GlobalSetup]
    public void Fill()
    {
        Random random = new(1);
        _left = Values(random);
        _right = Values(random);
    }

    [Benchmark(Baseline = true)]
    public int IntersectScalar() => ArrayIntersection.IntersectScalar(_left, _right, _result);

    [Benchmark]
    public int IntersectVector() => ArrayIntersection.IntersectVector(_left, _right, _result);

    [Benchmark]
    public int DifferenceScalar() => ArrayIntersection.DifferenceScalar(_left, _right, _result);

    [Benchmark]
    public int DifferenceVector() => ArrayIntersection.DifferenceVector(_left, _right, _result);

    [Benchmark]
    public int UnionScalar() => ArrayUnion.UnionScalar(_left, _right, _result);

    [Benchmark]
    public int UnionVector() => ArrayUnion.UnionVector(_left, _right, _result);

    [Benchmark]
    public int SymmetricDifferenceScalar() => ArrayUnion.SymmetricDifferenceScalar(_left, _right, _result);

    [Benchmark]
    public int SymmetricDifferenceVector() => ArrayUnion.SymmetricDifferenceVector(_left, _right, _result);

    private ushort[] Values(Random random)
    {
        SortedSet<ushort> values = [];
        while (values.Count < Count) values.Add((ushort)random.Next(65_536));
        return [.. values];
    }
}
