namespace Bitmapist.Engine.Bits;

/// <summary>How many bit operations are decided and not yet computed. Thread-safe.</summary>
internal sealed class UnfinishedCount
{
    private int _count;

    public bool Any => Volatile.Read(ref _count) != 0;

    public void Increment() => Interlocked.Increment(ref _count);

    public void Decrement() => Interlocked.Decrement(ref _count);

    /// <summary>Forgets operations whose results no key holds. Only while nothing else runs.</summary>
    public void Reset() => Volatile.Write(ref _count, 0);
}
