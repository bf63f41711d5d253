namespace Bitmapist.Migration.Rdb;

/// <summary>Bytes that can be read through from the beginning, more than once.</summary>
internal interface IByteSource
{
    long LengthBytes { get; }

    /// <summary>Copies bytes [start, start + destination length), all within the length; start is a multiple of
    /// 8.</summary>
    void CopyTo(long start, Span<byte> destination);
}
