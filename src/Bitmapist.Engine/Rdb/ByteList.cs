namespace Bitmapist.Engine.Rdb;

/// <summary>
/// Keeps what is appended up to a limit, and counts all of it. What exceeds the limit is dropped, with what was kept.
/// </summary>
internal sealed class ByteList(int bytesMax) : IByteSink
{
    private byte[] _bytes = new byte[1024];
    private int _kept;

    /// <summary>Bytes appended, kept or not.</summary>
    public long Count { get; private set; }

    public bool IsWhole => Count == _kept;

    /// <summary>What was appended; only while <see cref="IsWhole"/>.</summary>
    public ReadOnlySpan<byte> Span => _bytes.AsSpan(0, _kept);

    public void Append(ReadOnlySpan<byte> bytes)
    {
        bool fits = IsWhole && bytes.Length <= bytesMax - _kept;
        Count += bytes.Length;
        if (!fits)
        {
            _kept = 0;
            return;
        }

        if (bytes.Length > _bytes.Length - _kept)
            Array.Resize(ref _bytes, Math.Min(bytesMax, Math.Max(_kept + bytes.Length, _bytes.Length * 2)));
        bytes.CopyTo(_bytes.AsSpan(_kept));
        _kept += bytes.Length;
    }

    public void Clear() => Count = _kept = 0;
}
