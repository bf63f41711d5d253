using System.Diagnostics;
using System.Runtime.InteropServices;
using Bitmapist.Transport.Contract;
using Bitmapist.Transport.Linux;
using Bitmapist.Transport.Loops;
using Microsoft.Extensions.Logging;

namespace Bitmapist.Transport.Epoll;

/// <summary>
/// Serves connections by epoll. Level-triggered: one receive per report, and what it left is reported again, after all
/// others had their turn. Edge-triggered would take a second receive each time, only to be told that nothing is left.
/// </summary>
internal sealed unsafe class EpollLoop : LoopThread
{
    // Generations of the loop's own descriptors.
    private const uint WakeGeneration = 0;
    private const uint ListenerGeneration = 1;

    private readonly byte[] _events =
        GC.AllocateArray<byte>(TransportLimits.EventsPerWait * EpollApi.EventBytes, pinned: true);

    // Of whichever connection is being received from: connections that wait hold no buffer.
    private readonly byte[] _received = GC.AllocateUninitializedArray<byte>(TransportLimits.ReceiveBytes, pinned: true);
    private readonly IoVector[] _vectors = new IoVector[TransportLimits.SendVectors];
    private readonly List<LoopListener> _listeners = [];
    private int _epoll = -1;

    public EpollLoop(int number, TransportOptions options, ILogger logger, Action<Exception> failed)
        : base(number, options, logger, failed)
    {
    }

    public override void Listen(LoopListener listener)
    {
        _listeners.Add(listener);
        _ = LibC.ControlDescriptor(listener.Descriptor, LibC.SetStatusFlags, LibC.NonBlocking);
        Control(EpollApi.Add, listener.Descriptor, EpollApi.Readable, ListenerGeneration, _listeners.Count - 1);
    }

    public override void StopListening(LoopListener listener)
    {
        listener.IsStopped = true;
        Control(EpollApi.Delete, listener.Descriptor, 0, 0, 0);
    }

    public override void Adopt(int descriptor, LoopListener listener)
    {
        var connection = new EpollConnection(this, descriptor, listener);
        Connections.Add(connection);
        try
        {
            Watch(connection, EpollApi.Readable);
        }
        catch (IOException failure) // out of memory, or of the user's share of watches: this connection's loss
        {
            listener.Report.Lost(failure.Message);
            BringDown(connection, failure);
        }

        listener.Accepted(connection);
        if (!connection.IsDown) Update(connection);
    }

    protected override void Open()
    {
        _epoll = EpollApi.Create(LibC.CloseOnExec);
        if (_epoll < 0) throw new IOException($"epoll_create1 failed: {Errno.Describe(Marshal.GetLastPInvokeError())}");
        Control(EpollApi.Add, Wake.Descriptor, EpollApi.Readable, WakeGeneration, 0);
    }

    protected override void Shut()
    {
        if (_epoll >= 0) _ = LibC.Close(_epoll);
    }

    protected override void Wait(int timeoutMs)
    {
        fixed (byte* events = _events)
        {
            int count = EpollApi.Wait(_epoll, events, TransportLimits.EventsPerWait, timeoutMs);
            if (count < 0)
            {
                int error = Marshal.GetLastPInvokeError();
                if (error == Errno.Interrupted) return;
                throw new IOException($"epoll_wait failed: {Errno.Describe(error)}");
            }

            for (int i = 0; i < count; i++)
            {
                byte* reported = events + (i * EpollApi.EventBytes);
                ulong data = *(ulong*)(reported + EpollApi.DataOffset);
                Handle(*(uint*)reported, (int)(uint)data, (uint)(data >> 32));
            }
        }
    }

    protected override void Send(LoopConnection connection)
    {
        var sender = (EpollConnection)connection;
        while (!sender.IsDown && !sender.IsBlocked)
        {
            int count = sender.Sending.Gather(_vectors);
            if (count == 0) break;
            long wantedBytes = 0;
            for (int i = 0; i < count; i++) wantedBytes += _vectors[i].Bytes;
            nint sentBytes = SendOnce(sender.Descriptor, count);
            int error = sentBytes < 0 ? Marshal.GetLastPInvokeError() : 0;
            if (error is not (0 or Errno.TryAgain or Errno.Interrupted))
            {
                BringDown(sender, LoopConnection.Broken(error));
                return;
            }

            // A short send means a full socket: the next one would only say so.
            sender.IsBlocked = error == Errno.TryAgain || (error == 0 && sentBytes < wantedBytes);
            if (sender.Sending.Sent(Math.Max(sentBytes, 0))) continue;
            AllSent(sender);
            break;
        }

        if (!sender.IsDown) Update(sender);
    }

    protected override void Receive(LoopConnection connection) => Update((EpollConnection)connection);

    protected override void TakeDown(LoopConnection connection)
    {
        // Explicitly, since a child process that is just being started holds the socket open for a moment.
        Unwatch((EpollConnection)connection);
        _ = LibC.Close(connection.Descriptor);
        Closed(connection);
    }

