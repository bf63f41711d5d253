using Bitmapist.Engine.Bits;

namespace Bitmapist.Server.Commands.Bits;

/// <summary>The optional <c>start end [BYTE | BIT]</c> of BITCOUNT and BITPOS.</summary>
/// <param name="Start">First byte or bit, negative: from the end.</param>
/// <param name="End">Last byte or bit, inclusive, negative: from the end.</param>
/// <param name="IsInBits">The unit is BIT.</param>
internal readonly record struct StringRange(long Start, long End, bool IsInBits)
{
    /// <summary>Reads the unit at an argument; BYTE when there are no more arguments.</summary>
    public static bool TryReadUnit(ArgumentList args, int index, out bool isInBits)
    {
        isInBits = index < args.Count && args.Is(index, "bit"u8);
        return index >= args.Count || isInBits || args.Is(index, "byte"u8);
    }

    /// <summary>Chunks that a range of bits touches; all operands' when the value is still to be computed.</summary>
    public static long Cost(in StringValue value, (long StartBit, long EndBit) range) => value.Pending.IsReady
        ? Math.Min(value.Cost, ((range.EndBit - range.StartBit) / StringBytes.ChunkBytes / 8) + 2)
        : value.Cost;

    /// <summary>
    /// The half-open range of bits it means in a string of a length, empty when it ends before it starts (Redis 7.0:
    /// an out-of-range start or end is moved to the nearest bound, each for itself).
    /// </summary>
    public (long StartBit, long EndBit) Resolve(long lengthBytes)
    {
        long total = IsInBits ? lengthBytes * 8 : lengthBytes;
        long start = Start < 0 ? Math.Max(0, total + Start) : Start;
        long end = End < 0 ? Math.Max(0, total + End) : End;
        end = Math.Min(end, total - 1);
        if (start > end) return (0, 0);
        return IsInBits ? (start, end + 1) : (start * 8, (end + 1) * 8);
    }
}
