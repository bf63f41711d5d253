namespace Bitmapist.Server.Copying;

/// <summary>
/// What a slurp has done so far. Counted by the slurp alone; any thread may read, and sees perhaps slightly old
/// figures.
/// </summary>
internal sealed class SlurpProgress(SlurpOptions options, int database, long startedAtUnixMs)
{
    private long _keys, _bits, _bytes, _expiring, _empty, _others, _gone, _tooLong, _unnamed, _endedAtUnixMs;
    private volatile SlurpStatus _status = SlurpStatus.Running;

    public SlurpOptions Options => options;

    /// <summary>The database that the keys go to.</summary>
    public int Database => database;

    public long StartedAtUnixMs => startedAtUnixMs;

    /// <summary>When it ended; 0 while it runs.</summary>
    public long EndedAtUnixMs => Volatile.Read(ref _endedAtUnixMs);

    public SlurpStatus Status => _status;

    /// <summary>Why it failed; empty unless it did.</summary>
    public string Failure { get; private set; } = "";

    /// <summary>Keys copied.</summary>
    public long Keys => Volatile.Read(ref _keys);

    /// <summary>Their one-bits.</summary>
    public long Bits => Volatile.Read(ref _bits);

    /// <summary>Bytes of their strings.</summary>
    public long Bytes => Volatile.Read(ref _bytes);

    /// <summary>Copied keys that have an expiry time.</summary>
    public long Expiring => Volatile.Read(ref _expiring);

    /// <summary>Copied keys without a single one-bit.</summary>
    public long WithoutBits => Volatile.Read(ref _empty);

    /// <summary>Skipped: no strings.</summary>
    public long OtherTypes => Volatile.Read(ref _others);

    /// <summary>Skipped: deleted or expired between being named and being read.</summary>
    public long Gone => Volatile.Read(ref _gone);

    /// <summary>Skipped: names or strings longer than this server's may be.</summary>
    public long TooLong => Volatile.Read(ref _tooLong);

    /// <summary>Not found: keys that the source counts, but does not name however it is asked.</summary>
    public long Unnamed => Volatile.Read(ref _unnamed);

    public void CountKey(in SourceKey key)
    {
        long bits = key.Value.Bits.Cardinality;
        Volatile.Write(ref _keys, _keys + 1);
        Volatile.Write(ref _bits, _bits + bits);
        Volatile.Write(ref _bytes, _bytes + key.Value.LengthBytes);
        if (bits == 0) Volatile.Write(ref _empty, _empty + 1);
        if (key.ExpiresAtUnixMs != 0) Volatile.Write(ref _expiring, _expiring + 1);
    }

    public void CountOtherType() => Volatile.Write(ref _others, _others + 1);

    public void CountGone() => Volatile.Write(ref _gone, _gone + 1);

    public void CountTooLong() => Volatile.Write(ref _tooLong, _tooLong + 1);

    public void CountUnnamed(long keys) => Volatile.Write(ref _unnamed, keys);

    /// <summary>Notes the end.</summary>
    public void End(SlurpStatus status, long nowUnixMs, string failure = "")
    {
        Failure = failure;
        Volatile.Write(ref _endedAtUnixMs, nowUnixMs);
        _status = status;
    }
}

/// <summary>The state of a slurp; INFO shows these words in lower case.</summary>
internal enum SlurpStatus
{
    Running,
    Done,
    Failed,

    /// <summary>By SLURP STOP or the end of the server; what was copied stays.</summary>
    Stopped,
}
