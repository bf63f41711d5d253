using System.Runtime.InteropServices;
using Bitmapist.Transport.Contract;
using Bitmapist.Transport.Linux;
using Bitmapist.Transport.Loops;

namespace Bitmapist.Transport.IoUring;

/// <summary>
/// Finds resets that no completion tells of. A receive that goes on waits for the socket's next event; a reset that
/// came together with the last bytes is no next event, and unless something is sent the connection would stay for
/// ever (seen on Linux 6.18; the end of input is not lost so). A peer that has been quiet for a while after bytes came
/// is looked at once. The loop's thread's.
/// </summary>
internal sealed unsafe class ResetSweep(
    ConnectionTable connections, LoopTimers timers, Action<RingConnection, int> reset)
{
    private static readonly TimeSpan s_interval = TimeSpan.FromSeconds(1);

    private bool _isDue;

    /// <summary>Bytes came.</summary>
    public void Note(RingConnection connection)
    {
        connection.SweepsLeft = 2;
        if (_isDue) return;
        _isDue = true;
        timers.After(s_interval, Sweep);
    }

    private void Sweep()
    {
        _isDue = false;
        bool isMore = false;
        foreach (LoopConnection? each in connections.Slots)
        {
            if (each is not RingConnection { IsDown: false, SweepsLeft: > 0 } connection) continue;
            isMore |= --connection.SweepsLeft > 0;
            if (connection.SweepsLeft == 0 && connection.IsReceiving) Look(connection);
        }

        if (!isMore) return;
        _isDue = true;
        timers.After(s_interval, Sweep);
    }

    private void Look(RingConnection connection)
    {
        byte peeked;
        if (LibC.Receive(connection.Descriptor, &peeked, 1, LibC.Peek | LibC.DontWait) >= 0) return;
        int error = Marshal.GetLastPInvokeError();
        if (error is not (Errno.TryAgain or Errno.Interrupted)) reset(connection, error);
    }
}
