using Bitmapist.Resp.Writing;

namespace Bitmapist.Server.Commands;

/// <summary>An integer that takes long to compute.</summary>
internal sealed class NumberReply(long cost, Func<long> compute) : DeferredReply
{
    private Func<long>? _compute = compute;
    private long _number;

    public override long Cost => cost;

    protected override void Compute()
    {
        _number = _compute!();
        _compute = null; // a number among many replies that wait must not keep bitmaps alive
    }

    protected override bool WritePiece(RespWriter reply)
    {
        reply.WriteInteger(_number);
        return false;
    }
}
