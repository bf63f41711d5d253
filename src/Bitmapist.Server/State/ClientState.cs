using System.Net;
using Bitmapist.Engine.Keyspace;
using Bitmapist.Resp.Writing;
using Bitmapist.Server.Access;
using Bitmapist.Server.PubSub;
using Bitmapist.Server.Tracking;

namespace Bitmapist.Server.State;

/// <summary>
/// What one client is to commands and to INFO: its session, its names, its figures. The connection that serves it
/// derives from this. Used by one thread at a time; other threads only read what INFO and CLIENT LIST show, and call
/// what says so.
/// </summary>
/// <param name="id">Unlike that of any other client.</param>
/// <param name="server">What it is a client of.</param>
internal abstract class ClientState(long id, ServerState server) : ITrackedClient
{
    private Subscriptions? _subscriptions;
    private Tracker? _tracker;
    private bool _isGone;

    public long Id => id;

    public Session Session { get; } = new(server.Store);

    public ClientCounters Counters { get; } = new(server.CommandCount);

    /// <summary>Whose rights it has. Other threads may read it.</summary>
    public User User { get; private set; } = server.Access.Default;

    /// <summary>
    /// It has logged in, or connected when nobody needed to. That stays so when a password is asked for later.
    /// </summary>
    public bool IsAuthenticated { get; private set; } = !server.Access.IsPasswordNeeded;

    /// <summary>Nothing needs to be asked before it may do something: so with most calls.</summary>
    public bool IsUnrestricted => IsAuthenticated && User.IsUnrestricted;

    /// <summary>It must log in before it may do anything else.</summary>
    public bool MustAuthenticate => !IsAuthenticated && server.Access.IsPasswordNeeded;

    public EndPoint? RemoteEndPoint { get; init; }

    public EndPoint? LocalEndPoint { get; init; }

    public long ConnectedAtMs { get; } = Environment.TickCount64;

    public long LastActiveAtMs { get; protected set; } = Environment.TickCount64;

    /// <summary>What CLIENT SETNAME gave.</summary>
    public string Name { get; set; } = "";

    /// <summary>What CLIENT SETINFO gave.</summary>
    public string LibraryName { get; set; } = "";

    public string LibraryVersion { get; set; } = "";

    public RespVersion Version { get; set; } = RespVersion.Resp2;

    /// <summary>What is unlike an ordinary client; changed by its own thread, read by any.</summary>
    public ClientModes Modes { get; set; }

    /// <summary>What it is subscribed to; made when it first asks for that.</summary>
    public Subscriptions Subscriptions => _subscriptions ??= new Subscriptions(this);

    /// <summary>Whether it is subscribed to anything.</summary>
    public bool IsSubscriber => (Modes & ClientModes.Subscriber) != 0;

    /// <summary>How the keys that it reads are tracked; null: not.</summary>
    public Tracker? Tracker
    {
        get => Volatile.Read(ref _tracker);
        set
        {
            server.Tracking.Change(this, Tracker, value);
            Volatile.Write(ref _tracker, value);
            if (value is null) Modes &= ~ClientModes.Tracking;
            else Modes |= ClientModes.Tracking;
        }
    }

    /// <summary>
    /// When it came to hold what client-output-buffer-limit allows for a while, in ticks of the system; 0: it does not.
    /// </summary>
    public long SoftLimitSinceMs { get; set; }

    /// <summary>Close once the replies so far are sent.</summary>
    public bool IsClosing { get; set; }

    /// <summary>It has proved to be a user.</summary>
    public void LogIn(User user)
    {
        User = user;
        IsAuthenticated = true;
    }

    /// <summary>It is nobody in particular again, as when it connected.</summary>
    public void LogOut()
    {
        User = server.Access.Default;
        IsAuthenticated = !server.Access.IsPasswordNeeded;
    }

    /// <summary>The full name of the last command that was found and well-formed; null: none was.</summary>
    public abstract string? LastCommandName { get; }

    /// <summary>Commands queued since MULTI; -1 outside a transaction.</summary>
    public abstract int QueuedCommands { get; }

    public abstract long BufferedRequestBytes { get; }

    /// <summary>Bytes reserved for requests and not used now.</summary>
    public abstract long FreeRequestBytes { get; }

    /// <summary>The number of its socket; -1: unknown.</summary>
    public int Descriptor { get; init; } = -1;

    /// <summary>What it waits for, as WAIT has it do; completed by others, with whether that is an error.</summary>
    public TaskCompletionSource<bool>? Blocking { get; set; }

