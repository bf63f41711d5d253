using System.Diagnostics.CodeAnalysis;
using Bitmapist.Server.Globs;

namespace Bitmapist.Server.PubSub;

/// <summary>Who gets messages beside its replies.</summary>
internal interface IPushTarget
{
    /// <summary>
    /// Has a message sent after what was pushed before it, never in the middle of a reply. Does not wait, whatever the
    /// receiver does: one that takes too little is cut off. From any thread, any lock may be held. The bytes, which
    /// many receivers share, are not changed any more.
    /// </summary>
    void Push(byte[] message);
}

/// <summary>What is subscribed to.</summary>
internal enum ChannelKind
{
    Channel,
    Pattern,

    /// <summary>
    /// Of a cluster, in which channels are spread as keys are; here a second, separate set of channels.
    /// </summary>
    Shard,
}

/// <summary>
/// Every channel and pattern that somebody is subscribed to. One lock, held while a message is handed to all its
/// receivers, so that all of them see all messages in the same order. Thread-safe; waits for nothing below it but the
/// receivers' own short locks.
/// </summary>
internal sealed class ChannelTable
{
    private readonly Lock _gate = new();
    private readonly Dictionary<byte[], Channel> _channels = new(ByteStrings.Comparer);
    private readonly Dictionary<byte[], Channel> _patterns = new(ByteStrings.Comparer);
    private readonly Dictionary<byte[], Channel> _shards = new(ByteStrings.Comparer);

    /// <summary>Channels or patterns that have subscribers.</summary>
    public int Count(ChannelKind kind)
    {
        lock (_gate) return TableOf(kind).Count;
    }

    /// <summary>Subscribes; nothing happens where that was done already.</summary>
    /// <returns>False when it is a pattern that cannot be matched: see <see cref="GlobPattern.TryCompile"/>.</returns>
    public bool TrySubscribe(Subscriptions who, ChannelKind kind, ReadOnlySpan<byte> name)
    {
        GlobPattern? pattern = null;
        if (kind == ChannelKind.Pattern && !GlobPattern.TryCompile(name, out pattern)) return false;
        byte[] copy = name.ToArray();
        lock (_gate)
        {
            if (!who.Add(kind, copy)) return true;
            Dictionary<byte[], Channel> table = TableOf(kind);
            if (!table.TryGetValue(copy, out Channel? channel)) table.Add(copy, channel = new Channel(pattern));
            channel.Receivers.Add(who.Target);
        }

        return true;
    }

    /// <summary>Ends a subscription: no message comes after this.</summary>
    public void Unsubscribe(Subscriptions who, ChannelKind kind, ReadOnlySpan<byte> name)
    {
        byte[] copy = name.ToArray();
        lock (_gate)
        {
            if (who.Remove(kind, copy)) Remove(who.Target, kind, copy);
        }
    }

    /// <summary>Whether all that somebody is subscribed to is allowed.</summary>
    public bool AreAll(Subscriptions who, Func<ChannelKind, byte[], bool> isAllowed)
    {
        lock (_gate)
        {
            foreach (ChannelKind kind in Enum.GetValues<ChannelKind>())
                foreach (byte[] name in who.NamesOf(kind))
                    if (!isAllowed(kind, name)) return false;
            return true;
        }
    }

    /// <summary>Ends every subscription.</summary>
    public void UnsubscribeAll(Subscriptions who)
    {
        lock (_gate)
        {
            foreach (ChannelKind kind in Enum.GetValues<ChannelKind>())
            {
                foreach (byte[] name in who.NamesOf(kind)) Remove(who.Target, kind, name);
                who.Clear(kind);
            }
        }
    }

    /// <summary>Sends a message to the subscribers of a channel, and to those of patterns that match it.</summary>
    /// <returns>How many times it was sent.</returns>
    public int Publish(ReadOnlySpan<byte> channel, ReadOnlySpan<byte> message)
    {
        lock (_gate)
        {
            int sent = 0;
            if (Find(_channels, channel) is { } receivers)
                sent += receivers.Push(PushFrames.Message("message"u8, channel, message));
            foreach ((byte[] name, Channel pattern) in _patterns)
            {
                if (pattern.Pattern!.IsMatch(channel))
                    sent += pattern.Push(PushFrames.PatternMessage(name, channel, message));
            }

            return sent;
        }
    }

