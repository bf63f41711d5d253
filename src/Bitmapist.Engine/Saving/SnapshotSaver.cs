using Bitmapist.Engine.Keyspace;
using Bitmapist.Engine.Stored;
using Bitmapist.Engine.Upkeep;
using Bitmapist.Storage.Files;
using Bitmapist.Storage.Log;
using Bitmapist.Storage.Snapshots;

namespace Bitmapist.Engine.Saving;

/// <summary>Writes snapshots into the database file. Thread-safe; a save keeps others and every look waiting.</summary>
internal sealed class SnapshotSaver(KeyspaceStore store, IFileSystem files, DatabaseFile file, LogWriter log)
    : IDisposable
{
    // Below this a compaction is not worth its fsyncs, whatever the share of garbage.
    private const long CompactMinBytes = 1024 * 1024;

    private readonly Lock _gate = new();
    private readonly Session _session = new(store);
    private readonly SnapshotWriter _writer = new(store);
    private readonly ReplacedFiles _replaced = new();
    private volatile DatabaseFile _file = file;
    private DatabasePlace _known = DatabasePlace.InPlace; // where the last save that failed for it found the file
    private bool _mustReopen;
    private long _savedPosition; // of the log: what was appended since makes a save worth it
    private long _databaseBytes = file.FileBytes;
    private long _databaseLiveBytes = file.LiveBytes;

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
    public DatabaseFile File => _file;

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
        DatabasePlace place = Look();
        if (place == DatabasePlace.InPlace)
        {
            if (_mustReopen) Replace(OpenAgain());
            SaveInPlace();
        }
        else
        {
            RequireRestorable(place);
            Restore(_file.Path);
            Mended |= Mended.DatabaseFile;
        }

        _known = DatabasePlace.InPlace;
        CompactionFailure = null;
        if (_file.FileBytes > Math.Max(2 * _file.LiveBytes, CompactMinBytes)) TryCompact();
        Volatile.Write(ref _databaseBytes, _file.FileBytes);
        Volatile.Write(ref _databaseLiveBytes, _file.LiveBytes);
        _replaced.LetGo(_session, _file);
    }

    /// <summary>
    /// Whether a save should begin though nobody asked for one: file or log are missing from their places and that may
    /// be mended, or is to be told; or a replaced file is to be released.
    /// </summary>
    /// <exception cref="StorageException">It cannot be told.</exception>
    public bool IsSaveNeeded()
    {
        using Lock.Scope alone = _gate.EnterScope();
        _replaced.LetGo(_session, _file);
        DatabasePlace place = Look();
        if (place == DatabasePlace.InPlace) return _replaced.NeedSave || !log.IsInPlace();
        return place == DatabasePlace.Gone || place != _known;
    }

    /// <summary>Whether a start would find the file under its path.</summary>
    /// <exception cref="StorageException">It cannot be told.</exception>
    public bool IsInPlace
    {
        get
        {
            lock (_gate) return Look() == DatabasePlace.InPlace;
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
        string path = _file.Path + ".rescued";
        Restore(path);
        return path;
    }

    public void Dispose()
    {
        _replaced.Dispose();
        _file.Dispose();
        _session.Dispose();
    }

    private DatabasePlace Look()
    {
        DatabasePlace place = _file.Place;
        if (place != DatabasePlace.Replaced || !_file.IsReplaced) return place;
        // It is our own file that is there, put there by a save or compaction that failed afterwards.
        Replace(OpenAgain());
        return _file.Place;
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
            _file.Path, null, $"{found}; nothing was deleted, and the log has every change{remedy}");
    }

    private void SaveInPlace()
    {
        bool isLogInPlace = log.IsInPlace();
        // What only a missing segment had is saved, and the log goes on in a new one.
        (SnapshotCapture? capture, long firstSequence, long changes) = Cut(isForced: !isLogInPlace);
        if (capture is null) return;
        Take(capture, () =>
        {
            // What is wholly emptied is written anew, instead of a deletion per key.
            bool isEmptied = capture.Flushed.Count > 0
                && KeyTotals.Of(_file).Databases.All(counts => capture.Flushed.Contains(counts.Key));
            using (GenerationWriter writer = isEmptied ? _file.BeginRewrite() : _file.BeginGeneration())
            {
                if (!isEmptied) SnapshotWriter.RemoveUnwanted(capture, _file, writer);
                _writer.WriteChanges(_session, capture, _file, writer);
                KeyWriter.PutTotals(writer, capture.Totals);
                WaitForLog(capture);
                writer.Commit(firstSequence);
            }

            return isEmptied ? OpenAgain() : _file;
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
        bool isReadable = !_file.IsOverwritten, isInItsPlace = path == _file.Path;
        using GenerationWriter writer = _file.BeginReplacement(path); // before the log goes on in the place it may lack
        if (!isReadable) HotSet.MarkAllChanged(_session);
        (SnapshotCapture? capture, long firstSequence, long changes) = Cut(isForced: true);
        Take(capture!, () =>
        {
            if (isReadable)
            {
                new DatabaseReader(_file).CopyTo(writer);
                SnapshotWriter.RemoveUnwanted(capture!, _file, writer);
            }

            long written = _writer.WriteChanges(_session, capture!, _file, writer);
            if (!isReadable && written != capture!.Totals.Keys)
            {
                throw new StorageException(_file.Path, null, "was overwritten while in use, and of "
                    + $"{capture.Totals.Keys} keys only {written} are in memory: nothing is written");
            }

            KeyWriter.PutTotals(writer, capture!.Totals);
            WaitForLog(capture);
            writer.Commit(firstSequence);
            return OpenAgain(path);
        });
        if (isInItsPlace) Finish(capture!, firstSequence, changes); // else the log stays as it is
    }

    /// <summary>Under all shards: what a save must write, and where the log goes on without it.</summary>
    /// <param name="isForced">Whether the log is to go on in a new segment even if nothing changed.</param>
    private (SnapshotCapture? Capture, long FirstSequence, long Changes) Cut(bool isForced)
    {
        using TransactionScope scope = _session.BeginTransaction(KeyspaceStore.AllShards);
        // Where changes came to nothing there is still a log to be dropped, or one that cannot go on.
        bool isNeeded = isForced || log.NeedsSnapshot || log.AppendedPosition != _savedPosition
            || store.Names.IsAnyFlushed || store.Shards.Any(shard => !shard.Dirty.IsEmpty);
        if (!isNeeded) return default;
        long changes = store.Changes;
        long firstSequence = log.Rotate();
        return (store.BeginCapture(), firstSequence, changes);
    }

    /// <summary>Has a capture written, and tells the keyspace in which file, or that nothing came of it.</summary>
    private void Take(SnapshotCapture capture, Func<DatabaseFile> write)
    {
        _mustReopen = true; // whatever fails from here on: a failed fsync spoils the handle, a rename may have happened
        DatabaseFile saved;
        try
        {
            saved = write();
        }
        catch
        {
            using TransactionScope abandoning = _session.BeginTransaction(KeyspaceStore.AllShards);
            store.AbandonCapture(capture);
            throw;
        }

        using (_session.BeginTransaction(KeyspaceStore.AllShards)) store.CompleteCapture(capture, saved);
        if (saved != _file) _replaced.Add(_file);
        _file = saved;
        _mustReopen = false;
    }

    /// <summary>
    /// Waits until the log has what the snapshot has. A snapshot must not keep what is taken back because the log could
    /// not be written: what comes later would be logged on top of something else.
    /// </summary>
    /// <exception cref="StorageException">Some of it was taken back.</exception>
    private void WaitForLog(SnapshotCapture capture)
    {
        log.CommitAsync(capture.CutPosition).AsTask().GetAwaiter().GetResult();
        if (capture.IsAbandoned) throw store.TakenBack();
    }

    /// <summary>The log before a save goes, if a start would find what was saved.</summary>
    private void Finish(SnapshotCapture capture, long firstSequence, long changes)
    {
        SavedChanges = changes;
        _savedPosition = capture.CutPosition;
        _file.RequireInPlace();
        log.DeleteSegmentsBefore(firstSequence);
    }

    /// <summary>A compaction that fails harms nothing: the file is as good with its garbage.</summary>
    private void TryCompact()
    {
        try
        {
            Compact();
        }
        catch (Exception failure) when (failure is StorageException or CorruptFileException)
        {
            CompactionFailure = failure;
        }
    }

    /// <summary>Writes what is live to a new file that takes the place of this one.</summary>
    private void Compact()
    {
        _mustReopen = true;
        using (GenerationWriter writer = _file.BeginRewrite())
        {
            new DatabaseReader(_file).CopyTo(writer);
            writer.Commit(_file.FirstLogSequence);
        }

        Replace(OpenAgain());
    }

    /// <summary>Looks keys up in another file with the same ones; the old one is closed when nobody needs it.</summary>
    private void Replace(DatabaseFile file)
    {
        using (_session.BeginTransaction(KeyspaceStore.AllShards)) store.ReplaceFile(file);
        _replaced.Add(_file);
        _file = file;
        _mustReopen = false;
    }

    private DatabaseFile OpenAgain() => OpenAgain(_file.Path);

    /// <summary>Opens what was put under a path, unless it is another database or an older state of this one.</summary>
    private DatabaseFile OpenAgain(string path)
    {
        var reopened = DatabaseFile.Open(files, path);
        long generation = _file.Generation + (_file.IsReplaced ? 1 : 0);
        if (reopened.Id == _file.Id && reopened.Generation >= generation) return reopened;
        reopened.Dispose();
        throw new StorageException(path, null, "was replaced by another database while in use");
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
