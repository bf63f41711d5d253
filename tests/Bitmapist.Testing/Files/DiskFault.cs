namespace Bitmapist.Testing.Files;

/// <summary>How a simulated operation fails.</summary>
public enum DiskFault
{
    /// <summary>EIO: nothing of it happened.</summary>
    InputOutputError,

    /// <summary>ENOSPC: nothing of it happened.</summary>
    NoSpace,

    /// <summary>A write that stopped half way, as on a full disk; other operations just fail.</summary>
    ShortWrite,
}
