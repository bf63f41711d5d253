using System.Diagnostics;
using Bitmapist.Engine.Bits;
using Bitmapist.Engine.Keyspace;
using Bitmapist.Engine.Saving;
using Bitmapist.Engine.Verbs;
using Bitmapist.Resp.Writing;
using Bitmapist.Server.State;

namespace Bitmapist.Server.Commands;

/// <summary>
/// A call under way: its arguments and what it may touch. One per connection, reused; one thread at a time, except that
/// other threads read what CLIENT LIST shows.
/// </summary>
internal sealed class CommandContext(ClientState client, ServerState server, CommandTable commands)
{
    private TransactionState? _idleTransaction;
    private long _timedFrom; // stopwatch ticks
    private bool _isTiming;

    public ArgumentList Args { get; set; }

    public ClientState Client => client;

    public ServerState Server => server;

    /// <summary>What the server has of commands.</summary>
    public CommandTable Commands => commands;

    public Session Session => client.Session;

    /// <summary>The last command that was found and well-formed.</summary>
    public CommandSpec? LastCommand { get; private set; }

    /// <summary>Commands queued since MULTI; null outside a transaction.</summary>
    public TransactionState? Transaction { get; private set; }

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

    /// <summary>
    /// Counts time from now on, for what is dispatched next, or for what the last command has left. A run of one
    /// command is timed as a whole: asking the clock takes a twentieth of a SETBIT.
    /// </summary>
    public void StartClock(bool isLastCommands = false)
    {
        _isTiming = isLastCommands;
        _timedFrom = Stopwatch.GetTimestamp();
    }

    /// <summary>Ends counting time.</summary>
    public void StopClock()
    {
        if (!_isTiming) return; // nothing was dispatched
        long now = Stopwatch.GetTimestamp();
        client.Counters.Ticks[LastCommand!.Index] += now - _timedFrom;
        _timedFrom = now;
        _isTiming = false;
    }

    /// <summary>A command was found and is well-formed.</summary>
    public void Begin(CommandSpec spec)
    {
        if (LastCommand != spec) StopClock();
        LastCommand = spec;
        _isTiming = true;
    }

    /// <summary>Runs a command whose arity has been checked, and counts it.</summary>
    public void Run(CommandSpec spec, RespWriter reply)
    {
        ClientCounters counters = client.Counters;
        counters.Calls[spec.Index]++;
        IsFailed = false;
        try
        {
            spec.Run(this, reply);
        }
        catch (DiskReadException failure)
        {
            // Nothing was changed, and a reply is begun only when what it needs is at hand.
            server.TellUnreadable(failure);
            Fail(reply, Errors.Unreadable);
        }
        catch (WritesRefusedException refused)
        {
            Fail(reply, Errors.WritesRefused(refused, server.Persistence?.LogFailure)); // since it was admitted
        }

        if (IsFailed) counters.Failures[spec.Index]++;
    }

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

    /// <summary>MULTI: queues commands from now on.</summary>
    public void BeginTransaction()
    {
        Transaction = _idleTransaction ?? new TransactionState();
        _idleTransaction = null;
    }

    /// <summary>Queues no more; what is queued, if anything, is the caller's, to be given back.</summary>
    public TransactionState? EndTransaction()
    {
        TransactionState? ended = Transaction;
        Transaction = null;
        return ended;
    }

    /// <summary>Takes back a transaction that is over, for the next MULTI.</summary>
    public void Reuse(TransactionState? transaction)
    {
        if (transaction is not { IsSmall: true }) return;
        transaction.Clear();
        _idleTransaction = transaction;
    }
}
