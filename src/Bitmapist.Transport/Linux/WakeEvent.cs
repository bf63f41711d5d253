using System.Runtime.InteropServices;
using Bitmapist.Transport.Contract;

namespace Bitmapist.Transport.Linux;

/// <summary>An eventfd: what wakes a thread that waits for sockets. <see cref="Signal"/> is for any thread.</summary>
internal sealed unsafe class WakeEvent : SafeHandle
{
    /// <exception cref="IOException">The process is out of descriptors.</exception>
    public WakeEvent()
        : base(invalidHandleValue: -1, ownsHandle: true)
    {
        int descriptor = LibC.CreateEvent(0, LibC.CloseOnExec | LibC.NonBlocking);
        if (descriptor < 0)
            throw new IOException($"eventfd failed: {Errno.Describe(Marshal.GetLastPInvokeError())}");
        SetHandle(descriptor);
    }

    public override bool IsInvalid => handle < 0;

    public int Descriptor => (int)handle;

    /// <summary>Makes the descriptor readable. Does nothing once disposed.</summary>
    public void Signal()
    {
        bool isHeld = false;
        try
        {
            DangerousAddRef(ref isHeld); // so that the descriptor is not closed, and reused, under the write
            ulong one = 1;
            _ = LibC.Write(Descriptor, &one, sizeof(ulong)); // EAGAIN: it is readable 2^64 - 2 times over
        }
        catch (ObjectDisposedException)
        {
            // The thread to be woken has ended.
        }
        finally
        {
            if (isHeld) DangerousRelease();
        }
    }

    /// <summary>Makes the descriptor not readable.</summary>
    public void Reset()
    {
        ulong count;
        _ = LibC.Read(Descriptor, &count, sizeof(ulong)); // EAGAIN: nobody signalled
    }

    protected override bool ReleaseHandle() => LibC.Close(Descriptor) == 0;
}
