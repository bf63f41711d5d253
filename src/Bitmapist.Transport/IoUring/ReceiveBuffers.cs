using System.Diagnostics;
using System.Runtime.InteropServices;
using Bitmapist.Transport.Contract;

namespace Bitmapist.Transport.IoUring;

/// <summary>
/// Buffers that receives of all connections take from as bytes come, so that waiting connections hold none. What is
/// received is copied out at once, into the connection's pipe, so that a slow reader cannot starve the others of
/// buffers: a copy of a request costs some nanoseconds.
/// </summary>
internal sealed unsafe class ReceiveBuffers
{
    /// <summary>
    /// A turn seldom brings more receives than this; then the rest fail for want of buffers, and are armed again. A
    /// power of two.
    /// </summary>
    public const int Count = 256;

    /// <summary>
    /// How many the kernel has at first. It takes them in turn, whatever comes, so that one client with large requests
    /// makes all that it has resident: with 256 those were 4 MiB beside a few keys. A receive that finds none doubles
    /// them, and is armed again.
    /// </summary>
    public const int CountAtFirst = 16;

    /// <summary>The group that receives name.</summary>
    public const ushort Group = 0;

    private const nuint PageBytes = 4096; // the ring's required alignment, and at most 64 KiB pages' divisor

    private readonly ProvidedBuffer* _ring;
    private readonly byte* _buffers;
    private ushort _tail;

    /// <exception cref="IOException">The kernel does not know rings of buffers.</exception>
    public ReceiveBuffers(Ring ring)
    {
        nuint pageBytes = Math.Max(PageBytes, (nuint)Environment.SystemPageSize);
        _ring = (ProvidedBuffer*)NativeMemory.AlignedAlloc(Count * (nuint)sizeof(ProvidedBuffer), pageBytes);
        _buffers = (byte*)NativeMemory.AlignedAlloc(Count * (nuint)TransportLimits.BlockBytes, pageBytes);
        var registration = new BufferRingRegistration { Address = (ulong)_ring, Entries = Count, Group = Group };
        _ring[0].Tail = 0;
        if (RingApi.Register(ring.Descriptor, RingApi.RegisterBufferRing, &registration, 1) < 0)
        {
            IOException failure = Ring.Failure("io_uring_register of buffers");
            Free();
            throw failure;
        }

        for (int id = 0; id < CountAtFirst; id++) Put(id);
        Lent = CountAtFirst;
        Publish();
    }

    /// <summary>How many buffers there are for the kernel: those that it has and those that it has filled.</summary>
    public int Lent { get; private set; }

    /// <summary>Gives the kernel as many again, up to <see cref="Count"/>: it ran out of them.</summary>
    public void Double()
    {
        int end = Math.Min(Lent * 2, Count);
        for (; Lent < end; Lent++) Put(Lent);
    }

    /// <summary>What a receive has put into a buffer; valid until it is put back.</summary>
    public ReadOnlySpan<byte> Received(int id, int bytes)
    {
        Debug.Assert(id < Count && bytes <= TransportLimits.BlockBytes, "The kernel knows its buffers.");
        return new ReadOnlySpan<byte>(_buffers + ((nint)id * TransportLimits.BlockBytes), bytes);
    }

    /// <summary>Gives a buffer back to the kernel, which sees it after <see cref="Publish"/>.</summary>
    public void Put(int id)
    {
        ProvidedBuffer* buffer = _ring + (_tail++ & (Count - 1));
        buffer->Address = (ulong)(_buffers + ((nint)id * TransportLimits.BlockBytes));
        buffer->Bytes = TransportLimits.BlockBytes;
        buffer->Id = (ushort)id;
    }

    /// <summary>Shows the kernel the buffers that were put back.</summary>
    public void Publish() => Volatile.Write(ref _ring[0].Tail, _tail);

    /// <summary>Frees the memory; only when the ring is closed and nothing is received any more.</summary>
    public void Free()
    {
        NativeMemory.AlignedFree(_ring);
        NativeMemory.AlignedFree(_buffers);
    }
}
