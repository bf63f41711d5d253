namespace Bitmapist.Server.Timing;

/// <summary>A call that took long.</summary>
/// <param name="Id">Grows by one with each.</param>
/// <param name="UnixSeconds">When it ended.</param>
/// <param name="Microseconds">How long it took.</param>
/// <param name="Arguments">What is shown of its arguments: few, short, no secrets.</param>
/// <param name="ClientAddress">Whose it was.</param>
/// <param name="ClientName">What that client calls itself.</param>
internal sealed record SlowCall(
    long Id, long UnixSeconds, long Microseconds, IReadOnlyList<byte[]> Arguments, string ClientAddress,
    string ClientName);

/// <summary>The latest calls that took long (redis.io/commands/slowlog). Thread-safe.</summary>
internal sealed class SlowLog
{
    /// <summary>Redis's slowlog-log-slower-than: 10 ms.</summary>
    public const long ThresholdDefault = 10_000;

    private const long LengthDefault = 128; // Redis's slowlog-max-len

    private readonly Lock _gate = new();
    private readonly LinkedList<SlowCall> _newestFirst = new();
    private long _lengthMax = LengthDefault;
    private long _threshold = ThresholdDefault;
    private long _nextId;

    /// <summary>Microseconds from which on a call is kept; 0: every one; negative: none.</summary>
    public long ThresholdMicroseconds
    {
        get => Volatile.Read(ref _threshold);
        set => Volatile.Write(ref _threshold, value);
    }

    /// <summary>Calls kept at most.</summary>
    public long LengthMax
    {
        get => Volatile.Read(ref _lengthMax);
        set
        {
            Volatile.Write(ref _lengthMax, value);
            lock (_gate) Trim();
        }
    }

    /// <summary>Calls kept.</summary>
    public int Count
    {
        get
        {
            lock (_gate) return _newestFirst.Count;
        }
    }

    /// <summary>Keeps a call; the oldest goes where there are too many.</summary>
    public void Add(
        long unixSeconds, long microseconds, IReadOnlyList<byte[]> arguments, string clientAddress, string clientName)
    {
        lock (_gate)
        {
            _newestFirst.AddFirst(
                new SlowCall(_nextId++, unixSeconds, microseconds, arguments, clientAddress, clientName));
            Trim();
        }
    }

    /// <summary>The newest calls, so many at most.</summary>
    public List<SlowCall> Latest(long countMax)
    {
        lock (_gate) return [.. _newestFirst.Take((int)Math.Min(countMax, int.MaxValue))];
    }

    /// <summary>Forgets all; numbers go on.</summary>
    public void Clear()
    {
        lock (_gate) _newestFirst.Clear();
    }

    private void Trim()
    {
        while (_newestFirst.Count > _lengthMax) _newestFirst.RemoveLast();
    }
}
