using BenchmarkDotNet.Attributes;
using Bitmapist.Roaring.Kernels;

namespace Bitmapist.Roaring.Benchmarks;

/// <summary>Scalar against vector on whole bitsets of 1,024 words.</summary>
[MemoryDiagnoser]
public class WordKernelBenchmarks
{
    private readonly ulong[] left = new ulong[1_024];
    private readonly ulong[] right = new ulong[1_024];
    private readonly ulong[] result = new ulong[1_024];

    [GlobalSetup]
    public void Fill()
    {
        Random random = new(1);
        for (int i = 0; i < left.Length; i++)
            (left[i], right[i]) = ((ulong)random.NextInt64(), (ulong)random.NextInt64());
    }

    [Benchmark(Baseline = true)]
    public int AndScalar() => WordLogic.CombineScalar<WordOperations.And>(left, right, result);

    [Benchmark]
    public int AndVector256() => WordLogic.CombineVector256<WordOperations.And>(left, right, result);

    [Benchmark]
    public int AndVector512() => WordLogic.CombineVector512<WordOperations.And>(left, right, result);

    [Benchmark]
    public int AndCountScalar() => WordLogic.AndCountScalar(left, right);

    [Benchmark]
    public int AndCountVector256() => WordLogic.AndCountVector256(left, right);

    [Benchmark]
    public int AndCountVector512() => WordLogic.AndCountVector512(left, right);

    [Benchmark]
    public int PopCountScalar() => PopCount.CountScalar(left);

    [Benchmark]
    public int PopCountVector256() => PopCount.CountVector256(left);

    [Benchmark]
    public int PopCountVector512() => PopCount.CountVector512(left);
}
