using System.Collections.Concurrent;
using Bitmapist.Server.Access;

namespace Bitmapist.Server.State;

/// <summary>The clients connected now, and the sums of those gone. Thread-safe.</summary>
/// <param name="commandCount">Commands and subcommands there are.</param>
internal sealed class ClientRegistry(int commandCount)
{
    private readonly ConcurrentDictionary<long, ClientState> _clients = new();
    private readonly ClientCounters _ofClosed = new(commandCount);
    private readonly Lock _closing = new();
    private long _lastId;
    private long _rejected;
    private int _places;
    private volatile bool _isStopping;

    public int Count => _clients.Count;

    /// <summary>Connections served since the start.</summary>
    public long Accepted => Volatile.Read(ref _lastId);

    /// <summary>Connections refused: there were too many, or protected mode kept them out.</summary>
    public long Rejected => Volatile.Read(ref _rejected);

    /// <summary>Bytes received since the start. O(clients).</summary>
    public long ReceivedBytes
    {
        get
        {
            lock (_closing) return _ofClosed.InputBytes + _clients.Values.Sum(client => client.Counters.InputBytes);
        }
    }

    /// <summary>The connected clients in the order in which they came.</summary>
    public IEnumerable<ClientState> InOrder => _clients.Values.OrderBy(client => client.Id);

    /// <summary>The server is being stopped: those that still come are sent away.</summary>
    public bool IsStopping => _isStopping;

    /// <summary>The client of a number, if it is connected.</summary>
    public ClientState? Find(long id) => _clients.GetValueOrDefault(id);

    /// <summary>Ids begin with 1 and are never used again.</summary>
    public long NextId() => Interlocked.Increment(ref _lastId);

    /// <summary>
    /// Takes one of <paramref name="placesMax"/> places, each a socket, for a client that has just connected; false,
    /// and counted as rejected, when all are taken. However many threads ask at once, no more than there are get one.
    /// </summary>
    public bool TryTakePlace(int placesMax)
    {
        int taken = Volatile.Read(ref _places);
        while (taken < placesMax)
        {
            int seen = Interlocked.CompareExchange(ref _places, taken + 1, taken);
            if (seen == taken) return true;
            taken = seen;
        }

        Interlocked.Increment(ref _rejected);
        return false;
    }

    /// <summary>Gives a place back; the socket has been closed.</summary>
    public void GivePlaceBack() => Interlocked.Decrement(ref _places);

    public void Add(ClientState client)
    {
        _clients[client.Id] = client;
        if (_isStopping) client.RequestClose();
    }

    public void Remove(ClientState client)
    {
        lock (_closing)
        {
            if (_clients.TryRemove(client.Id, out _)) client.Counters.AddTo(_ofClosed);
        }
    }

    /// <summary>What all clients since the start did.</summary>
    public ClientCounters Sum()
    {
        var sum = new ClientCounters(commandCount);
        lock (_closing)
        {
            _ofClosed.AddTo(sum);
            foreach (ClientState client in _clients.Values) client.Counters.AddTo(sum);
        }

        return sum;
    }

    /// <summary>Counts a connection that was refused for another reason than their number.</summary>
    public void CountRejected() => Interlocked.Increment(ref _rejected);

    /// <summary>Cuts off who is connected as one of these users.</summary>
    /// <param name="users">Users that are no more.</param>
    /// <param name="except">Who asked for it, which has its reply before it goes.</param>
    public void CutOff(IReadOnlySet<User> users, ClientState except)
    {
        if (users.Count > 0) CutOff(client => users.Contains(client.User), except);
    }

    /// <summary>Cuts off who is subscribed to channels that its user may not use any more.</summary>
    /// <param name="userName">The user whose rights have changed.</param>
    /// <param name="except">Who changed them, which has its reply before it goes.</param>
    public void CutOffForbiddenSubscribers(string userName, ClientState except) =>
        CutOff(client => client.User.Name == userName && !client.MayKeepSubscriptions(), except);

    private void CutOff(Predicate<ClientState> isToGo, ClientState except)
    {
        foreach (ClientState client in _clients.Values)
        {
            if (!isToGo(client)) continue;
            if (client == except) client.IsClosing = true;
            else client.CutOff();
        }
    }

    /// <summary>Asks every client, and those that still come, to finish what is running and go.</summary>
    public void CloseAll()
    {
        _isStopping = true;
        foreach (ClientState client in _clients.Values) client.RequestClose();
    }
}
