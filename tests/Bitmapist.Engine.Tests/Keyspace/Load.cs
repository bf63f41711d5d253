namespace Bitmapist.Engine.Tests.Keyspace;

/// <summary>Threads that do the same thing over and over until the time is up or one of them fails.</summary>
internal static class Load
{
    /// <summary>Runs every worker on a thread of its own; each is called again and again with a count from 0.</summary>
    public static void Run(TimeSpan duration, params Action<int>[] workers)
    {
        using CancellationTokenSource over = new();
        Exception? failure = null;
        Thread[] threads = Array.ConvertAll(workers, worker => new Thread(() =>
        {
            try
            {
                for (int i = 0; !over.IsCancellationRequested; i++) worker(i);
            }
            catch (Exception e)
            {
                Interlocked.CompareExchange(ref failure, e, null);
                over.Cancel();
            }
        }));
        foreach (Thread thread in threads) thread.Start();
        over.CancelAfter(duration);
        foreach (Thread thread in threads) Assert.True(thread.Join(TimeSpan.FromSeconds(60)), "A worker hangs.");
        if (failure is not null) throw new InvalidOperationException(failure.Message, failure);
    }
}