    /// <summary>The same for a channel of a shard, which no pattern matches.</summary>
    public int PublishToShard(ReadOnlySpan<byte> channel, ReadOnlySpan<byte> message)
    {
        lock (_gate)
            return Find(_shards, channel)?.Push(PushFrames.Message("smessage"u8, channel, message)) ?? 0;
    }

    /// <summary>The channels with subscribers that match a pattern; null: all.</summary>
    public List<byte[]> Names(ChannelKind kind, GlobPattern? pattern)
    {
        lock (_gate) return [.. TableOf(kind).Keys.Where(name => pattern is null || pattern.IsMatch(name))];
    }

    /// <summary>Subscribers of a channel, those of patterns not counted.</summary>
    public int CountReceivers(ChannelKind kind, ReadOnlySpan<byte> name)
    {
        lock (_gate) return Find(TableOf(kind), name)?.Receivers.Count ?? 0;
    }

    private static Channel? Find(Dictionary<byte[], Channel> table, ReadOnlySpan<byte> name)
    {
        if (table.Count == 0) return null;
        return table.GetAlternateLookup<ReadOnlySpan<byte>>().TryGetValue(name, out Channel? channel) ? channel : null;
    }

    private void Remove(IPushTarget target, ChannelKind kind, byte[] name)
    {
        Dictionary<byte[], Channel> table = TableOf(kind);
        HashSet<IPushTarget> receivers = table[name].Receivers;
        receivers.Remove(target);
        if (receivers.Count == 0) table.Remove(name);
    }

    private Dictionary<byte[], Channel> TableOf(ChannelKind kind) => kind switch
    {
        ChannelKind.Channel => _channels,
        ChannelKind.Pattern => _patterns,
        _ => _shards,
    };

    private sealed class Channel(GlobPattern? pattern)
    {
        public GlobPattern? Pattern => pattern;

        public HashSet<IPushTarget> Receivers { get; } = [];

        public int Push(byte[] message)
        {
            foreach (IPushTarget receiver in Receivers) receiver.Push(message);
            return Receivers.Count;
        }
    }
}

/// <summary>
/// What one client is subscribed to. Changed by the <see cref="ChannelTable"/> alone, for the client's own thread;
/// counts are read by any.
/// </summary>
internal sealed class Subscriptions(IPushTarget target)
{
    private const long ObjectBytes = 200; // of a name: its header, its places here and among the channels

    private long _bytes;
    private readonly HashSet<byte[]>[] _names =
        [new(ByteStrings.Comparer), new(ByteStrings.Comparer), new(ByteStrings.Comparer)];

    public IPushTarget Target => target;

    /// <summary>How many of a kind.</summary>
    public int Count(ChannelKind kind) => _names[(int)kind].Count;

    /// <summary>What is subscribed to; the client's own thread.</summary>
    public IReadOnlyCollection<byte[]> NamesOf(ChannelKind kind) => _names[(int)kind];

    /// <summary>Bytes that they take, about. From any thread.</summary>
    public long Bytes => Volatile.Read(ref _bytes);

    public bool Add(ChannelKind kind, byte[] name) => Count(_names[(int)kind].Add(name), name.Length + ObjectBytes);

    public bool Remove(ChannelKind kind, byte[] name) =>
        Count(_names[(int)kind].Remove(name), -(name.Length + ObjectBytes));

    public void Clear(ChannelKind kind)
    {
        foreach (byte[] name in _names[(int)kind]) Count(true, -(name.Length + ObjectBytes));
        _names[(int)kind].Clear();
    }

    private bool Count(bool isChanged, long bytes)
    {
        if (isChanged) Volatile.Write(ref _bytes, _bytes + bytes);
        return isChanged;
    }
}

/// <summary>Compares byte strings by their bytes, spans included.</summary>
internal sealed class ByteStrings : IEqualityComparer<byte[]>, IAlternateEqualityComparer<ReadOnlySpan<byte>, byte[]>
{
    public static readonly ByteStrings Comparer = new();

    public bool Equals(byte[]? x, byte[]? y) => x.AsSpan().SequenceEqual(y);

    public int GetHashCode([DisallowNull] byte[] obj) => GetHashCode(obj.AsSpan());

    public bool Equals(ReadOnlySpan<byte> alternate, byte[] other) => alternate.SequenceEqual(other);

    public int GetHashCode(ReadOnlySpan<byte> alternate)
    {
        var hash = default(HashCode); // seeded anew in every process, so that nobody can choose names that collide
        hash.AddBytes(alternate);
        return hash.ToHashCode();
    }

    public byte[] Create(ReadOnlySpan<byte> alternate) => alternate.ToArray();
}
