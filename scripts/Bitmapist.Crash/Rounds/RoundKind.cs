namespace Bitmapist.Crash.Rounds;

/// <summary>What the server is in the middle of when a round kills it.</summary>
internal enum RoundKind
{
    /// <summary>Writes of several clients.</summary>
    Writes,

    /// <summary>A save that a client asked for.</summary>
    Save,

    /// <summary>Writing the database file anew without its garbage.</summary>
    Compaction,

    /// <summary>A backup that SIGUSR1 asked for.</summary>
    Backup,

    /// <summary>A start: reading the database file and replaying the log.</summary>
    Recovery,

    /// <summary>A start on a database of the Go server, which is converted first.</summary>
    Conversion,

    /// <summary><c>bitmapist-server import</c> of a Redis dump or a database of the Go server.</summary>
    Import,

    /// <summary>SLURP from a running server; either of the two is killed.</summary>
    Copying,

    /// <summary>The end after SIGTERM, which saves.</summary>
    Shutdown,

    /// <summary>Nothing: SIGTERM while clients write, and the exit code must be 0.</summary>
    OrderlyStop,
}
