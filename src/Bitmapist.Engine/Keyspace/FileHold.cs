using Bitmapist.Storage.Snapshots;

namespace Bitmapist.Engine.Keyspace;

/// <summary>Keeps a database file open for one reader until disposed, once.</summary>
internal readonly record struct FileHold(DatabaseFile File) : IDisposable
{
    public void Dispose() => File.Release();
}
