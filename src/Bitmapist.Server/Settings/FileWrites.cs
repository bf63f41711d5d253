namespace Bitmapist.Server.Settings;

/// <summary>
/// Writes of one file as a whole, begun in an order and done by any threads: one at a time, and what was begun earlier
/// never replaces what was begun later. Thread-safe.
/// </summary>
internal sealed class FileWrites
{
    private readonly Lock _gate = new();
    private long _begun;
    private long _done;

    /// <summary>Begins a write, when it is known what is written.</summary>
    /// <returns>Its number.</returns>
    public long Begin() => Interlocked.Increment(ref _begun);

    /// <summary>Writes, unless a later one has been done already. What it throws, the caller gets.</summary>
    public void Do(long number, Action write)
    {
        lock (_gate)
        {
            if (number < _done) return;
            write();
            _done = number;
        }
    }
}
