using System.Diagnostics;
using System.IO.Pipelines;
using System.Net;
using Bitmapist.Engine.Keyspace;
using Bitmapist.Resp.Requests;
using Bitmapist.Resp.Writing;
using Bitmapist.Server.Commands;

namespace Bitmapist.Server.Connections;

/// <summary>
/// One client: reads requests, runs them in order, and sends their replies, all of one batch in one write, after the
/// log has accepted what they did. Used by one thread at a time; other threads only read what INFO and CLIENT LIST
/// show.
/// </summary>
internal sealed class ClientConnection : IDisposable
{
    private const long SettledBytes = 16 * 1024; // smaller changes of what the client makes the server hold wait

    private readonly PipeReader _input;
    private readonly OutboundQueue _output;
    private readonly RequestReader _requests = new();
    private readonly CommandContext _call;
    private readonly ServerState _server;
    private readonly Action? _abort;
    private TransactionState? _idleTransaction;
    private long _countedBytes;
    private int _isCutOff;
    private volatile bool _isDisposed;

    /// <param name="id">Unlike that of any other client.</param>
    /// <param name="input">Requests.</param>
    /// <param name="output">Replies.</param>
    /// <param name="server">What it serves.</param>
    /// <param name="abort">Closes the socket at once; from any thread.</param>
    public ClientConnection(long id, PipeReader input, PipeWriter output, ServerState server, Action? abort = null)
    {
        Id = id;
        _input = input;
        _output = new OutboundQueue(output, Counters, Settle, input.CancelPendingRead);
        _abort = abort;
        _server = server;
        Session = new Session(server.Store);
        _call = new CommandContext(this, server);
    }

    public long Id { get; }

    public Session Session { get; }

    public ClientCounters Counters { get; } = new();

    public EndPoint? RemoteEndPoint { get; init; }

    public EndPoint? LocalEndPoint { get; init; }

    public long ConnectedAtMs { get; } = Environment.TickCount64;

    public long LastActiveAtMs { get; private set; } = Environment.TickCount64;

    /// <summary>What CLIENT SETNAME gave.</summary>
    public string Name { get; set; } = "";

    /// <summary>What CLIENT SETINFO gave.</summary>
    public string LibraryName { get; set; } = "";

    public string LibraryVersion { get; set; } = "";

    public RespVersion Version { get; set; } = RespVersion.Resp2;

    /// <summary>Commands queued since MULTI; null outside a transaction.</summary>
    public TransactionState? Transaction { get; private set; }

    public CommandSpec? LastCommand { get; set; }

    /// <summary>Close once the replies so far are sent.</summary>
    public bool IsClosing { get; set; }

    public long BufferedRequestBytes => _requests.BufferedBytes;

    public long QueuedReplyBytes => _output.QueuedBytes;

    /// <summary>Bytes of the transaction being queued, and of the names of watched keys.</summary>
    public long TransactionBytes => (Transaction?.Bytes ?? 0) + Session.WatchedBytes;

    /// <summary>Bytes that the client makes the server hold, about. From any thread.</summary>
    public long HeldBytes => _requests.HeldBytes + QueuedReplyBytes + TransactionBytes;

    /// <summary>Whether it was cut off in the middle.</summary>
    public bool IsCutOff => Volatile.Read(ref _isCutOff) != 0;

    private enum Next
    {
        /// <summary>The segment is used up.</summary>
        Read,

        /// <summary>The call left work that should not keep this thread from other sockets.</summary>
        Finish,

        /// <summary>The call would wait for another client's bit operation, or takes long by itself.</summary>
        RunElsewhere,

        /// <summary>Enough replies are waiting to be sent before the rest of the batch is run.</summary>
        Send,
        Close,
    }

    /// <summary>
    /// Serves the client until it goes, errs, quits or is cut off. Once this is over nothing touches the pipes any
    /// more, however it ended.
    /// </summary>
    public async Task RunAsync()
    {
        try
        {
            await ServeAsync().ConfigureAwait(false);
        }
        catch
        {
            CutOff(); // the replies of this batch acknowledge nothing
            await _output.DrainAsync().ConfigureAwait(false);
            throw;
        }

        await _output.DrainAsync().ConfigureAwait(false);
        if (_output.Failure is { } failure) throw new InvalidOperationException("A reply cannot be written.", failure);
    }

    private async Task ServeAsync()
    {
        long bytesThisTurn = 0;
        while (!IsClosing && !_output.IsClosed)
        {
            ReadResult read = await _input.ReadAsync().ConfigureAwait(false);
            LastActiveAtMs = Environment.TickCount64;
            Counters.InputBytes += read.Buffer.Length;
            foreach (ReadOnlyMemory<byte> segment in read.Buffer)
            {
                if (IsClosing) break;
                int offset = 0;
                Next next = Process(segment, ref offset);
                while (next != Next.Read && next != Next.Close)
                {
                    if (next == Next.RunElsewhere) await Task.Run(DispatchHere).ConfigureAwait(false);
                    if (_call.TakeDeferred() is { } deferred) await FinishAsync(deferred).ConfigureAwait(false);
                    if (next == Next.Send) await SendAsync().ConfigureAwait(false);
                    next = Process(segment, ref offset);
                }
            }

            bytesThisTurn += read.Buffer.Length;
            _input.AdvanceTo(read.Buffer.End);
            await SendAsync().ConfigureAwait(false);
            Settle();
            if (read.IsCompleted || read.IsCanceled) break;
            if (bytesThisTurn < Limits.TurnBytes) continue;
            // A client that never pauses must not keep the thread that serves other sockets as well.
            bytesThisTurn = 0;
            await Task.Yield();
        }
    }

