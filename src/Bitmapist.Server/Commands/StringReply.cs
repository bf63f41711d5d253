using System.Buffers;
using Bitmapist.Engine.Bits;
using Bitmapist.Resp.Writing;

namespace Bitmapist.Server.Commands;

/// <summary>A string as a bulk reply: a short one at once, a long one streamed piece by piece.</summary>
internal sealed class StringReply(StringValue value) : DeferredReply
{
    public override long Cost => value.Pending.IsReady ? 1 : value.Cost;

    public override bool IsStreamed => value.LengthBytes > Limits.InlineReplyBytes;

    protected override void Compute() => value.Pending.Force();

    protected override bool WritePart(RespWriter reply, out StringValue? body)
    {
        body = IsStreamed ? value : null;
        if (IsStreamed) reply.WriteBulkHeader(value.LengthBytes);
        else Write(reply);
        return false;
    }

    protected override void Write(RespWriter reply)
    {
        reply.WriteBulkHeader(value.LengthBytes);
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