    /// <summary>Nothing more comes from it, and it gets no reply that it would have to wait for.</summary>
    public bool IsGone => Volatile.Read(ref _isGone);

    /// <summary>It waits in the middle of a command, or for a pause to end.</summary>
    public bool IsBlocked => Blocking is not null || IsPaused;

    /// <summary>Its command waits for a pause to end.</summary>
    public bool IsPaused { get; protected set; }

    /// <summary>Bytes of replies and pushed messages that wait for the client to take them.</summary>
    public abstract long QueuedReplyBytes { get; }

    /// <summary>Of these, replies that wait: how many pieces.</summary>
    public abstract int QueuedReplies { get; }

    /// <summary>Bytes of the transaction being queued, and of the names of watched keys.</summary>
    public abstract long TransactionBytes { get; }

    /// <summary>Bytes that the client makes the server hold, about. From any thread.</summary>
    public abstract long HeldBytes { get; }

    /// <summary>Whether it was cut off in the middle.</summary>
    public abstract bool IsCutOff { get; }

    /// <summary>Bytes of what it is subscribed to, about. From any thread.</summary>
    protected long SubscriptionBytes => Volatile.Read(ref _subscriptions)?.Bytes ?? 0;

    /// <summary>Bytes of the prefixes of keys that it is told of, about. From any thread.</summary>
    protected long PrefixBytes => Tracker?.PrefixBytes ?? 0;

    /// <summary>Subscriptions of a kind. From any thread.</summary>
    public int CountSubscriptions(ChannelKind kind) => Volatile.Read(ref _subscriptions)?.Count(kind) ?? 0;

    /// <summary>Whether its user may still use every channel that it is subscribed to. From any thread.</summary>
    public bool MayKeepSubscriptions() => Volatile.Read(ref _subscriptions) is not { } subscriptions
        || server.Channels.AreAll(
            subscriptions, (kind, name) => User.MayUseChannel(name, isPattern: kind == ChannelKind.Pattern));

    /// <summary>
    /// Makes it an ordinary client: it gets nothing any more that it did not ask for just then. As in Redis, CLIENT
    /// NO-EVICT stays. Its own thread.
    /// </summary>
    public void BecomeOrdinary()
    {
        if (_subscriptions is { } subscriptions) server.Channels.UnsubscribeAll(subscriptions);
        if (_tracker is not null) Tracker = null;
        if ((Modes & ClientModes.Monitor) != 0) server.Monitors.Remove(this);
        Modes &= ClientModes.NoEvict | ClientModes.NoTouch;
    }

    /// <summary>
    /// Nothing more comes from it: as in Redis, who waits in the middle of a command goes. From any thread.
    /// </summary>
    public virtual void Leave()
    {
        Volatile.Write(ref _isGone, true);
        Interlocked.MemoryBarrier(); // who begins to wait now sees it, or is seen
        Blocking?.TrySetResult(false);
    }

    public abstract void Push(byte[] message);

    /// <summary>
    /// Writes what was pushed so far, before a reply that is to come behind it; its own thread, between replies.
    /// </summary>
    public abstract void WritePushes(RespWriter reply);

    /// <summary>Closes the connection once what is running has been answered. From any thread.</summary>
    public abstract void RequestClose();

    /// <summary>
    /// Closes the connection at once and drops what waits for it; a command that runs takes effect all the same. From
    /// any thread.
    /// </summary>
    /// <returns>False when that was done before.</returns>
    public abstract bool CutOff();
}

/// <summary>What is unlike an ordinary client.</summary>
[Flags]
internal enum ClientModes
{
    None = 0,

    /// <summary>Subscribed to channels or patterns.</summary>
    Subscriber = 1 << 0,

    /// <summary>Gets every command that is run.</summary>
    Monitor = 1 << 1,

    /// <summary>CLIENT REPLY OFF.</summary>
    NoReplies = 1 << 2,

    /// <summary>CLIENT REPLY SKIP, seen by the command itself.</summary>
    SkipAfterThis = 1 << 3,

    /// <summary>CLIENT REPLY SKIP, seen by the command that follows.</summary>
    SkipThis = 1 << 4,

    /// <summary>CLIENT NO-EVICT.</summary>
    NoEvict = 1 << 5,

    /// <summary>CLIENT NO-TOUCH.</summary>
    NoTouch = 1 << 6,

    /// <summary>CLIENT TRACKING.</summary>
    Tracking = 1 << 7,

    /// <summary>No reply is sent.</summary>
    Silent = NoReplies | SkipThis | SkipAfterThis,
}
