using Bitmapist.Roaring;

namespace Bitmapist.Engine.Bits;

/// <summary>An immutable Redis string: its length in bytes and its one-bits. Safe for any number of threads.</summary>
/// <param name="LengthBytes">0 … 512 MiB; every bit lies below eight times this.</param>
/// <param name="Pending">The bits, perhaps still to be computed.</param>
public readonly record struct StringValue(long LengthBytes, PendingBits Pending)
{
    public static StringValue Empty { get; } = new(0, PendingBits.Ready(FrozenBitmap.Empty));

    /// <summary>The bits, computed by the first caller that asks; others wait for that one.</summary>
    public FrozenBitmap Bits => Pending.Force();

    /// <summary>Chunks of 65,536 ids that reading the whole value touches: what it costs.</summary>
    public long Cost => Pending.Cost;
}
