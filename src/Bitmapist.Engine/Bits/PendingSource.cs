using Bitmapist.Roaring;

namespace Bitmapist.Engine.Bits;

/// <summary>What <see cref="PendingBits"/> are made from when somebody needs them. Immutable; any thread.</summary>
internal abstract class PendingSource
{
    /// <summary>Chunks to visit, an estimate from above.</summary>
    public abstract long Cost { get; }

    /// <summary>Bytes that the bits will occupy in memory, an estimate from above.</summary>
    public abstract long MemoryBytes { get; }

    /// <summary>Unfinished operations below this one, itself included; 0 for what is no operation.</summary>
    public virtual int Depth => 0;

    /// <summary>The bits. Called once, but for a call that threw.</summary>
    public abstract FrozenBitmap Compute();

    /// <summary>Whether a bit is set, when that can be told for less than computing the bits; else null.</summary>
    public virtual bool? TryContains(uint offset) => null;
}
