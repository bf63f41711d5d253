namespace Bitmapist.Crash;

/// <summary>How a round ends.</summary>
internal enum Ending
{
    /// <summary>SIGKILL while clients write.</summary>
    Kill,

    /// <summary>SIGKILL a moment after SAVE was asked for.</summary>
    KillDuringSave,

    /// <summary>SIGKILL a moment after SIGUSR1 asked for a backup.</summary>
    KillDuringBackup,

    /// <summary>SIGTERM, and SIGKILL while the server saves.</summary>
    KillDuringStop,

    /// <summary>SIGTERM while clients write; the exit code must be 0.</summary>
    Stop,
}
