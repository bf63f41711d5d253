using Bitmapist.Roaring;

namespace Bitmapist.Engine.Bits;

/// <summary>An immutable Redis string: its length in bytes and its one-bits. Safe for any number of threads.</summary>
/// <param name="LengthBytes">0 … 512 MiB; every bit lies below eight times this.</param>
/// <param name="Pending">The bits, perhaps still to be computed.</param>
public readonly record struct StringValue(long LengthBytes, PendingBits Pending)
{
    public static StringValue Empty { get; } = new(0, PendingBits.Ready(FrozenBitmap.Empty));

    /// <summary>The string of these bytes, at most 512 MiB. O(bytes).</summary>
    public static StringValue Of(ReadOnlySpan<byte> bytes) =>
        new(bytes.Length, PendingBits.Ready(StringBytes.ToBits(bytes)));

    /// <summary>The bits, computed by the first caller that asks; others wait for that one.</summary>
    public FrozenBitmap Bits => Pending.Force();

    /// <summary>Chunks of 65,536 ids that reading the whole value touches: what it costs.</summary>
    public long Cost => Pending.Cost;
}

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
