using System.Buffers;
using Bitmapist.Engine.Bits;
using Bitmapist.Resp.Writing;

namespace Bitmapist.Server.Commands;

/// <summary>A string as a bulk reply: a short one at once, a long one streamed piece by piece.</summary>
internal sealed class StringReply(StringValue value) : DeferredReply
{
    public override long Cost => value.Pending.IsReady ? 1 : value.Cost;

    public override StringValue? Body => value.LengthBytes > Limits.InlineReplyBytes ? value : null;

    public override void Compute() => value.Pending.Force();

    public override void Write(RespWriter reply)
    {
        reply.WriteBulkHeader(value.LengthBytes);
        if (Body is null) WriteBody(value, reply);
    }

    /// <summary>Writes a string's bytes and CRLF, however long.</summary>
    public static void WriteBody(in StringValue value, RespWriter reply)
    {
        byte[] piece = ArrayPool<byte>.Shared.Rent(StringBytes.ChunkBytes);
        for (long start = 0; start < value.LengthBytes; start += StringBytes.ChunkBytes)
        {
            int pieceBytes = (int)Math.Min(value.LengthBytes - start, StringBytes.ChunkBytes);
            StringBytes.CopyTo(value.Bits, start, piece.AsSpan(0, pieceBytes));
            reply.WriteRaw(piece.AsSpan(0, pieceBytes));
        }

        ArrayPool<byte>.Shared.Return(piece);
        reply.WriteBulkEnd();
    }
}
