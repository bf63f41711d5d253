using Bitmapist.Engine.Keyspace;
using Bitmapist.Engine.Stored;
using Bitmapist.Engine.Upkeep;
using Bitmapist.Storage.Files;
using Bitmapist.Storage.Log;
using Bitmapist.Storage.Snapshots;

namespace Bitmapist.Engine.Saving;

/// <summary>Writes snapshots into the database file. Thread-safe; a save keeps others and every look waiting.</summary>
internal sealed class SnapshotSaver : IDisposable
{
    private readonly Lock _gate = new();
    private readonly KeyspaceStore _store;
    private readonly LogWriter _log;
    private readonly Session _session;
    private readonly SnapshotWriter _writer;
    private readonly OpenDatabase _database;
    private DatabasePlace _known = DatabasePlace.InPlace; // where the last save that failed for it found the file
    private long _savedPosition; // of the log: what was appended since makes a save worth it
    private long _databaseBytes;
    private long _databaseLiveBytes;

    public SnapshotSaver(KeyspaceStore store, IFileSystem files, DatabaseFile file, LogWriter log)
    {
        _store = store;
        _log = log;
        _session = new Session(store);
        _writer = new SnapshotWriter(store);
        _database = new OpenDatabase(store, _session, files, file);
        NoteBytes();
    }

    /// <summary>The keyspace's count of changes as of the last save.</summary>
    public long SavedChanges { get; private set; }

    /// <summary>Length of the database file after the last save; any thread may ask while one is under way.</summary>
    public long DatabaseBytes => Volatile.Read(ref _databaseBytes);

    /// <summary>What of it is live, as of the last save.</summary>
    public long DatabaseLiveBytes => Volatile.Read(ref _databaseLiveBytes);

    /// <summary>Why the compaction after the last save did not end well; null: it did, or there was none.</summary>
    public Exception? CompactionFailure { get; private set; }

    /// <summary>What the last save found missing under its path and mended.</summary>
    public Mended Mended { get; private set; }

    /// <summary>The file as of the last save: every change up to then.</summary>
    public DatabaseFile File => _database.File;

    /// <summary>
    /// Moves what changed since the last save into the database file and drops the log before it. Then writes the file
    /// anew when garbage passes half of it.
    /// <para>
    /// The save counts only if a start would find the file under its path. Where it does not, the first save says so by
    /// failing; the next writes all keys to a new file there, if nothing else is there by then. Until then the log
    /// keeps everything.
    /// </para>
    /// </summary>
    /// <exception cref="StorageException">Nothing is lost: the log still has what was to be saved.</exception>
    public void Save()
    {
        using Lock.Scope alone = _gate.EnterScope();
        Mended = Mended.Nothing;
        DatabasePlace place = _database.Look();
        if (place == DatabasePlace.InPlace)
        {
            if (_database.MustReopen) _database.Reopen();
            SaveInPlace();
        }
        else
        {
            RequireRestorable(place);
            Restore(File.Path);
            Mended |= Mended.DatabaseFile;
        }

        _known = DatabasePlace.InPlace;
        CompactionFailure = _database.Compact();
        NoteBytes();
        _database.ReleaseReplaced();
    }

    /// <summary>
    /// Whether a save should begin though nobody asked for one: file or log are missing from their places and that may
    /// be mended, or is to be told; or a replaced file is to be released.
    /// </summary>
    /// <exception cref="StorageException">It cannot be told.</exception>
    public bool IsSaveNeeded()
    {
        using Lock.Scope alone = _gate.EnterScope();
        _database.ReleaseReplaced();
        DatabasePlace place = _database.Look();
        if (place == DatabasePlace.InPlace) return _database.NeedsSave || !_log.IsInPlace();
        return place == DatabasePlace.Gone || place != _known;
    }

    /// <summary>Whether a start would find the file under its path.</summary>
    /// <exception cref="StorageException">It cannot be told.</exception>
    public bool IsInPlace
    {
        get
        {
            lock (_gate) return _database.Look() == DatabasePlace.InPlace;
        }
    }

    /// <summary>
    /// At a stop, when something else is in the file's place: writes all keys to a file beside it, as an operator
    /// may want them after all. The log stays as it is.
    /// </summary>
    /// <returns>The file's path.</returns>
    /// <exception cref="StorageException">It cannot be written, or a file of that name exists.</exception>
    public string Rescue()
    {
        using Lock.Scope alone = _gate.EnterScope();
        string path = File.Path + ".rescued";
        Restore(path);
        return path;
    }

    public void Dispose()
    {
        _database.Dispose();
        _session.Dispose();
    }

    private void NoteBytes()
    {
        Volatile.Write(ref _databaseBytes, File.FileBytes);
        Volatile.Write(ref _databaseLiveBytes, File.LiveBytes);
    }

    /// <summary>Throws, unless it has been said that the file is gone: then it can be written anew.</summary>
    private void RequireRestorable(DatabasePlace place)
    {
        if (place == DatabasePlace.Gone && _known == DatabasePlace.Gone) return;
        _known = place;
        string found = place switch
        {
            DatabasePlace.Gone =>
                "was deleted or moved away while in use; it is written anew as soon as that can be done",
            DatabasePlace.Overwritten => "was overwritten while in use and is left alone",
            _ => "was replaced by another file while in use, which is left alone",
        };
        string remedy = place == DatabasePlace.Gone
            ? ""
            : "; to keep what this server has, move that file away; to use that file, stop the server and move away "
                + "its log, the files whose names end in .log and a number";
        throw new StorageException(
            File.Path, null, $"{found}; nothing was deleted, and the log has every change{remedy}");
    }

