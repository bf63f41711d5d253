using System.Collections.Concurrent;
using System.Text;
using Bitmapist.Engine;
using Bitmapist.Engine.Bits;
using Bitmapist.Engine.Keyspace;
using Bitmapist.Engine.Saving;
using Bitmapist.Server.Access;
using Bitmapist.Server.Copying;
using Bitmapist.Server.Logging;
using Bitmapist.Server.PubSub;
using Bitmapist.Server.Settings;
using Bitmapist.Server.Timing;
using Bitmapist.Server.Tracking;
using Bitmapist.Storage.Files;
using Bitmapist.Transport;
using Bitmapist.Transport.Contract;
using Microsoft.Extensions.Logging;

namespace Bitmapist.Server.State;

/// <summary>What every connection shares: the keyspace, the clients, the options. Thread-safe.</summary>
internal sealed class ServerState
{
    private volatile IReadOnlyList<ListenAddress> _addresses;
    private volatile IReadOnlyList<ListenAddress> _formerTlsAddresses = [];
    private const long ExactMicroseconds = 6000; // less than this is told apart only by timing each call
    private const int ErrorCodesMax = 128; // Redis stops telling error codes apart at as many
    private readonly ConcurrentDictionary<string, long> _errors = new();
    private readonly ConcurrentDictionary<string, bool> _changedParameters = new();
    private readonly ILogger _logger;
    private readonly OncePerInterval _unreadableLine;
    private int _clientsMax;
    private int _attention;
    private volatile bool _isLookingForSlowCalls = true;
    private volatile bool _isProtected;

    /// <param name="options">How the server is set up.</param>
    /// <param name="store">The keys.</param>
    /// <param name="persistence">Log and database file; null: none.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">Where the log goes.</param>
    /// <param name="commandCount">Commands and subcommands there are, which clients are counted by.</param>
    public ServerState(
        ServerOptions options, KeyspaceStore store, PersistentKeyspace? persistence, TimeProvider time, ILogger logger,
        int commandCount)
    {
        CommandCount = commandCount;
        Clients = new ClientRegistry(commandCount);
        Options = options;
        _addresses = options.Addresses;
        _logger = logger;
        _unreadableLine = new OncePerInterval(ServerLimits.RepeatedLogInterval, time);
        ClientsMax = options.ClientsMax;
        ProtectedMode = options.ProtectedMode;
        Store = store;
        Persistence = persistence;
        Time = time;
        StartedAtUnixMs = time.GetUtcNow().ToUnixTimeMilliseconds();
        Statistics = new ServerStatistics(this);
        Backups = new Backups(persistence, options.DatabasePath ?? "", logger);
        ClientMemory = new ClientMemory(Clients, logger) { BytesMax = options.ClientMemoryBytesMax };
        OutputLimits = new OutputLimits(logger);
        Notifications = new KeyNotifications(Channels, store);
        Tracking = new TrackingTable(
            store, Clients.Find, () => Clients.InOrder, isOn => Attend(Attention.Tracking, isOn));
        Monitors = new PushGroup(isOn => Attend(Attention.Monitors, isOn));
        Latencies = new CommandLatencies(commandCount);
        ReplicationId = RunId;
        Slurper = new Slurper(store, persistence, time, logger, RunId);
    }

    public ServerOptions Options { get; }

    /// <summary>Users and their rights.</summary>
    public AccessControl Access { get; init; } = new(CommandCatalog.Empty);

    /// <summary>Certificates of TLS.</summary>
    public TlsCertificates Tls { get; init; } = new(new TlsSettings(), isNeeded: false);

    /// <summary>Does what takes long.</summary>
    public BackgroundThreads Workers { get; } = new("bitmapist-work", Environment.ProcessorCount + 4);

    /// <summary>
    /// Clients at once; at most <see cref="ClientsPossible"/>. May change while the server runs; clients that are
    /// connected stay.
    /// </summary>
    public int ClientsMax
    {
        get => Volatile.Read(ref _clientsMax);
        set => Volatile.Write(ref _clientsMax, value);
    }

