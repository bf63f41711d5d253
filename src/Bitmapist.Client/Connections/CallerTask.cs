namespace Bitmapist.Client.Connections;

/// <summary>
/// What callers are given to wait for. This library goes on within the connection's threads, but its callers must not:
/// what they do next may block, and the replies it waits for would never be read. So what awaits one of these tasks
/// goes on on the thread pool, or wherever the caller's context says; and a thread that is blocked on one is woken
/// directly, without the pool.
/// </summary>
internal static class CallerTask
{
    /// <summary>The task for the caller of what this library does.</summary>
    public static Task<T> From<T>(Task<T> inner)
    {
        if (inner.IsCompleted) return inner;
        var outer = new Outer<T>(inner);
        inner.WhenOver(outer.End);
        return outer.Task;
    }

    /// <inheritdoc cref="From{T}(Task{T})"/>
    public static Task From(Task inner)
    {
        if (inner.IsCompleted) return inner;
        var outer = new Outer(inner);
        inner.WhenOver(outer.End);
        return outer.Task;
    }

    private sealed class Outer<T>(Task<T> inner)
        : TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously)
    {
        public void End() => SetFromTask(inner);
    }

    private sealed class Outer(Task inner) : TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)
    {
        public void End() => SetFromTask(inner);
    }
}
