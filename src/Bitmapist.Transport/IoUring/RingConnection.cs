using System.Runtime.InteropServices;
using Bitmapist.Transport.Contract;
using Bitmapist.Transport.Linux;
using Bitmapist.Transport.Loops;

namespace Bitmapist.Transport.IoUring;

/// <summary>A connection served by a <see cref="RingLoop"/>. The loop's thread's.</summary>
internal sealed unsafe class RingConnection : LoopConnection
{
    private MessageHeader* _message; // followed by its vectors; only for connections that once sent much at a time

    public RingConnection(RingLoop loop, int descriptor, LoopListener listener)
        : base(loop, descriptor) => (RemoteEndPoint, LocalEndPoint) = listener.EndPointsOf(descriptor);

    /// <summary>A receive is submitted, and its last completion has not come.</summary>
    public bool IsReceiving { get; set; }

    /// <summary>That receive is being cancelled.</summary>
    public bool IsCancelling { get; set; }

    /// <summary>A send is submitted, and its completion has not come: the kernel reads its buffers.</summary>
    public bool IsSending { get; set; }

    /// <summary>After so many quiet sweeps its socket is looked at; 0: it need not be.</summary>
    public int SweepsLeft { get; set; }

    /// <summary>Nothing more is to be received for now.</summary>
    public bool IsUnwilling => IsPaused || IsInputEnded;

    /// <summary>A message of these vectors, which stays where it is until the next.</summary>
    public MessageHeader* Compose(ReadOnlySpan<IoVector> vectors)
    {
        if (_message is null)
        {
            int bytes = sizeof(MessageHeader) + (TransportLimits.SendVectors * sizeof(IoVector));
            _message = (MessageHeader*)NativeMemory.AllocZeroed((nuint)bytes);
            _message->Vectors = (IoVector*)(_message + 1);
        }

        vectors.CopyTo(new Span<IoVector>(_message->Vectors, TransportLimits.SendVectors));
        _message->VectorCount = vectors.Length;
        return _message;
    }

    /// <summary>Frees what the kernel does not use any more.</summary>
    public void Free()
    {
        NativeMemory.Free(_message);
        _message = null;
    }
}
