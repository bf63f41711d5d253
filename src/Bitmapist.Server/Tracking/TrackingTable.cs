using Bitmapist.Engine.Keyspace;
using Bitmapist.Server.PubSub;

namespace Bitmapist.Server.Tracking;

/// <summary>
/// Which clients have read which keys, so that they are told when these change (redis.io/topics/client-side-caching).
/// As in Redis a key is told of once, until it is read again, and is its name alone, whatever database it is in. While
/// no client tracks keys nothing listens to the keyspace. Thread-safe; its lock may be taken while a shard is held.
/// </summary>
/// <param name="store">The keys.</param>
/// <param name="find">The client of a number, if it is connected.</param>
/// <param name="all">Every client.</param>
/// <param name="whenAny">Told, one change after the other, whether any client's keys are tracked.</param>
internal sealed class TrackingTable(
    KeyspaceStore store, Func<long, ITrackedClient?> find, Func<IEnumerable<ITrackedClient>> all, Action<bool> whenAny)
    : IKeyChanges
{
    private const long KeysMaxDefault = 1_000_000; // Redis's tracking-table-max-keys
    [ThreadStatic] private static ITrackedClient? s_actor;

    private readonly Lock _gate = new();
    private readonly Dictionary<byte[], HashSet<long>> _readers = new(ByteStrings.Comparer);
    private readonly Dictionary<byte[], Broadcast> _broadcasts = new(ByteStrings.Comparer);
    private long _keysMax = KeysMaxDefault;
    private long _items; // pairs of key and reader
    private int _clients;
    private volatile bool _hasPending;

    /// <summary>Clients whose keys are tracked.</summary>
    public int Clients => Volatile.Read(ref _clients);

    /// <summary>Whether there is anything to do for a command.</summary>
    public bool IsOn => Clients > 0;

    /// <summary>Keys remembered at most; 0: any number. Beyond it some key is told of as if it had changed.</summary>
    public long KeysMax
    {
        get => Volatile.Read(ref _keysMax);
        set
        {
            Volatile.Write(ref _keysMax, value);
            lock (_gate) Shrink();
        }
    }

    /// <summary>Keys, pairs of key and reader, prefixes, as INFO shows them.</summary>
    public (long Keys, long Items, long Prefixes) Counts
    {
        get
        {
            lock (_gate) return (_readers.Count, _items, _broadcasts.Count);
        }
    }

    /// <summary>Tells whose command runs on this thread: what it changes need not be told to itself.</summary>
    public static void Acting(ITrackedClient? client) => s_actor = client;

    /// <summary>A client's tracking begins, changes or ends.</summary>
    public void Change(ITrackedClient client, Tracker? former, Tracker? now)
    {
        lock (_gate)
        {
            foreach (byte[] prefix in former?.Prefixes ?? [])
            {
                if (!_broadcasts.TryGetValue(prefix, out Broadcast? broadcast)) continue;
                broadcast.Receivers.Remove(client);
                if (broadcast.Receivers.Count == 0) _broadcasts.Remove(prefix);
            }

            foreach (byte[] prefix in now?.Prefixes ?? [])
            {
                if (!_broadcasts.TryGetValue(prefix, out Broadcast? broadcast))
                    _broadcasts.Add(prefix, broadcast = new Broadcast());
                broadcast.Receivers.Add(client);
            }

            _clients += (now is null ? 0 : 1) - (former is null ? 0 : 1);
            store.ChangeListener = _clients > 0 ? this : null;
            whenAny(_clients > 0);
            if (_clients > 0) return;
            _readers.Clear();
            _items = 0;
        }
    }

    /// <summary>
    /// Notes that a client reads a key. To be called before it reads, so that no change comes in between, and again
    /// afterwards, since the read itself may have found the key expired.
    /// </summary>
    public void Remember(ITrackedClient client, ReadOnlySpan<byte> key)
    {
        lock (_gate)
        {
            var readers = _readers.GetAlternateLookup<ReadOnlySpan<byte>>();
            if (!readers.TryGetValue(key, out HashSet<long>? ids)) _readers.Add(key.ToArray(), ids = []);
            if (ids.Add(client.Id)) _items++;
            Shrink();
        }
    }

    public void Changed(int database, ReadOnlySpan<byte> name)
    {
        lock (_gate)
        {
            foreach ((byte[] prefix, Broadcast broadcast) in _broadcasts)
            {
                if (!name.StartsWith(prefix)) continue;
                broadcast.Pending[name.ToArray()] = s_actor?.Id ?? 0;
                _hasPending = true;
            }

            Tell(name);
        }
    }

    public void Flushed()
    {
        lock (_gate)
        {
            _readers.Clear();
            _items = 0;
        }

        foreach (ITrackedClient client in all())
            if (client.Tracker is { } tracker) Send(client, tracker, null);
    }

    /// <summary>
    /// Sends what is to be broadcast, the keys of a prefix together: at the end of a command or a transaction.
    /// </summary>
    public void SendBroadcasts()
    {
        if (!_hasPending) return;
        lock (_gate)
        {
            _hasPending = false;
            foreach (Broadcast broadcast in _broadcasts.OrderBy(pair => pair.Key, BytesInOrder.Comparer)
                .Select(pair => pair.Value))
            {
                foreach (ITrackedClient receiver in broadcast.Receivers)
                {
                    if (receiver.Tracker is not { } tracker) continue;
                    byte[][] keys =
                    [
                        .. broadcast.Pending
                            .Where(key => !tracker.Is(TrackingModes.NoLoop) || key.Value != receiver.Id)
                            .Select(key => key.Key).Order(BytesInOrder.Comparer),
                    ];
                    if (keys.Length > 0) Send(receiver, tracker, keys);
                }

                broadcast.Pending.Clear();
            }
        }
    }

    private void Shrink()
    {
        while (KeysMax > 0 && _readers.Count > KeysMax)
        {
            using Dictionary<byte[], HashSet<long>>.KeyCollection.Enumerator keys = _readers.Keys.GetEnumerator();
            keys.MoveNext();
            ITrackedClient? actor = s_actor;
            s_actor = null; // nobody has changed it: all its readers are told
            Tell(keys.Current);
            s_actor = actor;
        }
    }

    /// <summary>Tells the readers of a key, and forgets them.</summary>
    private void Tell(ReadOnlySpan<byte> name)
    {
        var lookup = _readers.GetAlternateLookup<ReadOnlySpan<byte>>();
        if (_readers.Count == 0 || !lookup.Remove(name, out byte[]? key, out HashSet<long>? readers)) return;
        _items -= readers.Count;
        foreach (long id in readers)
        {
            if (find(id) is not { Tracker: { } tracker } client || tracker.Is(TrackingModes.Broadcast)) continue;
            if (tracker.Is(TrackingModes.NoLoop) && s_actor == client) continue;
            Send(client, tracker, [key]);
        }
    }

    /// <summary>Sends an invalidation of keys, or of all keys.</summary>
    private void Send(ITrackedClient client, Tracker tracker, byte[][]? keys)
    {
        ITrackedClient? receiver = client;
        if (tracker.RedirectId != 0)
        {
            receiver = find(tracker.RedirectId);
            if (receiver is null)
            {
                if (!tracker.IsRedirectBroken && client.Version == Resp.Writing.RespVersion.Resp3)
                    client.Push(InvalidationFrames.BrokenRedirect(tracker.RedirectId));
                tracker.IsRedirectBroken = true;
                return;
            }
        }

        if (receiver.Version == Resp.Writing.RespVersion.Resp3) receiver.Push(InvalidationFrames.Push(keys));
        else if (tracker.RedirectId != 0 && receiver.IsSubscriber) receiver.Push(InvalidationFrames.Message(keys));
    }

    private sealed class Broadcast
    {
        public HashSet<ITrackedClient> Receivers { get; } = [];

        /// <summary>Keys changed since the last message, and the number of the client that changed each.</summary>
        public Dictionary<byte[], long> Pending { get; } = new(ByteStrings.Comparer);
    }
}

/// <summary>Byte strings in the order of their bytes.</summary>
internal sealed class BytesInOrder : IComparer<byte[]>
{
    public static readonly BytesInOrder Comparer = new();

    public int Compare(byte[]? x, byte[]? y) => x.AsSpan().SequenceCompareTo(y);
}
