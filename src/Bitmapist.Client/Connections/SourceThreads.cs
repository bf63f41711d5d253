using System.Runtime.CompilerServices;

namespace Bitmapist.Client.Connections;

/// <summary>
/// Threads on which a bulk goes on after it waited for replies. It then reads its source, which is the caller's and may
/// block: so not on the connection's threads, which must not, and not on the thread pool, which callers that wait for
/// the bulk may have blocked. As many as bulks go on at the same time; idle ones end after a while. Safe for concurrent
/// use.
/// </summary>
internal static class SourceThreads
{
    private static readonly object s_gate = new(); // a monitor: idle threads wait on it
    private static readonly Queue<Action> s_work = new();
    private static int s_free; // threads that will take work, or wait for it

    /// <summary>Waits for a task; what follows runs on one of these threads, unless the task is over already.</summary>
    public static Awaitable<T> AndAway<T>(this Task<T> task) => new(task);

    private static void Post(Action work)
    {
        lock (s_gate)
        {
            s_work.Enqueue(work);
            if (s_work.Count <= s_free)
            {
                Monitor.Pulse(s_gate);
                return;
            }

            s_free++;
        }

        new Thread(Run) { IsBackground = true, Name = "bitmapist bulk" }.UnsafeStart();
    }

    private static void Run()
    {
        while (Next() is { } work)
        {
            work();
            lock (s_gate) s_free++;
        }
    }

    private static Action? Next()
    {
        lock (s_gate)
        {
            while (s_work.Count == 0)
            {
                if (Monitor.Wait(s_gate, ClientLimits.IdleThreadMs) || s_work.Count > 0) continue;
                s_free--;
                return null;
            }

            s_free--;
            return s_work.Dequeue();
        }
    }

    /// <summary>See <see cref="AndAway"/>.</summary>
    public readonly struct Awaitable<T>(Task<T> task)
    {
        public Awaiter<T> GetAwaiter() => new(task);
    }

    /// <summary>See <see cref="AndAway"/>.</summary>
    public readonly struct Awaiter<T>(Task<T> task) : ICriticalNotifyCompletion
    {
        public bool IsCompleted => task.IsCompleted;

        public T GetResult() => task.GetAwaiter().GetResult();

        public void OnCompleted(Action continuation) =>
            task.WhenOver(() => Post(continuation));

        public void UnsafeOnCompleted(Action continuation) =>
            task.WhenOver(() => Post(continuation));
    }
}
