using Bitmapist.Transport.Contract;
using Bitmapist.Transport.Linux;
using Bitmapist.Transport.Loops;

namespace Bitmapist.Transport.IoUring;

/// <summary>
/// Accepts by one submission at a time for each listening socket. Not by one that completes for each connection: the
/// kernel would accept clients that wait before the first could be refused, and refusing take as many descriptors. The
/// loop's thread's.
/// </summary>
/// <param name="loop">Which accepts.</param>
/// <param name="ring">Its ring.</param>
/// <param name="timers">Its timers.</param>
/// <param name="userData">What names the completions of a listener, by its index.</param>
internal sealed unsafe class RingAcceptor(RingLoop loop, Ring ring, LoopTimers timers, Func<int, ulong> userData)
{
    private readonly List<LoopListener> _listeners = [];

    public void Listen(LoopListener listener)
    {
        _listeners.Add(listener);
        // Of a non-blocking one, such as may be passed by a service manager, the kernel would not wait for readiness.
        _ = LibC.ControlDescriptor(listener.Descriptor, LibC.SetStatusFlags, 0);
        Arm(_listeners.Count - 1);
    }

    public int IndexOf(LoopListener listener) => _listeners.IndexOf(listener);

    /// <summary>A connection has come, or accepting has failed.</summary>
    public void Accepted(int index, in Completion completion)
    {
        LoopListener listener = _listeners[index];
        if (completion.Result >= 0)
        {
            if (listener.IsStopped) _ = LibC.Close(completion.Result);
            else listener.Deal(loop, completion.Result);
        }

        if (listener.IsStopped) return;
        if (completion.Result >= 0 || Errno.IsOneConnections(-completion.Result)) Arm(index);
        else Pause(index, -completion.Result);
    }

    private void Arm(int index)
    {
        LoopListener listener = _listeners[index];
        if (listener.IsStopped) return;
        if (loop.Options.AcceptError?.Invoke() is > 0 and var error)
        {
            if (Errno.IsOneConnections(error)) loop.Post(() => Arm(index));
            else Pause(index, error);
            return;
        }

        SubmissionEntry* entry = ring.TryPrepare();
        if (entry is null)
        {
            loop.Post(() => Arm(index)); // again next turn
            return;
        }

        entry->Opcode = RingApi.OpAccept;
        entry->Descriptor = listener.Descriptor;
        // Not non-blocking: of such a socket the kernel would not wait for readiness.
        entry->OperationFlags = LibC.CloseOnExec;
        entry->UserData = userData(index);
    }

    private void Pause(int index, int error)
    {
        _listeners[index].Report.Paused(Errno.Describe(error));
        timers.After(TransportLimits.AcceptPause, () => Arm(index));
    }
}
