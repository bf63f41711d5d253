namespace Bitmapist.Roaring;

/// <summary>Reads bytes of something that is not in memory.</summary>
/// <param name="start">Where they begin.</param>
/// <param name="destination">As long as what is wanted, which lies within what there is.</param>
public delegate void BytesReader(int start, Span<byte> destination);
