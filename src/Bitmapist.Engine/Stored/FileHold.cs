using System.Diagnostics;
using Bitmapist.Storage.Snapshots;

namespace Bitmapist.Engine.Stored;

/// <summary>Keeps a database file open for one reader until disposed, once.</summary>
internal readonly record struct FileHold(DatabaseFile File) : IDisposable
{
    public void Dispose() => File.Release();
}

/// <summary>
/// The database files that one session keeps open because values that it gave out are still in them. One thread at a
/// time.
/// </summary>
internal sealed class HeldFiles
{
    private readonly List<DatabaseFile> _files = [];

    /// <summary>
    /// Keeps a file open until <see cref="Release"/>. It is open now: an entry of a shard that is held refers to it, or
    /// it is the newest and cannot be replaced meanwhile.
    /// </summary>
    public void Hold(DatabaseFile file)
    {
        if (_files.Contains(file)) return;
        bool isOpen = file.TryHold();
        Debug.Assert(isOpen, "A file is closed only when no entry refers to it.");
        if (isOpen) _files.Add(file);
    }

    /// <summary>Releases all of them; each is closed with its last reader.</summary>
    public void Release()
    {
        if (_files.Count == 0) return;
        foreach (DatabaseFile file in _files) file.Release();
        _files.Clear();
    }
}
