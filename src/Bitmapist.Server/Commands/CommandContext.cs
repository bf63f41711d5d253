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
internal sealed class CommandContext
{
    private readonly ClientState _client;
    private readonly ServerState _server;
    private TransactionState? _idleTransaction;
    private DateTime? _moment; // as of which rights were checked; null: they were not

    /// <param name="client">Whose calls they are.</param>
    /// <param name="server">What it is a client of.</param>
    /// <param name="commands">What the server has of commands.</param>
    public CommandContext(ClientState client, ServerState server, CommandTable commands)
    {
        _client = client;
        _server = server;
        Commands = commands;
        Clock = new CallClock(this, server);
    }

    public ArgumentList Args { get; set; }

    public ClientState Client => _client;

    public ServerState Server => _server;

    /// <summary>What the server has of commands.</summary>
    public CommandTable Commands { get; }

    public Session Session => _client.Session;

    /// <summary>The last command that was found and well-formed.</summary>
    public CommandSpec? LastCommand => Clock.Last;

    /// <summary>What times the calls.</summary>
    public CallClock Clock { get; }

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

    /// <summary>Runs a command whose arity has been checked, and counts it.</summary>
    public void Run(CommandSpec spec, RespWriter reply)
    {
        if (_server.Attention == Attention.None) RunPlainly(spec, reply);
        else AttendedCall.Run(this, spec, reply);
        Clock.EndCall(spec);
    }

    /// <summary>The same for a call that nobody watches, or that is watched by the caller.</summary>
    public void RunPlainly(CommandSpec spec, RespWriter reply)
    {
        ClientCounters counters = _client.Counters;
        counters.Of(spec.Index).Calls++;
        IsFailed = false;
        try
        {
            spec.Run(this, reply);
        }
        catch (DiskReadException failure)
        {
            // Nothing was changed, and a reply is begun only when what it needs is at hand.
            _server.TellUnreadable(failure);
            Fail(reply, Errors.Unreadable);
        }
        catch (WritesRefusedException refused)
        {
            Fail(reply, Errors.WritesRefused(refused, _server.Persistence?.LogFailure)); // since it was admitted
        }

        if (IsFailed) counters.Of(spec.Index).Failures++;
    }

    /// <summary>Answers with an error, and counts it by its code.</summary>
    public void Fail(RespWriter reply, ReadOnlySpan<byte> error)
    {
        IsFailed = true;
        _server.CountError(error);
        reply.WriteError(error);
    }

    /// <summary>
    /// The present moment, of UTC, as of which a call is checked and then run: the keys that it names may be those of
    /// today.
    /// </summary>
    public DateTime BeginMoment()
    {
        DateTime now = _server.Time.GetUtcNow().UtcDateTime;
        _moment = now;
        return now;
    }

    /// <summary>That moment, or the present one where nothing had to be checked.</summary>
    public DateTime TakeMoment()
    {
        DateTime moment = _moment ?? _server.Time.GetUtcNow().UtcDateTime;
        _moment = null;
        return moment;
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

    /// <summary>Does what the call has left, on any thread that is not the connection's own meanwhile.</summary>
    public void Finish(DeferredReply deferred)
    {
        if (_server.Attention == Attention.None) deferred.Finish(_server);
        else AttendedCall.Finish(this, deferred);
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
