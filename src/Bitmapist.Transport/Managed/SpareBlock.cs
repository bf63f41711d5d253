using System.Buffers;
using Bitmapist.Transport.Contract;

namespace Bitmapist.Transport.Managed;

/// <summary>
/// One connection's buffers, of which it keeps one spare. Not shared with other connections: when a socket fails while
/// a reply is being written, that reply's buffer has been returned already, and its next user would be written
/// over.
/// </summary>
internal sealed class SpareBlock : MemoryPool<byte>
{
    private const int BlockBytes = 4096;
    private Lease? _spare;

    public override int MaxBufferSize => int.MaxValue;

    public override IMemoryOwner<byte> Rent(int minBufferSize = -1) => minBufferSize <= BlockBytes
        ? Interlocked.Exchange(ref _spare, null) ?? new Lease(this, BlockBytes)
        : new Lease(this, minBufferSize);

    protected override void Dispose(bool disposing) => _spare = null;

    private sealed class Lease(SpareBlock pool, int bytes) : IMemoryOwner<byte>
    {
        public Memory<byte> Memory { get; } = new byte[bytes];

        public void Dispose()
        {
            if (Memory.Length == BlockBytes) pool._spare = this;
        }
    }
}
