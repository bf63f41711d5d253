namespace Bitmapist.Server;

/// <summary>How a server is set up. Flags of the executable and parameters of CONFIG GET derive from it.</summary>
public sealed record ServerOptions
{
    /// <summary>Where to listen.</summary>
    public IReadOnlyList<ListenAddress> Addresses { get; init; } = [new(null, ListenAddress.DefaultPort)];

    /// <summary>Number of databases SELECT can reach.</summary>
    public int Databases { get; init; } = 16;

    /// <summary>Clients at once.</summary>
    public int ClientsMax { get; init; } = Limits.ClientsDefault;

    /// <summary>Database file; null: nothing is kept on disk (tests and benchmarks).</summary>
    public string? DatabasePath { get; init; }

    /// <summary>Where SIGUSR1 writes a backup; null: nowhere.</summary>
    public string? BackupPath { get; init; }

    /// <summary>Seconds between periodic saves; 0: none.</summary>
    public int SaveSeconds { get; init; } = 180;

    /// <summary>When the log is synced to the disk.</summary>
    public Storage.Log.FsyncPolicy AppendFsync { get; init; } = Storage.Log.FsyncPolicy.EverySecond;

    /// <summary>Log every command.</summary>
    public bool Debug { get; init; }
}
