using Bitmapist.Engine.Bits;
using Bitmapist.Resp.Writing;

namespace Bitmapist.Server.Commands;

/// <summary>
/// The part of a command that takes long and needs no lock: it works on values that were frozen when the command took
/// effect. Computed on another thread when <see cref="Cost"/> is high, and after EXEC has let go of its shards.
/// </summary>
internal abstract class DeferredReply
{
    /// <summary>Chunks of 65,536 bits to visit, roughly.</summary>
    public abstract long Cost { get; }

    /// <summary>A string to stream after what <see cref="Write"/> wrote, then CRLF; null: nothing.</summary>
    public virtual StringValue? Body => null;

    /// <summary>Does the work, on whatever thread.</summary>
    public abstract void Compute();

    /// <summary>Writes the reply, or its start when a <see cref="Body"/> follows.</summary>
    public abstract void Write(RespWriter reply);
}
