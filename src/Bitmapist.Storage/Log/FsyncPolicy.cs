namespace Bitmapist.Storage.Log;

/// <summary>When the log is forced to stable storage: what a power cut, not a crash, can take.</summary>
public enum FsyncPolicy
{
    /// <summary>Before a commit completes: nothing.</summary>
    Always,

    /// <summary>In the background once a second: about the last second.</summary>
    EverySecond,

    /// <summary>When the system pleases, at rotation and at shutdown.</summary>
    No,
}
