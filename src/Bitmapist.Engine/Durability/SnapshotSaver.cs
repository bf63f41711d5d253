using Bitmapist.Engine.Bits;
using Bitmapist.Engine.Keyspace;
using Bitmapist.Storage.Files;
using Bitmapist.Storage.Log;
using Bitmapist.Storage.Snapshots;

namespace Bitmapist.Engine.Durability;

/// <summary>Writes snapshots into the database file. One at a time; the caller sees to that.</summary>
internal sealed class SnapshotSaver(KeyspaceStore store, IFileSystem files, DatabaseFile file, LogWriter log)
    : IDisposable
{
    // Below this a compaction is not worth its fsyncs, whatever the share of garbage.
    private const long CompactMinBytes = 1024 * 1024;

    private readonly Session _session = new(store);
    private readonly KeyWriter _keys = new();
    private readonly List<CapturedKey> _batch = [];
    private volatile DatabaseFile _file = file;
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

    /// <summary>The file as of the last save: every change up to then.</summary>
    public DatabaseFile File => _file;

    /// <summary>
    /// Moves what changed since the last save into the database file and drops the log before it. Then writes the file
    /// anew when garbage passes half of it.
    /// </summary>
    /// <exception cref="StorageException">Nothing is lost: the log still has what was to be saved.</exception>
    public void Save()
    {
        if (_mustReopen) Reopen();
        (SnapshotCapture? capture, long firstSequence, long changes) = Cut();
        if (capture is not null)
        {
            Write(capture, firstSequence);
            SavedChanges = changes;
            _savedPosition = capture.CutPosition;
            log.DeleteSegmentsBefore(firstSequence);
        }

        CompactionFailure = null;
        if (_file.FileBytes > Math.Max(2 * _file.LiveBytes, CompactMinBytes)) TryCompact();
        Volatile.Write(ref _databaseBytes, _file.FileBytes);
        Volatile.Write(ref _databaseLiveBytes, _file.LiveBytes);
    }

    public void Dispose()
    {
        _file.Dispose();
        _session.Dispose();
    }

    /// <summary>Under all shards: what a save must write, and where the log goes on without it.</summary>
    private (SnapshotCapture? Capture, long FirstSequence, long Changes) Cut()
    {
        using TransactionScope scope = _session.BeginTransaction(KeyspaceStore.AllShards);
        // Where changes came to nothing there is still a log to be dropped, or one that cannot go on.
        bool isAnyDirty = store.Names.IsAnyFlushed || store.Shards.Any(shard => !shard.Dirty.IsEmpty);
        if (!isAnyDirty && log.AppendedPosition == _savedPosition && !log.NeedsSnapshot) return default;
        long changes = store.Changes;
        long firstSequence = log.Rotate();
        return (store.BeginCapture(), firstSequence, changes);
    }

    private void Write(SnapshotCapture capture, long firstSequence)
    {
        _mustReopen = true; // whatever fails from here on: a failed fsync spoils the handle, a rename may have happened
        DatabaseFile saved = _file;
        try
        {
            // What is wholly emptied is written anew, instead of a deletion per key.
            bool isAllFlushed = capture.Flushed.Count > 0
                && KeyTotals.Of(_file).Databases.All(counts => capture.Flushed.Contains(counts.Key));
            using (GenerationWriter writer = isAllFlushed ? _file.BeginRewrite() : _file.BeginGeneration())
            {
                if (!isAllFlushed) RemoveUnwanted(capture, _file, writer);
                WriteChanges(capture, writer);
                KeyWriter.PutTotals(writer, capture.Totals);
                WaitForLog(capture);
                writer.Commit(firstSequence);
            }

            if (isAllFlushed) saved = OpenAgain(); // what refers to the old file is read before the next save
        }
        catch
        {
            using TransactionScope abandoning = _session.BeginTransaction(KeyspaceStore.AllShards);
            store.AbandonCapture(capture);
            throw;
        }
        finally
        {
            _batch.Clear(); // these hold frozen values
        }

        using (_session.BeginTransaction(KeyspaceStore.AllShards)) store.CompleteCapture(capture, saved);
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

    /// <summary>Deletes what the file has of emptied databases, and the past of its expiry index.</summary>
    internal static void RemoveUnwanted(SnapshotCapture capture, DatabaseFile file, GenerationWriter writer)
    {
        foreach (int database in capture.Flushed)
        {
            byte[] start = StoredKeys.StartOf(database);
            foreach (StoredEntry entry in file.ReadEntries(start))
            {
                if (!entry.Key.Span.StartsWith(start)) break;
                writer.Delete(entry.Key.Span);
            }
        }

        foreach (StoredEntry item in file.ReadEntries(StoredKeys.ExpiriesStart.ToArray()))
        {
            if (item.Key.Span.SequenceCompareTo(capture.ExpiriesDone) > 0) break;
            writer.Delete(item.Key.Span);
        }
    }

    private void WriteChanges(SnapshotCapture capture, GenerationWriter writer)
    {
        for (int shard = 0; shard < store.Shards.Length; shard++)
        {
            bool isMore = true;
            while (isMore)
            {
                _batch.Clear();
                using (_session.Enter(1UL << shard))
                {
                    if (capture.IsAbandoned) throw store.TakenBack();
                    isMore = capture.CaptureNext(shard, _batch);
                }

                foreach (CapturedKey captured in _batch) _keys.Put(writer, captured, _file);
            }
        }
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
            new DatabaseContents(_file).CopyTo(writer);
            writer.Commit(_file.FirstLogSequence);
        }

        Replace(OpenAgain());
        DatabaseFile.CloseUnused();
    }

    /// <summary>Opens the file that now stands under the name; the old one stays in use when that fails.</summary>
    private void Reopen() => Replace(OpenAgain());

    private void Replace(DatabaseFile file)
    {
        using (_session.BeginTransaction(KeyspaceStore.AllShards)) store.ReplaceFile(file);
        _file = file;
        _mustReopen = false;
        HotSet.Forsake(_session, file);
    }

    private DatabaseFile OpenAgain()
    {
        if (!files.Exists(_file.Path)) throw new StorageException(_file.Path, null, "was removed while in use");
        DatabaseFile reopened = DatabaseFile.OpenOrCreate(files, _file.Path);
        if (reopened.Id == _file.Id) return reopened;
        reopened.Dispose();
        throw new StorageException(_file.Path, null, "was replaced by another database while in use");
    }
}
