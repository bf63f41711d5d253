using System.Diagnostics;
using Bitmapist.Transport.Contract;
using Bitmapist.Transport.Linux;
using Bitmapist.Transport.Loops;
using Microsoft.Extensions.Logging;

namespace Bitmapist.Transport.IoUring;

/// <summary>
/// Serves connections by io_uring. A connection has one receive in the kernel, which completes again and again as bytes
/// come; the sends of a turn, and whatever else is asked of the kernel, go with the one system call that waits for the
/// next turn.
/// </summary>
/// <remarks>
/// A completion names its operation and connection by user data. A connection's slot and memory are kept until its last
/// operation has completed; only then is its socket closed.
/// </remarks>
internal sealed unsafe class RingLoop : LoopThread
{
    private const uint Submissions = 512; // sends of a turn; more are submitted in between
    private const uint Completions = 4096; // 64 KiB; more wait in the kernel
    private static readonly TimeSpan s_endPatience = TimeSpan.FromSeconds(5);

    private readonly IoVector[] _vectors = new IoVector[TransportLimits.SendVectors];
    private readonly ResetSweep _resets;
    private Ring? _ring;
    private ReceiveBuffers? _buffers;
    private RingAcceptor? _acceptor;

    public RingLoop(int number, TransportOptions options, ILogger logger, Action<Exception> failed)
        : base(number, options, logger, failed) => _resets = new ResetSweep(
            Connections, Timers, (connection, error) => BringDown(connection, LoopConnection.Broken(error)));

    /// <summary>Lowest byte of user data. Above it are a slot (24 bits) and a generation (32 bits).</summary>
    private enum Operation : byte
    {
        Wake,
        Accept, // the slot is the listener's index
        Receive,
        Send,
        Cancel,
    }

    public override void Listen(LoopListener listener) => _acceptor!.Listen(listener);

    public override void StopListening(LoopListener listener)
    {
        listener.IsStopped = true;
        Cancel(UserData(Operation.Accept, _acceptor!.IndexOf(listener), 0));
        _ring!.Enter(0); // the port is free when this returns
    }

    public override void Adopt(int descriptor, LoopListener listener)
    {
        var connection = new RingConnection(this, descriptor, listener);
        Connections.Add(connection);
        listener.Accepted(connection);
        if (!connection.IsDown) Receive(connection);
    }

    protected override void Open()
    {
        _ring = new Ring(Submissions, Completions);
        _buffers = new ReceiveBuffers(_ring);
        _acceptor = new RingAcceptor(this, _ring, Timers, index => UserData(Operation.Accept, index, 0));
        ArmWake();
    }

    protected override void Shut()
    {
        if (_ring is null) return;
        // Every socket is shut down: what is in the kernel completes.
        long startedAt = Stopwatch.GetTimestamp();
        while (Connections.Count > 0 && Stopwatch.GetElapsedTime(startedAt) < s_endPatience) Wait(timeoutMs: 100);
        _ring.Close();
        // Memory that the kernel may still write to is better lost than used again.
        if (Connections.Count == 0) _buffers?.Free();
    }

    protected override void Wait(int timeoutMs)
    {
        _ring!.Enter(timeoutMs);
        while (_ring.TryTake(out Completion completion)) Handle(completion);
        _buffers!.Publish();
    }

    protected override void Receive(LoopConnection connection)
    {
        var receiver = (RingConnection)connection;
        if (receiver.IsReceiving || receiver.IsUnwilling) return;
        SubmissionEntry* entry = _ring!.TryPrepare();
        if (entry is null)
        {
            receiver.Ask(LoopWork.Receive); // again next turn
            return;
        }

        entry->Opcode = RingApi.OpReceive;
        entry->Flags = RingApi.EntryBufferSelect;
        entry->IoPriority = RingApi.ReceiveMultishot;
        entry->Descriptor = receiver.Descriptor;
        entry->BufferGroup = ReceiveBuffers.Group;
        entry->UserData = UserData(Operation.Receive, receiver.Slot, receiver.Generation);
        receiver.IsReceiving = true;
    }

    protected override void Send(LoopConnection connection)
    {
        var sender = (RingConnection)connection;
        if (sender.IsSending || sender.IsDown) return;
        int count = sender.Sending.Gather(_vectors);
        if (count == 0) return;
        SubmissionEntry* entry = _ring!.TryPrepare();
        if (entry is null)
        {
            sender.Ask(LoopWork.Send); // again next turn
            return;
        }

        if (count == 1)
        {
            entry->Opcode = RingApi.OpSend;
            entry->Address = (ulong)_vectors[0].Base;
            entry->Length = (uint)_vectors[0].Bytes;
        }
        else
        {
            entry->Opcode = RingApi.OpSendMessage;
            entry->Address = (ulong)sender.Compose(_vectors.AsSpan(0, count));
            entry->Length = 1;
        }

        entry->Descriptor = sender.Descriptor;
        entry->OperationFlags = LibC.NoSignal;
        entry->UserData = UserData(Operation.Send, sender.Slot, sender.Generation);
        sender.IsSending = true;
    }

