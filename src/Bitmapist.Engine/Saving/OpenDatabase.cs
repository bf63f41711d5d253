using Bitmapist.Engine.Keyspace;
using Bitmapist.Engine.Stored;
using Bitmapist.Engine.Upkeep;
using Bitmapist.Storage;
using Bitmapist.Storage.Files;
using Bitmapist.Storage.Snapshots;

namespace Bitmapist.Engine.Saving;

/// <summary>
/// The database file in which the keyspace looks its keys up, and those in whose place it is, until nobody needs them:
/// sessions hold them for as long as a command runs, and entries whose bits lie there unread are evicted, for the newer
/// file to give them again. Entries that are not saved yet keep them open until a save has them. One thread at a time,
/// but for <see cref="File"/>; <see cref="ReleaseReplaced"/> not while a save is under way.
/// </summary>
internal sealed class OpenDatabase(KeyspaceStore store, Session session, IFileSystem files, DatabaseFile file)
    : IDisposable
{
    // Below this a compaction is not worth its fsyncs, whatever the share of garbage.
    private const long CompactMinBytes = 1024 * 1024;

    private readonly List<DatabaseFile> _replaced = [];
    private volatile DatabaseFile _file = file;

    /// <summary>The file as of the last save: every change up to then.</summary>
    public DatabaseFile File => _file;

    /// <summary>
    /// Something may have failed while the file was written: a failed fsync spoils the handle, a rename may have
    /// happened.
    /// </summary>
    public bool MustReopen { get; set; }

    /// <summary>
    /// Some entry's bits lie in a replaced file and in the log's effects alone, until the next save.
    /// </summary>
    public bool NeedsSave { get; private set; }

    /// <summary>Whether a start would find the file under its path.</summary>
    /// <exception cref="StorageException">It cannot be told.</exception>
    public DatabasePlace Look()
    {
        DatabasePlace place = _file.Place;
        if (place != DatabasePlace.Replaced || !_file.IsReplaced) return place;
        // It is our own file that is there, put there by a save or compaction that failed afterwards.
        Reopen();
        return _file.Place;
    }

    /// <summary>Opens the file again, or what took its place; keys are looked up there from now on.</summary>
    public void Reopen()
    {
        DatabaseFile reopened = OpenAgain(_file.Path);
        using (session.BeginTransaction(KeyspaceStore.AllShards)) store.ReplaceFile(reopened);
        Become(reopened);
    }

    /// <summary>The keyspace looks its keys up in this file by now, perhaps the same one.</summary>
    public void Become(DatabaseFile saved)
    {
        if (saved != _file) _replaced.Add(_file);
        _file = saved;
        MustReopen = false;
    }

    /// <summary>Opens what was put under a path, unless it is another database or an older state of this one.</summary>
    public DatabaseFile OpenAgain(string path)
    {
        var reopened = DatabaseFile.Open(files, path);
        long generation = _file.Generation + (_file.IsReplaced ? 1 : 0);
        if (reopened.Id == _file.Id && reopened.Generation >= generation) return reopened;
        reopened.Dispose();
        throw new StorageException(path, null, "was replaced by another database while in use");
    }

    /// <summary>
    /// Writes what is live to a new file that takes the place of this one, if more than half of this one is garbage.
    /// </summary>
    /// <returns>Why that failed, which harms nothing, as the file is as good with its garbage; else null.</returns>
    public Exception? Compact()
    {
        if (_file.FileBytes <= Math.Max(2 * _file.LiveBytes, CompactMinBytes)) return null;
        try
        {
            MustReopen = true;
            using (GenerationWriter writer = _file.BeginRewrite())
            {
                new DatabaseReader(_file).CopyTo(writer);
                writer.Commit(_file.FirstLogSequence);
            }

            Reopen();
            return null;
        }
        catch (Exception failure) when (failure is StorageException or CorruptFileException)
        {
            return failure;
        }
    }

    /// <summary>
    /// Evicts entries whose bits lie in a replaced file, and releases the files if no entry is left that refers to
    /// them. O(resident entries).
    /// </summary>
    public void ReleaseReplaced()
    {
        if (_replaced.Count == 0) return;
        long moves = store.MovesOfReplaced;
        NeedsSave = HotSet.EvictFromReplaced(session, _file) > 0;
        if (NeedsSave || LogLoss.MayRestoreFromOther(store, _file)) return;
        // An entry may have come to a place that had been looked at; then the next look finds it.
        if (store.MovesOfReplaced == moves) DisposeReplaced();
    }

    /// <summary>Releases all files; each is closed with its last reader.</summary>
    public void Dispose()
    {
        DisposeReplaced();
        _file.Dispose();
    }

    private void DisposeReplaced()
    {
        foreach (DatabaseFile replaced in _replaced) replaced.Dispose();
        _replaced.Clear();
        NeedsSave = false;
    }
}