    /// <summary>Makes <see cref="RunAsync"/> return once what is running has been answered. From any thread.</summary>
    public void RequestClose()
    {
        IsClosing = true;
        _input.CancelPendingRead();
    }

    /// <summary>
    /// Closes the connection at once and lets go of what waits for it; a command that runs takes effect all the same.
    /// From any thread.
    /// </summary>
    /// <returns>False when that was done before.</returns>
    public bool CutOff()
    {
        if (Interlocked.Exchange(ref _isCutOff, 1) != 0) return false;
        RequestClose();
        _output.Abandon();
        _abort?.Invoke();
        return true;
    }

    public void Dispose()
    {
        Session.Dispose();
        _isDisposed = true;
        _server.ClientMemory.Settle(ref _countedBytes, 0);
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

    /// <summary>Takes back a transaction that nobody needs any more, for the next MULTI.</summary>
    public void Reuse(TransactionState? transaction)
    {
        if (transaction is not { IsSmall: true }) return;
        transaction.Clear();
        _idleTransaction = transaction;
    }

    private Next Process(ReadOnlyMemory<byte> segment, ref int offset)
    {
        long startedAt = Stopwatch.GetTimestamp();
        while (offset < segment.Length && !IsClosing && !_output.IsClosed)
        {
            RequestStatus status = _requests.Read(segment[offset..], out int consumedBytes);
            offset += consumedBytes;
            if (status == RequestStatus.Incomplete) return Next.Read;
            if (status == RequestStatus.Invalid)
            {
                _call.Fail(new RespWriter(_output.Writer, Version), _requests.Error);
                IsClosing = true;
                return Next.Close;
            }

            _call.Args = new ArgumentList(_requests.Request);
            if (CommandDispatcher.TakesLong(_call)) return Next.RunElsewhere;
            DispatchHere();
            long endedAt = Stopwatch.GetTimestamp();
            if (LastCommand is not null) Counters.Ticks[LastCommand.Index] += endedAt - startedAt;
            startedAt = endedAt;
            if (_call.Deferred is { } deferred)
            {
                if (deferred.Cost > Limits.InlineChunks || IsLong(deferred)) return Next.Finish;
                _call.TakeDeferred();
                deferred.Finish(_server);
                deferred.WriteAll(new RespWriter(_output.Writer, Version));
            }

            if (_output.UnflushedBytes > Limits.TransportBufferBytes) return Next.Send;
        }

        return IsClosing ? Next.Close : Next.Read;
    }

    private void DispatchHere()
    {
        if (_server.CommandLog is { } log) Log.Command(log, Id, _call.Args.ToString());
        CommandDispatcher.Dispatch(_call, new RespWriter(_output.Writer, Version));
    }

    private async ValueTask FinishAsync(DeferredReply deferred)
    {
        if (deferred.Cost > Limits.InlineChunks) await Task.Run(() => deferred.Finish(_server)).ConfigureAwait(false);
        else deferred.Finish(_server);
        if (!IsLong(deferred))
        {
            deferred.WriteAll(new RespWriter(_output.Writer, Version));
            return;
        }

        await CommitAsync().ConfigureAwait(false);
        _output.Stream(deferred, Version);
    }

    /// <summary>Whether a reply had better wait as what it is made of than as bytes.</summary>
    private bool IsLong(DeferredReply reply) =>
        reply.LengthBytes > (_output.IsBehind ? Limits.QueuedReplyBytes : Limits.InlineReplyBytes);

    /// <summary>Counts what the client makes the server hold, unless that is about what was counted last.</summary>
    private void Settle()
    {
        long bytes = HeldBytes;
        if (Math.Abs(bytes - Volatile.Read(ref _countedBytes)) < SettledBytes) return;
        _server.ClientMemory.Settle(ref _countedBytes, bytes);
        // Whoever cuts a client off may come here when it has gone already.
        if (_isDisposed) _server.ClientMemory.Settle(ref _countedBytes, 0);
    }

    /// <summary>Sends the replies so far, after what they acknowledge is in the log.</summary>
    private async ValueTask SendAsync()
    {
        Session.ReleaseFiles(); // what is deferred is computed before anything is sent
        await CommitAsync().ConfigureAwait(false);
        _output.Flush();
    }

    /// <summary>
    /// Has the log accept everything applied so far, by whomever: so that a reply neither acknowledges nor shows what a
    /// crash could still take back. Once the log has failed, only a client that wrote something is left without
    /// replies.
    /// </summary>
    private ValueTask CommitAsync() => _server.Persistence?.CommitAsync(Session) ?? default;
}
