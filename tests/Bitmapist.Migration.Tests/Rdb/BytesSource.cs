using Bitmapist.Engine.Rdb;
using Bitmapist.Migration.Rdb;

namespace Bitmapist.Migration.Tests.Rdb;

/// <summary>Bytes at hand.</summary>
internal sealed class BytesSource(byte[] bytes) : IByteSource
{
    public long LengthBytes => bytes.Length;

    public void CopyTo(long start, Span<byte> destination) =>
        bytes.AsSpan((int)start, destination.Length).CopyTo(destination);
}
