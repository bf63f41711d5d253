using System.IO.Pipelines;
using System.Net;
using Bitmapist.Engine.Keyspace;
using Bitmapist.Resp.Requests;
using Bitmapist.Resp.Writing;
using Bitmapist.Server.Commands;
using Bitmapist.Server.Dispatch;
using Bitmapist.Server.Logging;
using Bitmapist.Server.Settings;
using Bitmapist.Server.State;
using Bitmapist.Transport.Contract;

namespace Bitmapist.Server.Connections;

/// <summary>
/// One client: reads requests, runs them in order, and sends their replies, all of one batch in one write, after the
/// log has accepted what they did. Used by one thread at a time; other threads only read what INFO and CLIENT LIST
/// show.
/// </summary>
internal sealed class ClientConnection : ClientState, ITurnEnd, IDisposable
{
    private const long SettledBytes = 16 * 1024; // smaller changes of what the client makes the server hold wait

    private readonly PipeReader _input;
    private readonly OutboundQueue _output;
    private readonly RequestReader _requests = new();
    private readonly CommandContext _call;
    private readonly ServerState _server;
    private readonly Action? _abort;
    private readonly Func<ITurnEnd, bool>? _tryAtTurnEnd;
    private bool _isHeld; // replies are written, and wait for the end of the loop's turn
    private Task? _sending; // replies wait for the log, and go then
    private bool _isStranger; // requests are as small as they may be before logging in
    private long _countedBytes;
    private int _isCutOff;
    private volatile bool _isDisposed;

    /// <param name="id">Unlike that of any other client.</param>
    /// <param name="input">Requests.</param>
    /// <param name="output">Replies.</param>
    /// <param name="server">What it serves.</param>
    /// <param name="abort">Closes the socket at once; from any thread.</param>
    /// <param name="tryAtTurnEnd">See <see cref="TransportConnection.TryAtTurnEnd"/>.</param>
    public ClientConnection(
        long id, PipeReader input, PipeWriter output, ServerState server, Action? abort = null,
        Func<ITurnEnd, bool>? tryAtTurnEnd = null)
        : base(id, server)
    {
        _input = input;
        _output = new OutboundQueue(output, Counters, Settle, input.CancelPendingRead);
        _abort = abort;
        _tryAtTurnEnd = tryAtTurnEnd;
        _server = server;
        _call = new CommandContext(this, server, CommandList.Table);
    }

    public override string? LastCommandName => _call.LastCommand?.FullName;

    public override int QueuedCommands => _call.Transaction?.Commands.Count ?? -1;

    public override long BufferedRequestBytes => _requests.BufferedBytes;

    public override long QueuedReplyBytes => _output.QueuedBytes;

    public override long TransactionBytes => (_call.Transaction?.Bytes ?? 0) + Session.WatchedBytes;

    public override long HeldBytes => _requests.HeldBytes + QueuedReplyBytes + TransactionBytes;

    public override bool IsCutOff => Volatile.Read(ref _isCutOff) != 0;

    private enum Next
    {
        /// <summary>The segment is used up.</summary>
        Read,

        /// <summary>The call left work that should not keep this thread from other sockets.</summary>
        Finish,

        /// <summary>Running the call at all takes long, by its size.</summary>
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
            _isHeld = false;
            CutOff(); // the replies of this batch acknowledge nothing
            if (_sending is { } sending) await sending.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
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
            ValueTask<ReadResult> reading = _input.ReadAsync();
            if (!reading.IsCompleted) bytesThisTurn = 0;
            ReadResult read = await reading.ConfigureAwait(false);
            if (_sending is { } sending) await WaitAsync(sending).ConfigureAwait(false);
            LastActiveAtMs = Environment.TickCount64;
            Counters.InputBytes += read.Buffer.Length;
            foreach (ReadOnlyMemory<byte> segment in read.Buffer)
            {
                if (IsClosing) break;
                int offset = 0;
                Next next = Process(segment, ref offset);
                while (next != Next.Read && next != Next.Close)
                {
                    // The end of the turn must not come while this goes on elsewhere.
                    if (_isHeld) await SendNowAsync().ConfigureAwait(false);
                    if (next == Next.RunElsewhere) await _server.Workers.RunAsync(DispatchTimed).ConfigureAwait(false);
                    if (_call.TakeDeferred() is { } deferred) await FinishAsync(deferred).ConfigureAwait(false);
                    if (next == Next.Send) await SendNowAsync().ConfigureAwait(false);
                    next = Process(segment, ref offset);
                }
            }

            bytesThisTurn += read.Buffer.Length;
            _input.AdvanceTo(read.Buffer.End);
            await SendAsync().ConfigureAwait(false);
            Settle();
            if (read.IsCompleted || read.IsCanceled) break;
            if (bytesThisTurn < ServerLimits.TurnBytes) continue;
            // A client that never pauses must not keep the thread that serves other sockets as well.
            bytesThisTurn = 0;
            if (_isHeld) await SendNowAsync().ConfigureAwait(false);
            await Task.Yield();
        }

