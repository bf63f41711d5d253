using Bitmapist.Storage.Log;

namespace Bitmapist.Engine.Durability;

/// <summary>Where and how a keyspace is kept on disk.</summary>
/// <param name="Path">The database file; its log and lock stand beside it.</param>
/// <param name="Databases">Number of databases.</param>
/// <param name="Fsync">When the log is synced.</param>
/// <param name="SaveInterval">Time between periodic saves; zero: none.</param>
public sealed record PersistenceOptions(string Path, int Databases, FsyncPolicy Fsync, TimeSpan SaveInterval);
