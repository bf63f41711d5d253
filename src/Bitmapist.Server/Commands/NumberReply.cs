using Bitmapist.Resp.Writing;

namespace Bitmapist.Server.Commands;

/// <summary>An integer that takes long to compute.</summary>
internal sealed class NumberReply(long cost, Func<long> compute) : DeferredReply
{
    private long _number;

    public override long Cost => cost;

    protected override void Compute() => _number = compute();

    protected override void Write(RespWriter reply) => reply.WriteInteger(_number);
}
