using Bitmapist.Transport.Contract;
using Bitmapist.Transport.Linux;

namespace Bitmapist.Transport.IoUring;

/// <summary>
/// Finds out whether io_uring is here and does what is needed of it: containers often forbid it, and old kernels have
/// it without receives that go on into provided buffers. No list of features tells that, so it is tried.
/// </summary>
internal static unsafe class RingProbe
{
    private const int Unix = 1; // AF_UNIX, bits/socket.h
    private const int Stream = 1; // SOCK_STREAM
    private const int PatienceMs = 1000;

    /// <summary>Why io_uring cannot be used; null: it can.</summary>
    public static string? Denial()
    {
        Ring? ring = null;
        ReceiveBuffers? unused = null;
        try
        {
            ring = new Ring(submissions: 8, completions: 16);
            var buffers = new ReceiveBuffers(ring);
            string? denial = TryExchange(ring, buffers);
            // After a failure the kernel may still hold the buffers: they are left alone.
            if (denial is null) unused = buffers;
            return denial;
        }
        catch (IOException failure)
        {
            return failure.Message;
        }
        finally
        {
            ring?.Close();
            unused?.Free();
        }
    }

    private static string? TryExchange(Ring ring, ReceiveBuffers buffers)
    {
        int* pair = stackalloc int[2];
        if (RingApi.CreateSocketPair(Unix, Stream | LibC.CloseOnExec, 0, pair) != 0)
            return Ring.Failure("socketpair").Message;
        try
        {
            SubmissionEntry* receive = ring.TryPrepare();
            receive->Opcode = RingApi.OpReceive;
            receive->Flags = RingApi.EntryBufferSelect;
            receive->IoPriority = RingApi.ReceiveMultishot;
            receive->Descriptor = pair[0];
            receive->BufferGroup = ReceiveBuffers.Group;
            byte sent = 0x5A;
            if (LibC.Write(pair[1], &sent, 1) != 1) return Ring.Failure("write").Message;
            if (!TryAwait(ring, out Completion received)) return "a receive does not complete";
            if (received.Result < 0) return $"a receive failed: {Errno.Describe(-received.Result)}";
            const uint Expected = RingApi.CompletionBuffer | RingApi.CompletionMore;
            if (received.Result != 1 || (received.Flags & Expected) != Expected)
                return "a receive does not go on into provided buffers";
            if (buffers.Received((int)(received.Flags >> RingApi.CompletionBufferShift), 1)[0] != sent)
                return "a receive brought other bytes than were sent";
            // The receive ends with its peer, so that nothing of it is left when the buffers are freed.
            _ = LibC.Shutdown(pair[1], LibC.ShutdownBoth);
            return TryAwait(ring, out Completion ended) && (ended.Flags & RingApi.CompletionMore) == 0
                ? null
                : "a receive does not end";
        }
        finally
        {
            _ = LibC.Close(pair[0]);
            _ = LibC.Close(pair[1]);
        }
    }

    private static bool TryAwait(Ring ring, out Completion completion)
    {
        if (ring.TryTake(out completion)) return true;
        ring.Enter(PatienceMs);
        return ring.TryTake(out completion);
    }
}
