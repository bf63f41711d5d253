using System.Diagnostics;

namespace Bitmapist.Fuzz;

/// <summary>
/// Ends the process when an input takes too long: a thread cannot be ended. Every input is in a file before it is
/// tried, so that one which ends the process itself (a stack that overflows) is not lost either.
/// </summary>
public sealed class Watchdog : IDisposable
{
    private readonly string _target;
    private readonly FileStream _last;
    private readonly Timer _timer;
    private readonly Lock _gate = new();
    private long _startedAt;

    /// <summary>Watches over a target.</summary>
    public Watchdog(IFuzzTarget target)
    {
        ArgumentNullException.ThrowIfNull(target);
        _target = target.Name;
        string path = Path.Combine(AppContext.BaseDirectory, $"last-{target.Name}.bin");
        _last = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.Read, bufferSize: 0);
        _timer = new Timer(_ => Look(), null, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1));
    }

    /// <summary>An input is about to be tried.</summary>
    public void Begin(byte[] input)
    {
        ArgumentNullException.ThrowIfNull(input);
        _last.SetLength(0);
        _last.Position = 0;
        _last.Write(input);
        lock (_gate) _startedAt = Stopwatch.GetTimestamp();
    }

    /// <summary>It is done.</summary>
    public void End()
    {
        lock (_gate) _startedAt = 0;
    }

    public void Dispose()
    {
        _timer.Dispose();
        _last.Dispose();
    }

    private void Look()
    {
        lock (_gate)
        {
            if (_startedAt == 0 || Stopwatch.GetElapsedTime(_startedAt) < FuzzRun.TimeMax) return;
            Console.Error.WriteLine($"{_target}: an input hangs; it is in {_last.Name}");
            Environment.Exit(1);
        }
    }
}
