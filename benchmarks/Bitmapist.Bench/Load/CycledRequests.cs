using System.Buffers;
using Bitmapist.Resp.Replies;

namespace Bitmapist.Bench.Load;

/// <summary>The same requests over and over, one at a time, each answered by one line.</summary>
internal sealed class CycledRequests : IRequests
{
    private readonly byte[][] _requests;
    private int _next;

    /// <param name="requests">Commands with their arguments.</param>
    /// <param name="first">Index of the one to start with.</param>
    public CycledRequests(IReadOnlyList<string[]> requests, int first)
    {
        _requests = [.. requests.Select(Format)];
        _next = first % _requests.Length;
    }

    public int ReplyLines => 1;

    public ReadOnlySpan<byte> Next()
    {
        byte[] request = _requests[_next];
        _next = _next + 1 == _requests.Length ? 0 : _next + 1;
        return request;
    }

    private static byte[] Format(string[] request)
    {
        var output = new ArrayBufferWriter<byte>();
        RequestWriter.Write(output, request);
        return output.WrittenSpan.ToArray();
    }
}
