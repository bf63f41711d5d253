using Bitmapist.Engine;
using Bitmapist.Engine.Bits;
using Bitmapist.Engine.Keyspace;
using Bitmapist.Resp.Writing;
using Bitmapist.Server.Settings;
using Bitmapist.Server.State;

namespace Bitmapist.Server.Commands;

/// <summary>
/// The part of a command that takes long and needs no lock: it works on values that were frozen when the command took
/// effect. Computed on another thread when <see cref="Cost"/> is high, and after EXEC has released its shards. A long
/// reply stays what it is, frozen values, and becomes bytes piece by piece as the client takes them. Used by one thread
/// at a time.
/// </summary>
internal abstract class DeferredReply
{
    private byte[]? _error;

    /// <summary>Chunks of 65,536 bits to visit, roughly.</summary>
    public abstract long Cost { get; }

    /// <summary>Bytes of the reply, about, an estimate from above; it may become less when the work is done.</summary>
    public virtual long LengthBytes => 0;

    /// <summary>
    /// Bytes of memory that the reply keeps from being freed until it is written, about, an estimate from above.
    /// </summary>
    public virtual long HeldBytes => 0;

    /// <summary>The work reads nothing from the disk, unless <see cref="Preparation"/> did.</summary>
    public virtual bool IsComputation => false;

    /// <summary>
    /// What the work would wait for: bits that other replies need as well, or the disk. Awaited first, where that can
    /// be, so that no thread waits. Null: nothing.
    /// </summary>
    public virtual Task? Preparation(BackgroundThreads workers) => null;

    /// <summary>Nobody but the client that asked has any use for the work.</summary>
    public virtual bool IsForItselfAlone => false;

    /// <summary>
    /// Does the work, on any thread. What is in the database file may turn out to be unreadable, and what is to
    /// be changed may be refused by now: then the reply is an error that says so.
    /// </summary>
    public void Finish(ServerState server)
    {
        try
        {
            Compute();
        }
        catch (DiskReadException failure)
        {
            server.TellUnreadable(failure);
            Fail(server, Errors.Unreadable.ToArray());
        }
        catch (OperationCanceledException)
        {
            Fail(server, Errors.NobodyWaits.ToArray()); // the client is cut off
        }
        catch (WritesRefusedException refused)
        {
            Fail(server, Errors.WritesRefused(refused, server.Persistence?.LogFailure));
        }
    }

    /// <summary>
    /// Writes the reply's next piece, about <see cref="ServerLimits.StreamPieceBytes"/> at most; the work has been
    /// done.
    /// </summary>
    /// <returns>Whether another piece follows.</returns>
    public bool WriteNext(RespWriter reply)
    {
        if (_error is null) return WritePiece(reply);
        reply.WriteError(_error);
        return false;
    }

    /// <summary>Writes the whole reply, which is short; the connection's own thread does.</summary>
    public void WriteAll(RespWriter reply)
    {
        while (WriteNext(reply)) continue;
        Recycle();
    }

    /// <summary>Does the work.</summary>
    protected abstract void Compute();

    /// <summary>Gives back what the connection can use again, on its own thread; the reply has been written.</summary>
    protected virtual void Recycle()
    {
    }

    /// <summary>Writes the next piece.</summary>
    /// <returns>Whether another piece follows.</returns>
    protected abstract bool WritePiece(RespWriter reply);

    /// <summary>Makes the reply an error, and counts it.</summary>
    protected void Fail(ServerState server, byte[] error)
    {
        server.CountError(error);
        _error = error;
    }
}

/// <summary>An integer that takes long to compute.</summary>
/// <param name="cost">See <see cref="DeferredReply.Cost"/>.</param>
/// <param name="compute">Does it.</param>
/// <param name="prepare">See <see cref="DeferredReply.Preparation"/>; null: nothing.</param>
/// <param name="isComputation">See <see cref="DeferredReply.IsComputation"/>.</param>
internal sealed class NumberReply(
    long cost, Func<long> compute, Func<BackgroundThreads, Task?>? prepare = null, bool isComputation = false)
    : DeferredReply
{
    private Func<BackgroundThreads, Task?>? _prepare = prepare;
    private Func<long>? _compute = compute;
    private long _number;

    public override long Cost => cost;

    public override bool IsComputation => isComputation;

    public override Task? Preparation(BackgroundThreads workers) => _prepare?.Invoke(workers);

    protected override void Compute()
    {
        _number = _compute!();
        _prepare = null;
        _compute = null; // a number among many replies that wait must not keep bitmaps alive
    }

    protected override bool WritePiece(RespWriter reply)
    {
        reply.WriteInteger(_number);
        return false;
    }
}
