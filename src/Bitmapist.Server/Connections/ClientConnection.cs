using System.IO.Pipelines;
using System.Net;
using Bitmapist.Engine.Keyspace;
using Bitmapist.Resp;
using Bitmapist.Resp.Requests;
using Bitmapist.Resp.Writing;
using Bitmapist.Server.Commands;
using Bitmapist.Server.Commands.Transactions;
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
internal sealed class ClientConnection : ClientState, IDisposable
{
    private const long SettledBytes = 16 * 1024; // smaller changes of what the client makes the server hold wait

    private readonly PipeReader _input;
    private readonly OutboundQueue _output;
    private readonly RequestReader _requests = new();
    private readonly CommandContext _call;
    private readonly ServerState _server;
    private readonly TransportConnection? _carrier;
    private readonly ReplySender _sender;
    private readonly ClientPushes _pushes;
    private bool _isStranger; // requests are as small as they may be before logging in
    private long _countedBytes;
    private NowhereWriter? _nowhere;
    private int _isCutOff;
    private volatile bool _isDisposed;

    /// <param name="id">Unlike that of any other client.</param>
    /// <param name="input">Requests.</param>
    /// <param name="output">Replies.</param>
    /// <param name="server">What it serves.</param>
    /// <param name="carrier">What carries the two; null: nothing that could be cut, or has turns.</param>
    public ClientConnection(
        long id, PipeReader input, PipeWriter output, ServerState server, TransportConnection? carrier = null)
        : base(id, server)
    {
        _input = input;
        Action wakeReader = input.CancelPendingRead;
        _output = new OutboundQueue(output, Counters, NoteOutput, wakeReader);
        _carrier = carrier;
        _server = server;
        _call = new CommandContext(this, server, CommandList.Table);
        _sender = new ReplySender(_call, _output, server.Persistence, wakeReader, carrier);
        _pushes = new ClientPushes(this, _output, _sender, wakeReader);
    }

    public override string? LastCommandName => _call.LastCommand?.FullName;

    public override int QueuedCommands => _call.Transaction?.Commands.Count ?? -1;

    public override long BufferedRequestBytes => _requests.BufferedBytes;

    public override long FreeRequestBytes => Math.Max(0, _requests.HeldBytes - _requests.BufferedBytes);

    public override long QueuedReplyBytes => _output.QueuedBytes + _pushes.Bytes;

    public override int QueuedReplies => _output.QueuedPieces;

    public override long TransactionBytes => (_call.Transaction?.Bytes ?? 0) + Session.WatchedBytes;

    public override long HeldBytes =>
        _requests.HeldBytes + QueuedReplyBytes + TransactionBytes + SubscriptionBytes + PrefixBytes;

    public override bool IsCutOff => Volatile.Read(ref _isCutOff) != 0;

    private enum Next
    {
        /// <summary>The segment is used up.</summary>
        Read,

        /// <summary>The call left work that should not keep this thread from other sockets.</summary>
        Finish,

        /// <summary>Running the call at all takes long, by its size.</summary>
        RunElsewhere,

        /// <summary>A pause lets the call wait.</summary>
        RunAfterPause,

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
            ValueTask dropping = _sender.DropAsync();
            CutOff(); // the replies of this batch acknowledge nothing
            await dropping.ConfigureAwait(false);
            await _output.DrainAsync().ConfigureAwait(false);
            throw;
        }

