using Bitmapist.Transport;
using Bitmapist.Transport.Contract;

namespace Bitmapist.Server.Settings;

/// <summary>How a server is set up. Flags of the executable and parameters of CONFIG GET derive from it.</summary>
public sealed record ServerOptions
{
    /// <summary>The file that settings were read from, which CONFIG REWRITE writes; null: there is none.</summary>
    public string? ConfigurationPath { get; init; }

    /// <summary>Where to listen.</summary>
    public IReadOnlyList<ListenAddress> Addresses { get; init; } = [new(null, ListenAddress.DefaultPort)];

    /// <summary>Path of a unix socket to listen on as well; null: none.</summary>
    public string? UnixSocket { get; init; }

    /// <summary>That socket, already listening, where the process was passed one; null: it is made.</summary>
    public int? UnixSocketDescriptor { get; init; }

    /// <summary>Who may connect to the unix socket; null: as the process's umask has it.</summary>
    public UnixFileMode? UnixSocketMode { get; init; }

    /// <summary>Where metrics and health are told over HTTP, by Bitmapist.Http; null: nowhere.</summary>
    public ListenAddress? HttpAddress { get; init; }

    /// <summary>Certificates for addresses that speak TLS.</summary>
    public TlsSettings Tls { get; init; } = new();

    /// <summary>Number of databases SELECT can reach.</summary>
    public int Databases { get; init; } = 16;

    /// <summary>Clients at once.</summary>
    public int ClientsMax { get; init; } = ServerLimits.ClientsDefault;

    /// <summary>The default user's password; null: it needs none.</summary>
    public PasswordHash? RequirePass { get; init; }

    /// <summary>File of users, in Redis's syntax; null: there is none, and users are forgotten at the end.</summary>
    public string? AclFile { get; init; }

    /// <summary>Users that the file of settings declares, each the words behind "user"; not with AclFile.</summary>
    public IReadOnlyList<SettingLine> Users { get; init; } = [];

    /// <summary>While the default user needs no password, only this machine may connect.</summary>
    public bool ProtectedMode { get; init; } = true;

    /// <summary>Database file; null: nothing is kept on disk (tests and benchmarks).</summary>
    public string? DatabasePath { get; init; }

    /// <summary>Where SIGUSR1 writes a backup; null: nowhere.</summary>
    public string? BackupPath { get; init; }

    /// <summary>Seconds between periodic saves; 0: none.</summary>
    public int SaveSeconds { get; init; } = 180;

    /// <summary>Bytes of resident bitmaps and index; 0: any number.</summary>
    public long MemoryBytesMax { get; init; } = MemoryDefault;

    /// <summary>
    /// Bytes of unfinished requests, transactions and unread replies of all clients together; 0: any number.
    /// </summary>
    public long ClientMemoryBytesMax { get; init; } = ClientMemoryDefault;

    /// <summary>Seconds after which a bitmap that no client asked for is evicted; 0: it stays.</summary>
    public int EvictIdleSeconds { get; init; } = 300;

    /// <summary>
    /// Half of what the machine, or the container the process runs in, has: the rest is for the system's cache of the
    /// database file, from which keys on disk are read.
    /// </summary>
    public static long MemoryDefault => GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 2;

    /// <summary>A quarter of what the machine, or the container the process runs in, has.</summary>
    public static long ClientMemoryDefault => GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 4;

    /// <summary>A save begins when the log is so many percent of the live data; 0: never for that.</summary>
    public int LogGrowthPercentage { get; init; } = 100;

    /// <summary>Below so many bytes of the log no save begins for its size.</summary>
    public long LogGrowthBytesMin { get; init; } = 64L << 20;

    /// <summary>When the log is synced to the disk.</summary>
    public Storage.Log.FsyncPolicy AppendFsync { get; init; } = Storage.Log.FsyncPolicy.EverySecond;

    /// <summary>What carries connections between sockets and the server.</summary>
    public TransportKind IoTransport { get; init; }

    /// <summary>Threads that serve connections; 0: the transport's choice.</summary>
    public int IoThreads { get; init; }

    /// <summary>
    /// Values of parameters that may change while the server runs, by CONFIG's names, such as "timeout".
    /// </summary>
    public IReadOnlyDictionary<string, string> Parameters { get; init; } = new Dictionary<string, string>();

    /// <summary>Who may use DEBUG: "no", "local" for clients of this machine, "yes".</summary>
    public string EnableDebugCommand { get; init; } = "no";

    /// <summary>How lines of the log are written.</summary>
    public LogFormat LogFormat { get; init; }

    /// <summary>Log every command.</summary>
    public bool Debug { get; init; }
}
