using BenchmarkDotNet.Attributes;
using Bitmapist.Roaring.Kernels;

namespace Bitmapist.Roaring.Benchmarks;

/// <summary>Scalar against vector on whole bitsets of 1,024 words.</summary>
[MemoryDiagnoser]
public class WordKernelBenchmarks
{
    private readonly ulong[] _left = new ulong[1_024];
    private readonly ulong[] _right = new ulong[1_024];
    private readonly ulong[] _result = new ulong[1_024];

    [GlobalSetup]
    public void Fill()
    {
        Random random = new(1);
        for (int i = 0; i < _left.Length; i++)
            (_left[i], _right[i]) = ((ulong)random.NextInt64(), (ulong)random.NextInt64());
    }

    [Benchmark(Baseline = true)]
    public int AndScalar() => WordLogic.CombineScalar<WordOperations.And>(_left, _right, _result);

    [Benchmark]
    public int AndVector256() => WordLogic.CombineVector256<WordOperations.And>(_left, _right, _result);

    [Benchmark]
    public int AndVector512() => WordLogic.CombineVector512<WordOperations.And>(_left, _right, _result);

    [Benchmark]
    public int AndCountScalar() => WordLogic.AndCountScalar(_left, _right);

    [Benchmark]
    public int AndCountVector256() => WordLogic.AndCountVector256(_left, _right);

    [Benchmark]
    public int AndCountVector512() => WordLogic.AndCountVector512(_left, _right);

    [Benchmark]
    public int PopCountScalar() => PopCount.CountScalar(_left);

    [Benchmark]
    public int PopCountVector256() => PopCount.CountVector256(_left);

    [Benchmark]
    public int PopCountVector512() => PopCount.CountVector512(_left);
}