        await _output.DrainAsync().ConfigureAwait(false);
        if (_output.Failure is { } failure) throw new InvalidOperationException("A reply cannot be written.", failure);
    }

    public override void Push(byte[] message)
    {
        _pushes.Add(message, isGone: IsCutOff || _isDisposed);
        NoteOutput();
    }

    public override void WritePushes(RespWriter reply) => _pushes.WriteAll(reply);

    private async Task ServeAsync()
    {
        long bytesThisTurn = 0;
        while (!IsClosing && !_output.IsClosed)
        {
            ValueTask<ReadResult> reading = _input.ReadAsync();
            if (!reading.IsCompleted) bytesThisTurn = 0;
            ReadResult read = await reading.ConfigureAwait(false);
            await _sender.WaitAsync().ConfigureAwait(false);
            if (!read.Buffer.IsEmpty) LastActiveAtMs = Environment.TickCount64;
            Counters.InputBytes += read.Buffer.Length;
            _requests.BulkBytesMax = _server.ClientLimits.BulkBytesMax;
            _requests.RequestBytesMax = (int)Math.Min(_server.ClientLimits.RequestBytesMax, RespLimits.RequestBytesMax);
            // No foreach: what it keeps would be kept for each idle client.
            SequencePosition at = read.Buffer.Start;
            while (!IsClosing && read.Buffer.TryGet(ref at, out ReadOnlyMemory<byte> segment))
            {
                int offset = 0;
                Next next = Process(segment, ref offset);
                if (next is not (Next.Read or Next.Close)) await GoOnAsync(next, segment, offset).ConfigureAwait(false);
            }

            bytesThisTurn += read.Buffer.Length;
            _input.AdvanceTo(read.Buffer.End);
            await _pushes.WriteAllAsync().ConfigureAwait(false);
            await _sender.SendAsync().ConfigureAwait(false);
            Settle();
            if (read.IsCompleted) break;
            if (bytesThisTurn < ServerLimits.TurnBytes) continue;
            // A client that never pauses must not keep the thread that serves other sockets as well.
            bytesThisTurn = 0;
            if (_sender.IsHeld) await _sender.SendNowAsync().ConfigureAwait(false);
            await Task.Yield();
        }

        if (_sender.IsHeld) await _sender.SendNowAsync().ConfigureAwait(false);
    }

    /// <summary>Does what keeps a segment from being used up, and the rest of the segment.</summary>
    private async Task GoOnAsync(Next next, ReadOnlyMemory<byte> segment, int offset)
    {
        while (next != Next.Read && next != Next.Close)
        {
            // The end of the turn must not come while this goes on elsewhere.
            if (_sender.IsHeld) await _sender.SendNowAsync().ConfigureAwait(false);
            if (next == Next.RunAfterPause) await WaitWhilePausedAsync().ConfigureAwait(false);
            if (next == Next.RunAfterPause && IsClosing) break;
            if (next is Next.RunElsewhere or Next.RunAfterPause)
                await _server.Workers.RunAsync(DispatchTimed).ConfigureAwait(false);
            if (_call.TakeDeferred() is { } deferred) await FinishAsync(deferred).ConfigureAwait(false);
            if (Modes != ClientModes.None && next != Next.Send) EndReply();
            if (next == Next.Send) await _sender.SendNowAsync().ConfigureAwait(false);
            next = Process(segment, ref offset);
        }
    }

    public override void RequestClose()
    {
        IsClosing = true;
        Blocking?.TrySetResult(false);
        _pushes.Wake();
    }

    public override void Leave()
    {
        base.Leave();
        if (IsPaused) _pushes.Wake();
    }

    public override bool CutOff()
    {
        if (Interlocked.Exchange(ref _isCutOff, 1) != 0) return false;
        RequestClose();
        _pushes.Close();
        _output.Abandon();
        _carrier?.Abort();
        return true;
    }

    public void Dispose()
    {
        _isDisposed = true;
        BecomeOrdinary();
        Session.Dispose();
        _pushes.Close();
        _server.ClientMemory.Settle(ref _countedBytes, 0);
    }

    private Next Process(ReadOnlyMemory<byte> segment, ref int offset)
    {
        _call.Clock.Start();
        Next next = ProcessTimed(segment, ref offset);
        _call.Clock.Stop();
        return next;
    }

    private Next ProcessTimed(ReadOnlyMemory<byte> segment, ref int offset)
    {
        while (offset < segment.Length && !IsClosing && !_output.IsClosed)
        {
            if (_pushes.IsWaiting && !_pushes.TryWrite()) return Next.Send;
            if (_isStranger || !IsAuthenticated) _requests.IsAuthenticated = !(_isStranger = MustAuthenticate);
            RequestStatus status = _requests.Read(segment[offset..], out int consumedBytes);
            offset += consumedBytes;
            if (status == RequestStatus.Incomplete) return Next.Read;
            if (status == RequestStatus.Invalid)
            {
                _call.Fail(Reply, _requests.Error);
                IsClosing = true;
                return Next.Close;
            }

            _call.Args = new ArgumentList(_requests.Request);
            if (_server.Pause.IsActive && _server.Pause.Stops(CommandDispatcher.MayWrite(_call)))
                return Next.RunAfterPause;
            if (CommandDispatcher.TakesLong(_call)) return Next.RunElsewhere;
            DispatchHere();
            if (_call.Deferred is { } deferred)
            {
                if (deferred.Cost > ServerLimits.InlineChunks || IsLong(deferred)) return Next.Finish;
                _call.TakeDeferred();
                _call.Finish(deferred);
                deferred.WriteAll(Reply);
            }

            if (Modes != ClientModes.None) EndReply();

            if (_output.UnflushedBytes > ServerLimits.TransportBufferBytes) return Next.Send;
        }

        return IsClosing ? Next.Close : Next.Read;
    }

    private void DispatchHere()
    {
        if (_server.CommandLog is { } log) Log.Command(log, Id, _call.Args.ToString());
        CommandDispatcher.Dispatch(_call, Reply);
    }

    private void DispatchTimed()
    {
        _call.Clock.Start();
        DispatchHere();
        _call.Clock.Stop();
    }

    private void FinishTimed(DeferredReply deferred)
    {
        _call.Clock.Start(isRest: true);
        _call.Finish(deferred);
        _call.Clock.Stop();
    }

    private async ValueTask FinishAsync(DeferredReply deferred)
    {
        if (deferred.Cost <= ServerLimits.InlineChunks)
        {
            FinishTimed(deferred);
        }
        else if (deferred.Preparation(_server.Workers) is { } preparation)
        {
            _call.Clock.Start(isRest: true);
            await preparation.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing); // the work says what failed
            _call.Finish(deferred);
            _call.Clock.Stop();
        }
        else if (deferred.IsComputation && deferred.Cost <= ServerLimits.AloneChunks
            && _carrier?.IsServedAlone is true)
        {
            FinishTimed(deferred);
        }
        else
        {
            await _server.Workers.RunAsync(() => FinishTimed(deferred)).ConfigureAwait(false);
        }

        if (!IsLong(deferred))
        {
            deferred.WriteAll(Reply);
        }
        else if ((Modes & ClientModes.Silent) == 0)
        {
            await _sender.CommitAsync().ConfigureAwait(false);
            _output.Stream(deferred, Version);
        }
    }

    /// <summary>Whether a reply had better wait as what it is made of than as bytes.</summary>
    private bool IsLong(DeferredReply reply) =>
        reply.LengthBytes > (_output.IsBehind ? ServerLimits.QueuedReplyBytes : ServerLimits.InlineReplyBytes);

    /// <summary>Where the next reply goes; a value for one reply, as CLIENT REPLY changes it.</summary>
    private RespWriter Reply =>
        new((Modes & ClientModes.Silent) == 0 ? _output.Writer : _nowhere ??= new NowhereWriter(), Version);

    /// <summary>A command is over: CLIENT REPLY SKIP concerns the one behind it.</summary>
    private void EndReply()
    {
        bool isNextSkipped = (Modes & ClientModes.SkipAfterThis) != 0;
        Modes &= ~(ClientModes.SkipThis | ClientModes.SkipAfterThis);
        if (isNextSkipped) Modes |= ClientModes.SkipThis;
    }

    /// <summary>What waits for the client has changed. From any thread.</summary>
    private void NoteOutput()
    {
        Settle();
        _server.OutputLimits.Check(this);
    }

    /// <summary>Waits until the call may run; what is pushed meanwhile is sent.</summary>
    private async Task WaitWhilePausedAsync()
    {
        bool isWrite = CommandDispatcher.MayWrite(_call);
        IsPaused = true;
        while (_server.Pause.Stops(isWrite) && !IsClosing && !_output.IsClosed)
        {
            Task wake = _pushes.WakeAlso();
            await _pushes.WriteAllAsync().ConfigureAwait(false);
            await _sender.SendNowAsync().ConfigureAwait(false);
            IsClosing |= IsGone;
            if (!IsClosing) await _server.Pause.WaitAsync(wake).ConfigureAwait(false);
        }

        IsPaused = false;
    }

    /// <summary>Counts what the client makes the server hold, unless that is about what was counted last.</summary>
    private void Settle()
    {
        long bytes = HeldBytes;
        if (Math.Abs(bytes - Volatile.Read(ref _countedBytes)) < SettledBytes) return;
        _server.ClientMemory.Settle(ref _countedBytes, bytes);
        // A thread that cuts a client off may come here when it has gone already.
        if (_isDisposed) _server.ClientMemory.Settle(ref _countedBytes, 0);
    }
}
