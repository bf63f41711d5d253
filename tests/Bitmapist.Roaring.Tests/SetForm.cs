namespace Bitmapist.Roaring.Tests;

/// <summary>Where an operand lies.</summary>
public enum SetForm
{
    /// <summary>In memory, as built from ids.</summary>
    Frozen,

    /// <summary>In memory, read from portable bytes: run containers where they are smaller.</summary>
    ReadBack,

    /// <summary>Portable bytes as we write them.</summary>
    Serialized,

    /// <summary>Portable bytes as others may write them: no run containers, or run containers everywhere.</summary>
    ForeignPlain,
    ForeignRuns,
}
