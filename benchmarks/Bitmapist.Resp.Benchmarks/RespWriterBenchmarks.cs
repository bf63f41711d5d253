using System.Buffers;
using BenchmarkDotNet.Attributes;
using Bitmapist.Resp.Writing;

namespace Bitmapist.Resp.Benchmarks;

/// <summary>Writing the replies that the hot commands give; times are per reply.</summary>
[MemoryDiagnoser]
public class RespWriterBenchmarks
{
    private const int Replies = 1024;
    private readonly ArrayBufferWriter<byte> _output = new(64 * Replies);

    [Benchmark(Baseline = true, OperationsPerInvoke = Replies)]
    public int Bit()
    {
        RespWriter writer = Begin();
        for (int i = 0; i < Replies; i++) writer.WriteInteger(i & 1);
        return _output.WrittenCount;
    }

    [Benchmark(OperationsPerInvoke = Replies)]
    public int Count()
    {
        RespWriter writer = Begin();
        for (int i = 0; i < Replies; i++) writer.WriteInteger(1_234_567 + i);
        return _output.WrittenCount;
    }

    [Benchmark(OperationsPerInvoke = Replies)]
    public int Ok()
    {
        RespWriter writer = Begin();
        for (int i = 0; i < Replies; i++) writer.WriteOk();
        return _output.WrittenCount;
    }

    [Benchmark(OperationsPerInvoke = Replies)]
    public int Key()
    {
        RespWriter writer = Begin();
        for (int i = 0; i < Replies; i++) writer.WriteBulkString("trackist_a_2026-10-1"u8);
        return _output.WrittenCount;
    }

    private RespWriter Begin()
    {
        _output.ResetWrittenCount();
        return new RespWriter(_output, RespVersion.Resp2);
    }
}