    private void SaveInPlace()
    {
        DatabaseFile file = File;
        bool isLogInPlace = _log.IsInPlace();
        // What only a missing segment had is saved, and the log goes on in a new one.
        (SnapshotCapture? capture, long firstSequence, long changes) = Cut(isForced: !isLogInPlace);
        if (capture is null) return;
        _store.Disk!.NoteAttempt(firstSequence, capture.Places);
        Take(capture, () =>
        {
            // What is wholly emptied is written anew, instead of a deletion per key.
            bool isEmptied = capture.Flushed.Count > 0
                && KeyTotals.Of(file).Databases.All(
                    counts => capture.Flushed.Contains(_store.Disk!.Numbers.Of(counts.Key)));
            // Keys that get another number do so without a deletion each, likewise.
            bool isRewritten = isEmptied || capture.IsRenumbered;
            using (GenerationWriter writer = isRewritten ? file.BeginRewrite() : file.BeginGeneration())
            {
                if (!isRewritten) _writer.RemoveUnwanted(capture, file, writer);
                else if (!isEmptied) _writer.CopyRenumbered(capture, file, writer);
                _writer.WriteChanges(_session, capture, file, writer);
                KeyWriter.PutTotals(writer, capture.Totals);
                WaitForLog(capture);
                writer.Commit(firstSequence);
            }

            return isRewritten ? _database.OpenAgain(file.Path) : file;
        });
        Finish(capture, firstSequence, changes);
        if (!isLogInPlace) Mended |= Mended.Log;
    }

    /// <summary>
    /// Writes every key to a new file: what the open one has, wherever it is now, and over it what changed. If
    /// somebody wrote in the open one it is not read; then every key must be resident.
    /// </summary>
    private void Restore(string path)
    {
        DatabaseFile file = File;
        bool isReadable = !file.IsOverwritten, isInItsPlace = path == file.Path;
        using GenerationWriter writer = file.BeginReplacement(path); // before the log goes on in the place it may lack
        if (!isReadable) HotSet.MarkAllChanged(_session);
        (SnapshotCapture? capture, long firstSequence, long changes) = Cut(isForced: true);
        _store.Disk!.NoteAttempt(firstSequence, capture!.Places);
        Take(capture, () =>
        {
            if (isReadable) _writer.CopyRenumbered(capture, file, writer);

            long written = _writer.WriteChanges(_session, capture!, file, writer);
            if (!isReadable && written != capture!.Totals.Keys)
            {
                throw new StorageException(file.Path, null, "was overwritten while in use, and of "
                    + $"{capture.Totals.Keys} keys only {written} are in memory: nothing is written");
            }

            KeyWriter.PutTotals(writer, capture!.Totals);
            WaitForLog(capture);
            writer.Commit(firstSequence);
            return _database.OpenAgain(path);
        });
        if (isInItsPlace) Finish(capture!, firstSequence, changes); // else the log stays as it is
    }

    /// <summary>Under all shards: what a save must write, and where the log goes on without it.</summary>
    /// <param name="isForced">Whether the log is to go on in a new segment even if nothing changed.</param>
    private (SnapshotCapture? Capture, long FirstSequence, long Changes) Cut(bool isForced)
    {
        using TransactionScope scope = _session.BeginTransaction(KeyspaceStore.AllShards);
        // Where changes came to nothing there is still a log to be dropped, or one that cannot go on.
        bool isNeeded = isForced || _log.NeedsSnapshot || _log.AppendedPosition != _savedPosition
            || _store.Names.IsAnyFlushed || !_store.Places.IsSame(_store.Disk!.Numbers)
            || _store.Shards.Any(shard => !shard.Dirty.IsEmpty);
        if (!isNeeded) return default;
        long changes = _store.Changes;
        long firstSequence = _log.Rotate();
        return (_store.BeginCapture(), firstSequence, changes);
    }

    /// <summary>Has a capture written, and tells the keyspace in which file, or that nothing came of it.</summary>
    private void Take(SnapshotCapture capture, Func<DatabaseFile> write)
    {
        _database.MustReopen = true; // whatever fails from here on
        DatabaseFile saved;
        try
        {
            saved = write();
        }
        catch
        {
            using TransactionScope abandoning = _session.BeginTransaction(KeyspaceStore.AllShards);
            _store.AbandonCapture(capture);
            throw;
        }

        using (_session.BeginTransaction(KeyspaceStore.AllShards)) _store.CompleteCapture(capture, saved);
        _database.Become(saved);
    }

    /// <summary>
    /// Waits until the log has what the snapshot has. A snapshot must not keep what is taken back because the log could
    /// not be written: what comes later would be logged on top of something else.
    /// </summary>
    /// <exception cref="StorageException">Some of it was taken back.</exception>
    private void WaitForLog(SnapshotCapture capture)
    {
        _log.CommitAsync(capture.CutPosition).AsTask().GetAwaiter().GetResult();
        if (capture.IsAbandoned) throw _store.TakenBack();
    }

    /// <summary>The log before a save goes, if a start would find what was saved.</summary>
    private void Finish(SnapshotCapture capture, long firstSequence, long changes)
    {
        SavedChanges = changes;
        _savedPosition = capture.CutPosition;
        File.RequireInPlace();
        _log.DeleteSegmentsBefore(firstSequence);
    }
}

/// <summary>What was missing from its place and is there again.</summary>
[Flags]
internal enum Mended
{
    Nothing = 0,
    DatabaseFile = 1,
    Log = 2,
}
