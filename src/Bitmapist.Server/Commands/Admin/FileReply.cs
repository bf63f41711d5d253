using Bitmapist.Engine;
using Bitmapist.Resp.Writing;
using Bitmapist.Server.State;

namespace Bitmapist.Server.Commands.Admin;

/// <summary>OK once a file is written, by another thread: the one that serves clients waits for no disk.</summary>
/// <param name="server">The server, which counts errors.</param>
/// <param name="write">Writes it; returns the error to reply, or null.</param>
internal sealed class FileReply(ServerState server, Func<byte[]?> write) : DeferredReply
{
    private Task<byte[]?>? _writing;

    public override long Cost => long.MaxValue; // it waits for a disk

    /// <summary>Not by those who compute: they are few, and others wait for them.</summary>
    public override Task Preparation(BackgroundThreads workers) => _writing = Task.Run(write);

    protected override void Compute()
    {
        if ((_writing ?? Task.Run(write)).GetAwaiter().GetResult() is { } error) Fail(server, error);
    }

    protected override bool WritePiece(RespWriter reply)
    {
        reply.WriteOk();
        return false;
    }
}