        if (_isHeld) await SendNowAsync().ConfigureAwait(false);
    }

    public override void RequestClose()
    {
        IsClosing = true;
        _input.CancelPendingRead();
    }

    public override bool CutOff()
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

    private Next Process(ReadOnlyMemory<byte> segment, ref int offset)
    {
        _call.StartClock();
        Next next = ProcessTimed(segment, ref offset);
        _call.StopClock();
        return next;
    }

    private Next ProcessTimed(ReadOnlyMemory<byte> segment, ref int offset)
    {
        while (offset < segment.Length && !IsClosing && !_output.IsClosed)
        {
            if (_isStranger || !IsAuthenticated) _requests.IsAuthenticated = !(_isStranger = MustAuthenticate);
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
            if (_call.Deferred is { } deferred)
            {
                if (deferred.Cost > ServerLimits.InlineChunks || IsLong(deferred)) return Next.Finish;
                _call.TakeDeferred();
                deferred.Finish(_server);
                deferred.WriteAll(new RespWriter(_output.Writer, Version));
            }

            if (_output.UnflushedBytes > ServerLimits.TransportBufferBytes) return Next.Send;
        }

        return IsClosing ? Next.Close : Next.Read;
    }

    private void DispatchHere()
    {
        if (_server.CommandLog is { } log) Log.Command(log, Id, _call.Args.ToString());
        CommandDispatcher.Dispatch(_call, new RespWriter(_output.Writer, Version));
    }

    private void DispatchTimed()
    {
        _call.StartClock();
        DispatchHere();
        _call.StopClock();
    }

    private void FinishTimed(DeferredReply deferred)
    {
        _call.StartClock(isLastCommands: true);
        deferred.Finish(_server);
        _call.StopClock();
    }

    private async ValueTask FinishAsync(DeferredReply deferred)
    {
        if (deferred.Cost <= ServerLimits.InlineChunks)
        {
            FinishTimed(deferred);
        }
        else if (deferred.Preparation() is { } preparation)
        {
            _call.StartClock(isLastCommands: true);
            await preparation.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing); // the work says what failed
            deferred.Finish(_server);
            _call.StopClock();
        }
        else
        {
            await _server.Workers.RunAsync(() => FinishTimed(deferred)).ConfigureAwait(false);
        }

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
        reply.LengthBytes > (_output.IsBehind ? ServerLimits.QueuedReplyBytes : ServerLimits.InlineReplyBytes);

    /// <summary>Counts what the client makes the server hold, unless that is about what was counted last.</summary>
    private void Settle()
    {
        long bytes = HeldBytes;
        if (Math.Abs(bytes - Volatile.Read(ref _countedBytes)) < SettledBytes) return;
        _server.ClientMemory.Settle(ref _countedBytes, bytes);
        // A thread that cuts a client off may come here when it has gone already.
        if (_isDisposed) _server.ClientMemory.Settle(ref _countedBytes, 0);
    }

    /// <summary>
    /// Sends the replies so far, after what they acknowledge is in the log: at the end of the loop's turn if there is
    /// one, so that a single write of the log serves all clients of the turn.
    /// </summary>
    private ValueTask SendAsync()
    {
        if (_isHeld) return default;
        if (_server.Persistence is { } persistence && !persistence.TryCommit(Session))
        {
            if (_tryAtTurnEnd is null || !_tryAtTurnEnd(this)) return SendNowAsync();
            _isHeld = true;
            return default;
        }

        Session.ReleaseFiles(); // what is deferred is computed before anything is sent
        _output.Flush();
        return default;
    }

    private async ValueTask SendNowAsync()
    {
        _isHeld = false;
        if (_call.Deferred is null) Session.ReleaseFiles(); // else what it is to be made of may be in one
        await CommitAsync().ConfigureAwait(false);
        _output.Flush();
    }

    /// <remarks>The connection's own code waits for further requests meanwhile, or has ended.</remarks>
    void ITurnEnd.EndTurn()
    {
        if (!_isHeld) return;
        ValueTask sending = SendNowAsync();
        if (sending.IsCompletedSuccessfully) return;
        _sending = sending.AsTask();
        _ = TellReaderAsync(_sending);
    }

    /// <summary>A client that waits for its reply sends nothing, and so would not see that none comes.</summary>
    private async Task TellReaderAsync(Task sending)
    {
        await sending.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (!sending.IsCompletedSuccessfully) _input.CancelPendingRead();
    }

    private async ValueTask WaitAsync(Task sending)
    {
        await sending.ConfigureAwait(false);
        _sending = null;
    }

    /// <summary>
    /// Group commit: has the log accept everything applied so far, by any client, so that a reply neither acknowledges
    /// nor shows what a crash could still take back. Once the log has failed, only a client that wrote something is
    /// left without replies.
    /// </summary>
    private ValueTask CommitAsync() => _server.Persistence?.CommitAsync(Session) ?? default;
}
