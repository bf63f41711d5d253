using System.Buffers;
using Bitmapist.Resp.Replies;

namespace Bitmapist.Bench.Peers;

/// <summary>Requests that are sent in one piece, with a reply of one line each.</summary>
internal sealed class PipelinedRequests
{
    private readonly ArrayBufferWriter<byte> _bytes = new();

    public int Count { get; private set; }

    public ReadOnlySpan<byte> Bytes => _bytes.WrittenSpan;

    public PipelinedRequests Add(params ReadOnlySpan<string> arguments)
    {
        RequestWriter.Write(_bytes, arguments);
        Count++;
        return this;
    }

    /// <summary>SETBIT of a key whose name need not be text.</summary>
    public PipelinedRequests AddMark(ReadOnlySpan<byte> key, long id)
    {
        RequestWriter.WriteHeader(_bytes, 4);
        RequestWriter.WriteArgument(_bytes, "SETBIT"u8);
        RequestWriter.WriteArgument(_bytes, key);
        RequestWriter.WriteArgument(_bytes, id);
        RequestWriter.WriteArgument(_bytes, "1"u8);
        Count++;
        return this;
    }

    /// <summary>BITOP OR of so many neighbouring names at a time, as often as there are enough.</summary>
    public static PipelinedRequests Unions(string[] names, int width)
    {
        var requests = new PipelinedRequests();
        for (int first = 0; first + width <= names.Length; first += width)
            requests.Add([ "BITOP", "OR", "trackist_bitop_OR", .. names.AsSpan(first, width)]);
        return requests;
    }
}
