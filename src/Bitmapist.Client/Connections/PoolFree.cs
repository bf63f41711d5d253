using System.Runtime.CompilerServices;

namespace Bitmapist.Client.Connections;

/// <summary>
/// Awaiting that never needs the thread pool. An ordinary await does, even where it may go on wherever the task ends:
/// if the task ends just before the await has registered, the rest is queued to the pool. There it waits for ever, if
/// those who wait for it have blocked all threads. Here it goes on at once, on the thread that wanted to wait.
/// </summary>
internal static class PoolFree
{
    /// <summary>Waits for a task; what follows runs on the thread that ends it, or on this one if it is over.</summary>
    public static Awaitable WithoutPool(this Task task) => new(task, isQuiet: false);

    /// <inheritdoc cref="WithoutPool(Task)"/>
    public static Awaitable<T> WithoutPool<T>(this Task<T> task) => new(task);

    /// <inheritdoc cref="WithoutPool(Task)"/>
    public static Awaitable WithoutPool(this ValueTask task) => new(task.AsTask(), isQuiet: false);

    /// <inheritdoc cref="WithoutPool(Task)"/>
    public static Awaitable<T> WithoutPool<T>(this ValueTask<T> task) => new(task.AsTask());

    /// <summary>As <see cref="WithoutPool(Task)"/>, whatever comes of the task; its exception counts as seen.</summary>
    public static Awaitable Quietly(this Task task) => new(task, isQuiet: true);

    /// <summary>Runs something on the thread that ends a task, or on this one if it is over.</summary>
    public static void WhenOver(this Task task, Action run) => task.ContinueWith(
        static (_, run) => ((Action)run!)(), run, CancellationToken.None,
        TaskContinuationOptions.ExecuteSynchronously | TaskContinuationOptions.DenyChildAttach, TaskScheduler.Default);

    /// <summary>See <see cref="WithoutPool(Task)"/>.</summary>
    public readonly struct Awaitable(Task task, bool isQuiet)
    {
        public Awaiter GetAwaiter() => new(task, isQuiet);
    }

    /// <inheritdoc cref="Awaitable"/>
    public readonly struct Awaiter(Task task, bool isQuiet) : ICriticalNotifyCompletion
    {
        public bool IsCompleted => task.IsCompleted;

        public void GetResult()
        {
            if (isQuiet) _ = task.Exception; // looked at, so that nobody is told that it was not
            else task.GetAwaiter().GetResult();
        }

        public void OnCompleted(Action continuation) => task.WhenOver(continuation);

        public void UnsafeOnCompleted(Action continuation) => task.WhenOver(continuation);
    }

    /// <inheritdoc cref="Awaitable"/>
    public readonly struct Awaitable<T>(Task<T> task)
    {
        public Awaiter<T> GetAwaiter() => new(task);
    }

    /// <inheritdoc cref="Awaitable"/>
    public readonly struct Awaiter<T>(Task<T> task) : ICriticalNotifyCompletion
    {
        public bool IsCompleted => task.IsCompleted;

        public T GetResult() => task.GetAwaiter().GetResult();

        public void OnCompleted(Action continuation) => task.WhenOver(continuation);

        public void UnsafeOnCompleted(Action continuation) => task.WhenOver(continuation);
    }
}