    private void Handle(uint events, int slot, uint generation)
    {
        if (generation == WakeGeneration) Wake.Reset();
        else if (generation == ListenerGeneration) Accept(_listeners[slot]);
        else if (Connections.Find(slot, generation) is EpollConnection { IsDown: false } connection)
        {
            if ((events & EpollApi.Writable) != 0)
            {
                connection.IsBlocked = false;
                Send(connection);
            }

            bool isBroken = (events & (EpollApi.Error | EpollApi.HangUp)) != 0;
            if (connection.IsDown) return;
            if (!connection.IsPaused && !connection.IsInputEnded)
            {
                if (isBroken || (events & EpollApi.Readable) != 0) ReceiveOnce(connection);
            }
            else if (isBroken)
            {
                Break(connection, events);
            }
        }
    }

    /// <summary>
    /// Handles an error or a hang-up of a connection that is not being received from. Both are reported for as long as
    /// they are watched, asked for or not.
    /// </summary>
    private void Break(EpollConnection connection, uint events)
    {
        // A unix socket whose peer has closed is hung up while there are bytes to read yet: later, by the reader.
        if ((events & EpollApi.Error) == 0 && !connection.IsInputEnded) Unwatch(connection);
        else BringDown(connection, LoopConnection.Broken(Errno.ConnectionReset));
    }

    private void ReceiveOnce(EpollConnection connection)
    {
        nint bytes;
        fixed (byte* first = _received) bytes = LibC.Receive(connection.Descriptor, first, _received.Length, 0);
        if (bytes > 0)
        {
            connection.Received(_received.AsSpan(0, (int)bytes));
        }
        else if (bytes == 0)
        {
            connection.EndInput(null);
        }
        else if (Marshal.GetLastPInvokeError() is var error and not (Errno.TryAgain or Errno.Interrupted))
        {
            BringDown(connection, LoopConnection.Broken(error));
            return;
        }

        if (!connection.IsDown) Update(connection);
    }

    private nint SendOnce(int descriptor, int count)
    {
        if (count == 1) return LibC.Send(descriptor, _vectors[0].Base, _vectors[0].Bytes, LibC.NoSignal);
        fixed (IoVector* vectors = _vectors)
        {
            var message = new MessageHeader { Vectors = vectors, VectorCount = count };
            return LibC.SendMessage(descriptor, &message, LibC.NoSignal);
        }
    }

    private void Accept(LoopListener listener)
    {
        for (int i = 0; i < TransportLimits.AcceptsPerTurn && !listener.IsStopped; i++)
        {
            int error = Options.AcceptError?.Invoke() ?? 0;
            if (error == 0)
            {
                int descriptor = LibC.Accept(listener.Descriptor, null, null, LibC.CloseOnExec | LibC.NonBlocking);
                if (descriptor >= 0)
                {
                    listener.Deal(this, descriptor);
                    continue;
                }

                error = Marshal.GetLastPInvokeError();
            }

            if (error == Errno.TryAgain) return;
            if (Errno.IsOneConnections(error)) continue;
            PauseAccepting(listener, error);
            return;
        }
    }

    /// <summary>A listening socket stays readable meanwhile: it is not watched, or this thread would spin.</summary>
    private void PauseAccepting(LoopListener listener, int error)
    {
        listener.Report.Paused(Errno.Describe(error));
        int index = _listeners.IndexOf(listener);
        Control(EpollApi.Modify, listener.Descriptor, 0, ListenerGeneration, index);
        Timers.After(TransportLimits.AcceptPause, () =>
        {
            if (!listener.IsStopped)
                Control(EpollApi.Modify, listener.Descriptor, EpollApi.Readable, ListenerGeneration, index);
        });
    }

    /// <summary>Has epoll report what is wanted; a system call only when that has changed, which is rare.</summary>
    private void Update(EpollConnection connection)
    {
        uint wanted = connection.WantedInterest;
        if (wanted != connection.Interest) Watch(connection, wanted);
    }

    private void Watch(EpollConnection connection, uint wanted)
    {
        int operation = connection.IsWatched ? EpollApi.Modify : EpollApi.Add;
        Control(operation, connection.Descriptor, wanted, connection.Generation, connection.Slot);
        connection.IsWatched = true;
        connection.Interest = wanted;
    }

    private void Unwatch(EpollConnection connection)
    {
        if (!connection.IsWatched) return;
        Control(EpollApi.Delete, connection.Descriptor, 0, 0, 0);
        connection.IsWatched = false;
        connection.Interest = 0;
    }

    private void Control(int operation, int descriptor, uint events, uint generation, int slot)
    {
        byte* interest = stackalloc byte[16];
        *(uint*)interest = events;
        *(ulong*)(interest + EpollApi.DataOffset) = ((ulong)generation << 32) | (uint)slot;
        if (EpollApi.Control(_epoll, operation, descriptor, interest) == 0) return;
        throw new IOException($"epoll_ctl failed: {Errno.Describe(Marshal.GetLastPInvokeError())}");
    }
}
