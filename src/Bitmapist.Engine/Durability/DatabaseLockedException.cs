namespace Bitmapist.Engine.Durability;

/// <summary>Another process has the database open.</summary>
public sealed class DatabaseLockedException(string path)
    : Exception($"database {path} is in use by another process (lock file {path}.lock)");
