namespace Bitmapist.Roaring.Tests;

/// <summary>What kind of content a test set has; each shape leads to a different form in memory.</summary>
public enum SetShape
{
    Empty,
    OneId,
    Compact,
    SmallArrays,
    LargeArrays,
    Bitsets,
    Runs,
    ManyRuns,
    Mixed,
    FullChunks,
    Everything,
    Ends,
}
