namespace Bitmapist.Engine.Bits;

/// <summary>Costs in the unit of <see cref="PendingBits.Cost"/>, chunks of 65,536 ids to visit.</summary>
internal static class Costs
{
    /// <summary>
    /// Ids that cost as much as a chunk's bitset: visiting one takes some 4 ns, combining two bitsets some 250.
    /// </summary>
    public const long FineUnits = 64;

    /// <summary>
    /// Counting an operation's result is about this part of making it: nothing is written, and no memory is taken.
    /// </summary>
    public const long CountShare = 4;

    /// <summary>
    /// Reading some hundred kilobytes from the database file: some hundred microseconds even if the system has them.
    /// </summary>
    public const long Read = 64;

    /// <summary>Reading a few pages, which the system mostly has: some microseconds.</summary>
    public const long ShortRead = 4;
}