    /// <summary>While the default user needs no password, only this machine may connect.</summary>
    public bool ProtectedMode
    {
        get => _isProtected;
        set => _isProtected = value;
    }

    /// <summary>As many clients as the process may have descriptors for.</summary>
    public int ClientsPossible { get; set; } = int.MaxValue;

    public KeyspaceStore Store { get; }

    /// <summary>Write-ahead log and database file; null for a server that keeps everything in memory only.</summary>
    public PersistentKeyspace? Persistence { get; }

    /// <summary>Backups asked for by a signal or a command.</summary>
    public Backups Backups { get; }

    public TimeProvider Time { get; }

    public ClientRegistry Clients { get; }

    /// <summary>Commands and subcommands there are.</summary>
    public int CommandCount { get; }

    /// <summary>Bytes of a transaction's replies that wait as bytes.</summary>
    public long TransactionReplyBytesMax { get; init; } = ServerLimits.TransactionReplyBytes;

    /// <summary>What clients make the server hold.</summary>
    public ClientMemory ClientMemory { get; }

    /// <summary>What one client may ask for.</summary>
    public ClientLimits ClientLimits { get; } = new();

    /// <summary>How much may wait for a client.</summary>
    public OutputLimits OutputLimits { get; }

    /// <summary>Channels and who is subscribed to them.</summary>
    public ChannelTable Channels { get; } = new();

    /// <summary>What happens to keys, told by channels.</summary>
    public KeyNotifications Notifications { get; }

    /// <summary>Who reads which keys, to be told when they change.</summary>
    public TrackingTable Tracking { get; }

    /// <summary>Who gets every command that is run.</summary>
    public PushGroup Monitors { get; }

    /// <summary>CLIENT PAUSE.</summary>
    public PauseGate Pause { get; } = new();

    /// <summary>How long calls take, by command.</summary>
    public CommandLatencies Latencies { get; }

    /// <summary>Calls that took long; change its threshold by <see cref="LookForSlowCalls"/>.</summary>
    public SlowLog SlowCalls { get; } = new();

    /// <summary>What took longer than it should; likewise.</summary>
    public LatencyMonitor LatencyEvents { get; } = new();

    /// <summary>What about calls needs looking after; none of it, usually.</summary>
    public Attention Attention => (Attention)Volatile.Read(ref _attention);

    /// <summary>Whether anybody wants to know of slow calls.</summary>
    public bool IsLookingForSlowCalls => _isLookingForSlowCalls;

    /// <summary>Copies from other servers.</summary>
    public Slurper Slurper { get; }

    /// <summary>What INFO counts.</summary>
    public ServerStatistics Statistics { get; }

    public long StartedAtUnixMs { get; }

    public long NowUnixMs => Time.GetUtcNow().ToUnixTimeMilliseconds();

    /// <summary>40 hexadecimal digits that differ at every start.</summary>
    public string RunId { get; } = NewId();

    /// <summary>The same as <see cref="RunId"/>, until a test wants another.</summary>
    public string ReplicationId { get; private set; }

    /// <summary>What carries connections; <see cref="TransportKind.Auto"/> until the server listens.</summary>
    public TransportKind Transport { get; set; }

    /// <summary>Where the server listens; those of tls-port may change.</summary>
    public IReadOnlyList<ListenAddress> Addresses
    {
        get => _addresses;
        set => _addresses = value;
    }

    /// <summary>
    /// Where it has listened for TLS: who was accepted there, and comes to be served only now, must not be taken for
    /// one who speaks plainly.
    /// </summary>
    public IReadOnlyList<ListenAddress> FormerTlsAddresses
    {
        get => _formerTlsAddresses;
        set => _formerTlsAddresses = value;
    }

    /// <summary>Held while parameters are checked and set.</summary>
    public Lock Setting { get; } = new();

    /// <summary>
    /// Listens for TLS on another port, without accepting yet; 0: on none. What it returns accepts there, and closes
    /// the old port; connections that are open stay. Fails with an <see cref="IOException"/> where it cannot be
    /// listened on. Null until the server listens.
    /// </summary>
    public Func<int, Action>? PrepareTlsPort { get; set; }

