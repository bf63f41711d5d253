using Bitmapist.Engine.Keyspace;
using Bitmapist.Engine.Verbs;
using Bitmapist.Resp.Writing;
using Bitmapist.Server.Connections;

namespace Bitmapist.Server.Commands;

/// <summary>A call under way: its arguments and what it may touch. One per connection, reused.</summary>
internal sealed class CommandContext(ClientConnection client, ServerState server)
{
    public ArgumentList Args { get; set; }

    public ClientConnection Client => client;

    public ServerState Server => server;

    public Session Session => client.Session;

    /// <summary>What the call left to be done outside the locks.</summary>
    public DeferredReply? Deferred { get; private set; }

    /// <summary>
    /// The call is one of a transaction being run: what it sees must be of the transaction's instant.
    /// </summary>
    public bool IsInTransaction { get; set; }

    /// <summary>A queued BITOP for which reading was done before its transaction began; else null.</summary>
    public BitOpCall? Prepared { get; set; }

    /// <summary>Whether the call was answered with an error.</summary>
    public bool IsFailed { get; set; }

    /// <summary>Answers with an error, and counts it by its code.</summary>
    public void Fail(RespWriter reply, ReadOnlySpan<byte> error)
    {
        IsFailed = true;
        server.CountError(error);
        reply.WriteError(error);
    }

    /// <summary>Reads an argument that Redis keeps in an int; fails the call when it is none.</summary>
    public bool TryGetInt(RespWriter reply, int index, out int value)
    {
        bool isInteger = Args.TryGetInteger(index, out long given);
        value = unchecked((int)given);
        if (isInteger && value == given) return true;
        Fail(reply, isInteger ? Errors.NotAnInt : Errors.NotAnInteger);
        return false;
    }

    /// <summary>Leaves the rest of the call, its reply included, to be done outside the locks.</summary>
    public void Defer(DeferredReply reply) => Deferred = reply;

    /// <summary>Takes over what was left.</summary>
    public DeferredReply? TakeDeferred()
    {
        DeferredReply? deferred = Deferred;
        Deferred = null;
        return deferred;
    }
}
