using System.Diagnostics.CodeAnalysis;

namespace Bitmapist.Server.State;

/// <summary>
/// Does long work of commands on the pool, a bounded number at once: more would not be done sooner, but the pool would
/// make a thread for each that waits its turn. Thread-safe.
/// </summary>
[SuppressMessage("Design", "CA1001", Justification = "A semaphore whose wait handle nobody asks for holds nothing.")]
internal sealed class Workers
{
    /// <summary>So much at once; some of it waits for the disk.</summary>
    public static readonly int AtOnce = Environment.ProcessorCount + 4;

    private readonly SemaphoreSlim _free = new(AtOnce);

    /// <summary>Does some work when its turn has come; first come, first served. Throws what it throws.</summary>
    public async Task RunAsync(Action work)
    {
        Task turn = _free.WaitAsync();
        bool isTurn = turn.IsCompletedSuccessfully;
        await turn.ConfigureAwait(false);
        try
        {
            if (isTurn) await Task.Run(work).ConfigureAwait(false);
            else work(); // the turn came on a thread of the pool
        }
        finally
        {
            _free.Release();
        }
    }
}
