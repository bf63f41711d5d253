using Bitmapist.Resp.Writing;
using Bitmapist.Server.Settings;

namespace Bitmapist.Server.Commands.Keys;

/// <summary>Names of keys as an array that is written piece by piece. One thread at a time.</summary>
internal sealed class NameList(List<byte[]> names)
{
    private const int FrameBytes = 16;
    private int _next = -1;

    /// <summary>Bytes of the array on the wire, about.</summary>
    public long LengthBytes { get; } = names.Sum(name => (long)name.Length + FrameBytes);

    /// <summary>Writes the next piece; what is written is let go of.</summary>
    /// <returns>Whether another piece follows.</returns>
    public bool WriteNext(RespWriter reply)
    {
        if (_next < 0)
        {
            reply.WriteArrayHeader(names.Count);
            _next = 0;
        }

        for (int bytes = 0; _next < names.Count && bytes < ServerLimits.StreamPieceBytes; _next++)
        {
            reply.WriteBulkString(names[_next]);
            bytes += names[_next].Length + FrameBytes;
            names[_next] = [];
        }

        return _next < names.Count;
    }
}
