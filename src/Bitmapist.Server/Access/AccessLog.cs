namespace Bitmapist.Server.Access;

/// <summary>What a call was refused for, in the order in which Redis prefers one to tell.</summary>
internal enum AccessDenial
{
    /// <summary>It was not.</summary>
    None,
    Command,
    Key,
    Authentication,
    Channel,
}

/// <summary>
/// The latest refusals, newest first, and how many there were: equal ones within a minute are one entry. Thread-safe.
/// </summary>
internal sealed class AccessLog
{
    private static readonly TimeSpan s_window = TimeSpan.FromSeconds(60); // Redis groups for as long

    private readonly Lock _gate = new();
    private readonly LinkedList<AccessLogEntry> _entries = [];
    private readonly long[] _counts = new long[Enum.GetValues<AccessDenial>().Length];
    private long _entriesMax = AccessLimits.LogEntries;

    /// <summary>Entries that are kept: acllog-max-len. Fewer take effect with the next refusal.</summary>
    public long EntriesMax
    {
        get => Volatile.Read(ref _entriesMax);
        set => Volatile.Write(ref _entriesMax, value);
    }

    /// <summary>Refusals since the start or the last <see cref="ResetCounts"/>.</summary>
    public long Count(AccessDenial reason) => Volatile.Read(ref _counts[(int)reason]);

    /// <summary>Makes the counts start again.</summary>
    public void ResetCounts()
    {
        lock (_gate) Array.Clear(_counts);
    }

    /// <summary>Notes a refusal.</summary>
    public void Add(AccessLogEntry entry)
    {
        lock (_gate)
        {
            _counts[(int)entry.Reason]++;
            for (LinkedListNode<AccessLogEntry>? node = _entries.First; node is not null; node = node.Next)
            {
                if (!node.Value.IsLike(entry) || entry.At - node.Value.At > s_window) continue;
                entry = entry with { Count = node.Value.Count + 1 };
                _entries.Remove(node);
                break;
            }

            _entries.AddFirst(entry);
            while (_entries.Count > EntriesMax) _entries.RemoveLast();
        }
    }

    /// <summary>The newest entries, at most so many.</summary>
    public IReadOnlyList<AccessLogEntry> Newest(long count)
    {
        lock (_gate) return [.. _entries.Take((int)Math.Min(count, int.MaxValue))];
    }

    /// <summary>Forgets all entries.</summary>
    public void Clear()
    {
        lock (_gate) _entries.Clear();
    }
}

/// <summary>A refusal, or several equal ones.</summary>
/// <param name="Reason">What was not allowed.</param>
/// <param name="IsInTransaction">Whether it was in MULTI.</param>
/// <param name="Object">The command, key or channel; for a wrong password the command.</param>
/// <param name="UserName">Who, Latin-1.</param>
/// <param name="At">When it was last.</param>
/// <param name="Client">The client's line of CLIENT LIST.</param>
internal sealed record AccessLogEntry(
    AccessDenial Reason, bool IsInTransaction, byte[] Object, string UserName, DateTimeOffset At, string Client)
{
    /// <summary>How often.</summary>
    public long Count { get; init; } = 1;

    /// <summary>Whether another is the same but for its time.</summary>
    public bool IsLike(AccessLogEntry other) =>
        Reason == other.Reason && IsInTransaction == other.IsInTransaction && UserName == other.UserName
        && Object.AsSpan().SequenceEqual(other.Object);
}
