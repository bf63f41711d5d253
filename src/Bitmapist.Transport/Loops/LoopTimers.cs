using Bitmapist.Transport.Contract;
namespace Bitmapist.Transport.Loops;

/// <summary>What a loop's thread does later. That thread's alone. Few: adding and running cost O(log n).</summary>
internal sealed class LoopTimers
{
    private readonly PriorityQueue<Action, long> _due = new();

    /// <summary>Runs an action on the loop's thread when the time has passed.</summary>
    public void After(TimeSpan time, Action action) =>
        _due.Enqueue(action, Environment.TickCount64 + (long)Math.Ceiling(time.TotalMilliseconds));

    /// <summary>Milliseconds until the first is due; -1: there is none.</summary>
    public int TimeoutMs()
    {
        if (!_due.TryPeek(out _, out long atMs)) return -1;
        return (int)Math.Clamp(atMs - Environment.TickCount64, 0, int.MaxValue);
    }

    /// <summary>Runs what is due.</summary>
    public void Run()
    {
        if (_due.Count == 0) return;
        long nowMs = Environment.TickCount64;
        while (_due.TryPeek(out Action? action, out long atMs) && atMs <= nowMs)
        {
            _due.Dequeue();
            action();
        }
    }
}
