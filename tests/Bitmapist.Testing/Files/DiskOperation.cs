namespace Bitmapist.Testing.Files;

/// <summary>What a simulated disk was asked to do.</summary>
public enum DiskOperation
{
    Create,
    Write,
    Sync,
    Truncate,
    Rename,
    Delete,
    SyncDirectory,
}
