using System.Buffers;
using BenchmarkDotNet.Attributes;
using Bitmapist.Resp.Requests;

namespace Bitmapist.Resp.Benchmarks;

/// <summary>
/// Reading requests as clients pipeline them. Times are per request (per argument in the last two rows); the first row
/// is the server's hottest path.
/// </summary>
[MemoryDiagnoser]
public class RequestReaderBenchmarks
{
    private const int Requests = 1024;
    private const int Arguments = 100_000;
    private const int PieceBytes = 4096;

    private readonly RequestReader _reader = new();
    private readonly byte[] _setBits = Repeat(
        "*4\r\n$6\r\nSETBIT\r\n$20\r\ntrackist_a_2026-10-1\r\n$8\r\n12345678\r\n$1\r\n1\r\n"u8, Requests);
    private readonly byte[] _getBits = Repeat(
        "*3\r\n$6\r\nGETBIT\r\n$20\r\ntrackist_a_2026-10-1\r\n$8\r\n12345678\r\n"u8, Requests);
    private readonly byte[] _inline = Repeat("SETBIT trackist_a_2026-10-1 12345678 1\r\n"u8, Requests);
    private readonly byte[] _del =
        [.. "*100001\r\n$3\r\nDEL\r\n"u8, .. Repeat("$20\r\ntrackist_a_2026-10-1\r\n"u8, Arguments)];

    [Benchmark(Baseline = true, OperationsPerInvoke = Requests)]
    public long SetBit() => ReadPieces(_setBits, _setBits.Length);

    [Benchmark(OperationsPerInvoke = Requests)]
    public long GetBit() => ReadPieces(_getBits, _getBits.Length);

    /// <summary>As a pipe hands them over: one request in about seventy is cut.</summary>
    [Benchmark(OperationsPerInvoke = Requests)]
    public long SetBitInPieces() => ReadPieces(_setBits, PieceBytes);

    [Benchmark(OperationsPerInvoke = Requests)]
    public long SetBitInline() => ReadPieces(_inline, _inline.Length);

    [Benchmark(OperationsPerInvoke = Arguments)]
    public long ArgumentOfDel() => ReadPieces(_del, _del.Length);

    [Benchmark(OperationsPerInvoke = Arguments)]
    public long ArgumentOfDelInPieces() => ReadPieces(_del, PieceBytes);

    private long ReadPieces(byte[] stream, int pieceBytes)
    {
        long bytes = 0;
        for (int start = 0; start < stream.Length; start += pieceBytes)
        {
            ReadOnlyMemory<byte> piece = stream.AsMemory(start, Math.Min(pieceBytes, stream.Length - start));
            while (_reader.Read(piece, out int consumedBytes) == RequestStatus.Complete)
            {
                bytes += _reader.Request.TotalBytes;
                piece = piece[consumedBytes..];
            }
        }

        return bytes;
    }

    private static byte[] Repeat(ReadOnlySpan<byte> bytes, int count)
    {
        var output = new ArrayBufferWriter<byte>(bytes.Length * count);
        for (int i = 0; i < count; i++) output.Write(bytes);
        return output.WrittenSpan.ToArray();
    }
}
