using System.Buffers;
using Bitmapist.Engine.Bits;
using Bitmapist.Resp.Writing;

namespace Bitmapist.Server.Commands;

/// <summary>
/// A string or a slice of one as a bulk reply: a short one at once, a long one streamed piece by piece.
/// </summary>
internal sealed class StringReply(StringSlice slice) : DeferredReply
{
    public override long Cost => slice.Value.Pending.IsReady ? 1 : slice.Value.Cost;

    public override bool IsStreamed => slice.LengthBytes > Limits.InlineReplyBytes;

    protected override void Compute() => slice.Value.Pending.Force();

    protected override bool WritePart(RespWriter reply, out StringSlice? body)
    {
        body = IsStreamed ? slice : null;
        if (IsStreamed) reply.WriteBulkHeader(slice.LengthBytes);
        else Write(reply);
        return false;
    }

    protected override void Write(RespWriter reply)
    {
        reply.WriteBulkHeader(slice.LengthBytes);
        byte[] piece = ArrayPool<byte>.Shared.Rent(StringBytes.ChunkBytes);
        for (long start = 0; start < slice.LengthBytes; start += StringBytes.ChunkBytes)
        {
            int pieceBytes = (int)Math.Min(slice.LengthBytes - start, StringBytes.ChunkBytes);
            slice.CopyTo(start, piece.AsSpan(0, pieceBytes));
            reply.WriteRaw(piece.AsSpan(0, pieceBytes));
        }

        ArrayPool<byte>.Shared.Return(piece);
        reply.WriteBulkEnd();
    }
}