    protected override void TakeDown(LoopConnection connection)
    {
        // Ends what the kernel has of it: a receive as at the end of input, a send as with nobody to receive it.
        _ = LibC.Shutdown(connection.Descriptor, LibC.ShutdownBoth);
        CloseWhenIdle((RingConnection)connection);
    }

    private static ulong UserData(Operation operation, int slot, uint generation) =>
        ((ulong)generation << 32) | ((uint)slot << 8) | (byte)operation;

    private void Handle(in Completion completion)
    {
        int slot = (int)((uint)completion.UserData >> 8);
        switch ((Operation)(byte)completion.UserData)
        {
            case Operation.Wake:
                Wake.Reset();
                if ((completion.Flags & RingApi.CompletionMore) == 0) ArmWake();
                break;
            case Operation.Accept:
                _acceptor!.Accepted(slot, completion);
                break;
            case Operation.Receive:
                Received(Find(slot, completion), completion);
                break;
            case Operation.Send:
                Sent(Find(slot, completion), completion.Result);
                break;
            default:
                break; // a cancellation that came too late
        }
    }

    private RingConnection Find(int slot, in Completion completion) =>
        (RingConnection?)Connections.Find(slot, (uint)(completion.UserData >> 32))
        ?? throw new InvalidOperationException("An operation completed after its connection was closed.");

    private void Received(RingConnection connection, in Completion completion)
    {
        if ((completion.Flags & RingApi.CompletionMore) == 0) connection.IsReceiving = connection.IsCancelling = false;
        if ((completion.Flags & RingApi.CompletionBuffer) != 0)
        {
            int id = (int)(completion.Flags >> RingApi.CompletionBufferShift);
            if (!connection.IsDown && completion.Result > 0)
                connection.Received(_buffers!.Received(id, completion.Result));
            _buffers!.Put(id);
        }

        if (connection.IsDown)
        {
            CloseWhenIdle(connection);
            return;
        }

        if (completion.Result == -Errno.NoBuffers) _buffers!.Double();
        if (completion.Result == 0)
        {
            connection.EndInput(null);
        }
        else if (completion.Result < 0 && -completion.Result
            is var error and not (Errno.NoBuffers or Errno.Canceled or Errno.Interrupted or Errno.TryAgain))
        {
            BringDown(connection, LoopConnection.Broken(error));
            return;
        }

        if (completion.Result > 0) _resets.Note(connection);
        if (!connection.IsUnwilling) Receive(connection);
        else if (connection.IsReceiving && !connection.IsCancelling) CancelReceive(connection);
    }

    private void Sent(RingConnection connection, int result)
    {
        connection.IsSending = false;
        if (connection.IsDown)
        {
            CloseWhenIdle(connection);
            return;
        }

        if (result < 0 && -result is var error and not (Errno.Interrupted or Errno.TryAgain))
        {
            BringDown(connection, LoopConnection.Broken(error));
            return;
        }

        if (connection.Sending.Sent(Math.Max(result, 0))) Send(connection);
        else AllSent(connection);
    }

    private void CloseWhenIdle(RingConnection connection)
    {
        if (connection.IsReceiving || connection.IsSending) return;
        _ = LibC.Close(connection.Descriptor);
        connection.Free();
        Closed(connection);
    }

    private void CancelReceive(RingConnection connection) =>
        connection.IsCancelling = Cancel(UserData(Operation.Receive, connection.Slot, connection.Generation));

    /// <returns>Whether that could be asked for; if not, the next completion is the next occasion.</returns>
    private bool Cancel(ulong userData)
    {
        SubmissionEntry* entry = _ring!.TryPrepare();
        if (entry is null) return false;
        entry->Opcode = RingApi.OpCancel;
        entry->Flags = RingApi.EntrySkipSuccess;
        entry->Descriptor = -1;
        entry->Address = userData;
        entry->UserData = UserData(Operation.Cancel, 0, 0);
        return true;
    }

    private void ArmWake()
    {
        SubmissionEntry* entry = _ring!.TryPrepare();
        if (entry is null)
        {
            Post(ArmWake);
            return;
        }

        entry->Opcode = RingApi.OpPollAdd;
        entry->Descriptor = Wake.Descriptor;
        entry->Length = RingApi.PollMultishot;
        entry->OperationFlags = BitConverter.IsLittleEndian // poll32_events: its halves are swapped otherwise
            ? RingApi.PollReadable
            : RingApi.PollReadable << 16;
        entry->UserData = UserData(Operation.Wake, 0, 0);
    }
}
