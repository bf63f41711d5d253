using System.Buffers;
using Bitmapist.Server.Settings;

namespace Bitmapist.Server.Commands.Transactions;

/// <summary>Takes what nobody will read. One thread at a time.</summary>
internal sealed class NowhereWriter : IBufferWriter<byte>
{
    private byte[] _bytes = new byte[ServerLimits.StreamPieceBytes];

    public void Advance(int count)
    {
        // The next bytes go over these.
    }

    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        if (sizeHint > _bytes.Length) _bytes = new byte[sizeHint];
        return _bytes;
    }

    public Span<byte> GetSpan(int sizeHint = 0) => GetMemory(sizeHint).Span;
}
