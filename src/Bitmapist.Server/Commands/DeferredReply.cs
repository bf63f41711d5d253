using System.Text;
using Bitmapist.Engine.Bits;
using Bitmapist.Engine.Durability;
using Bitmapist.Resp.Writing;

namespace Bitmapist.Server.Commands;

/// <summary>
/// The part of a command that takes long and needs no lock: it works on values that were frozen when the command took
/// effect. Computed on another thread when <see cref="Cost"/> is high, and after EXEC has let go of its shards.
/// </summary>
internal abstract class DeferredReply
{
    private byte[]? _failure;

    /// <summary>Chunks of 65,536 bits to visit, roughly.</summary>
    public abstract long Cost { get; }

    /// <summary>A part of the reply is a string so long that it is streamed.</summary>
    public virtual bool IsStreamed => false;

    /// <summary>
    /// Does the work, on whatever thread. What lies in the database file may turn out to be unreadable: then the reply
    /// is an error that says so.
    /// </summary>
    public void Finish()
    {
        try
        {
            Compute();
        }
        catch (ColdReadException failure)
        {
            _failure = Encoding.UTF8.GetBytes($"ERR {FailureText.ForClient(failure)}");
        }
    }

    /// <summary>
    /// Writes the next part of the reply: all of it, or what comes before a string to be streamed and then CRLF.
    /// </summary>
    /// <returns>Whether another part follows.</returns>
    public bool WriteNext(RespWriter reply, out StringSlice? body)
    {
        if (_failure is null) return WritePart(reply, out body);
        reply.WriteError(_failure);
        body = null;
        return false;
    }

    /// <summary>Does the work.</summary>
    protected abstract void Compute();

    /// <summary>
    /// Writes the next part of the reply: all of it, or what comes before a string to be streamed and then CRLF.
    /// </summary>
    /// <returns>Whether another part follows.</returns>
    protected virtual bool WritePart(RespWriter reply, out StringSlice? body)
    {
        body = null;
        Write(reply);
        return false;
    }

    /// <summary>Writes the whole reply; for those without streamed parts.</summary>
    protected abstract void Write(RespWriter reply);
}
