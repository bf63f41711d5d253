namespace Bitmapist.Engine.Bits;

/// <summary>
/// Neighbouring bytes of a frozen string: what GET and GETRANGE reply. Safe for any number of threads.
/// </summary>
/// <param name="Value">The string.</param>
/// <param name="StartByte">The first byte; the slice lies within the string.</param>
/// <param name="LengthBytes">0 … 512 MiB.</param>
public readonly record struct StringSlice(StringValue Value, long StartByte, long LengthBytes)
{
    /// <summary>All of a string.</summary>
    public static StringSlice Whole(in StringValue value) => new(value, 0, value.LengthBytes);

    /// <summary>
    /// Copies bytes [<paramref name="start"/>, start + destination length) of the slice; at most
    /// <see cref="StringBytes.ChunkBytes"/> of them.
    /// </summary>
    public void CopyTo(long start, Span<byte> destination) =>
        StringBytes.CopyTo(Value.Bits, StartByte + start, destination);
}
