namespace Bitmapist.Engine.Tests.Keyspace;

/// <summary>Threads that do the same thing over and over until the time is up or one of them fails.</summary>
internal static class Load
{
    private const int TurnsMin = 3; // a thread that the system never let run shows nothing

    /// <summary>
    /// Runs every worker on a thread of its own; each is called again and again with a count from 0, and a few times at
    /// least, however long that takes.
    /// </summary>
    public static void Run(TimeSpan duration, params Action<int>[] workers)
    {
        using CancellationTokenSource over = new();
        Exception? failure = null;
        int[] turns = new int[workers.Length];
        Thread[] threads = [.. workers.Select((worker, number) => new Thread(() =>
        {
            try
            {
                for (int i = 0; !over.IsCancellationRequested; i++)
                {
                    worker(i);
                    Volatile.Write(ref turns[number], i + 1);
                }
            }
            catch (Exception e)
            {
                Interlocked.CompareExchange(ref failure, e, null);
                over.Cancel();
            }
        }))];
        foreach (Thread thread in threads) thread.Start();
        try
        {
            over.Token.WaitHandle.WaitOne(duration);
            Eventually.Is(
                () => over.IsCancellationRequested || turns.All(count => count >= TurnsMin), "every worker has run");
        }
        finally
        {
            over.Cancel();
        }

        foreach (Thread thread in threads) Assert.True(thread.Join(TimeSpan.FromSeconds(60)), "A worker hangs.");
        if (failure is not null) throw new InvalidOperationException(failure.Message, failure);
    }
}
