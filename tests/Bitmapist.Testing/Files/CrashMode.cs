namespace Bitmapist.Testing.Files;

/// <summary>What a simulated crash leaves on the disk.</summary>
public enum CrashMode
{
    /// <summary>The process ends, the system lives: everything written is there.</summary>
    ProcessKilled,

    /// <summary>A power cut that takes everything not synced.</summary>
    UnsyncedLost,

    /// <summary>
    /// A power cut after the system wrote back a prefix of each file's unsynced writes, the last one torn.
    /// </summary>
    UnsyncedCutShort,

    /// <summary>A power cut after the system wrote back any of the unsynced writes, some of them torn.</summary>
    UnsyncedAtRandom,
}