    /// <summary>Threads that serve connections; 0: the pool's do.</summary>
    public int IoThreads { get; set; }

    /// <summary>Where every command is logged (-debug); null: nowhere.</summary>
    public ILogger? CommandLog { get; init; }

    /// <summary>Asks the host to stop; the argument says whether to save first.</summary>
    public Action<bool>? Shutdown { get; set; }

    /// <summary>Error replies since the start by their code, such as ERR.</summary>
    public IEnumerable<KeyValuePair<string, long>> ErrorCounts =>
        _errors.OrderBy(pair => pair.Key, StringComparer.Ordinal);

    /// <summary>Counts an error reply by its first word.</summary>
    public void CountError(ReadOnlySpan<byte> error)
    {
        int end = error.IndexOf((byte)' ');
        string code = Encoding.Latin1.GetString(end < 0 ? error : error[..end]);
        if (_errors.Count < ErrorCodesMax || _errors.ContainsKey(code))
            _errors.AddOrUpdate(code, 1, (_, count) => count + 1);
    }

    /// <summary>
    /// Tells the operator why a command could not read the database file, once a minute; a client learns only that.
    /// </summary>
    public void TellUnreadable(DiskReadException failure)
    {
        if (_unreadableLine.IsDue()) Log.Unreadable(_logger, failure.Message);
    }

    /// <summary>Changes from when on a call is slow.</summary>
    /// <param name="microseconds">For the slow log; negative: never.</param>
    /// <param name="latencyMs">For the latency monitor; 0: never.</param>
    public void LookForSlowCalls(long microseconds, long latencyMs)
    {
        SlowCalls.ThresholdMicroseconds = microseconds;
        LatencyEvents.ThresholdMs = latencyMs;
        _isLookingForSlowCalls = microseconds >= 0 || latencyMs > 0;
        bool isExact = microseconds is >= 0 and < ExactMicroseconds || latencyMs is > 0 and < ExactMicroseconds / 1000;
        Attend(Attention.EachCallsTime, isExact);
    }

    /// <summary>Gives the server another <see cref="ReplicationId"/>.</summary>
    public void ChangeReplicationId() => ReplicationId = NewId();

    private static string NewId() =>
        Convert.ToHexStringLower(System.Security.Cryptography.RandomNumberGenerator.GetBytes(20));

    private void Attend(Attention what, bool isOn)
    {
        if (isOn) Interlocked.Or(ref _attention, (int)what);
        else Interlocked.And(ref _attention, ~(int)what);
    }

    /// <summary>Tells the operator why users could not be saved; a client learns only that.</summary>
    public void TellUsersUnsaved(StorageException failure) => Log.UsersUnsaved(_logger, failure.Message);

    /// <summary>Tells the operator why a port is not listened on; a client learns only that.</summary>
    public void TellNotListening(IOException failure) => Log.NotListening(_logger, failure.Message);

    /// <summary>Tells the operator why other certificates are not taken; a client learns only that.</summary>
    public void TellCertificatesRefused(IOException failure) => Log.CertificatesRefused(_logger, failure.Message);

    /// <summary>Writes of the file of settings.</summary>
    public FileWrites ConfigurationWrites { get; } = new();

    /// <summary>Names of the parameters that CONFIG SET has changed since the start, ascending.</summary>
    public IEnumerable<string> ChangedParameters => _changedParameters.Keys.Order(StringComparer.Ordinal);

    /// <summary>CONFIG SET has changed a parameter.</summary>
    public void NoteChanged(string parameter) => _changedParameters[parameter] = true;

    /// <summary>Makes the counts of error replies start again.</summary>
    public void ForgetErrors() => _errors.Clear();
}

/// <summary>What about calls needs looking after.</summary>
[Flags]
internal enum Attention
{
    None = 0,

    /// <summary>Somebody gets every command.</summary>
    Monitors = 1 << 0,

    /// <summary>Some client's keys are tracked.</summary>
    Tracking = 1 << 1,

    /// <summary>Each call is timed by itself.</summary>
    EachCallsTime = 1 << 2,
}
