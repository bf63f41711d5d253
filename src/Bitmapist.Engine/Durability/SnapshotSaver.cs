using System.Buffers;
using Bitmapist.Engine.Keyspace;
using Bitmapist.Storage.Files;
using Bitmapist.Storage.Log;
using Bitmapist.Storage.Snapshots;

namespace Bitmapist.Engine.Durability;

/// <summary>Writes snapshots: into the database file, or to a backup. One at a time; the caller sees to that.</summary>
internal sealed class SnapshotSaver(KeyspaceStore store, IFileSystem files, DatabaseFile file, LogWriter log)
    : IDisposable
{
    // Below this a rewrite is not worth its fsyncs, whatever the share of garbage.
    private const long RewriteMinBytes = 1024 * 1024;

    private readonly Session _session = new(store);
    private readonly List<byte> _key = [];
    private readonly List<CapturedKey> _batch = [];
    private const int ValueBytesKept = 1024 * 1024;
    private ArrayBufferWriter<byte> _value = new();
    private DatabaseFile _file = file;
    private bool _mustReopen;
    private long _databaseBytes = file.FileBytes;
    private int _number;
    private int _savedEpoch = store.Epoch - 1;

    /// <summary>The keyspace's count of changes as of the last save.</summary>
    public long SavedChanges { get; private set; }

    /// <summary>Length of the database file after the last save; any thread may ask while one is under way.</summary>
    public long DatabaseBytes => Volatile.Read(ref _databaseBytes);

    /// <summary>
    /// Moves what changed since the last save into the database file and drops the log before it. The file is written
    /// anew when a database was flushed or garbage passes half of it. Does nothing when nothing changed.
    /// </summary>
    /// <exception cref="StorageException">Nothing is lost: the log still has what was to be saved.</exception>
    public void Save()
    {
        if (_mustReopen) Reopen();
        (SnapshotCapture? capture, long firstSequence, long changes) = Cut();
        if (capture is null) return;
        _mustReopen = true; // whatever fails from here on: a failed fsync spoils the handle, a rename may have happened
        try
        {
            if (capture.Scope == SnapshotScope.Everything) Rewrite(capture, firstSequence);
            else Append(capture, firstSequence);
        }
        catch
        {
            End(capture, giveBack: true);
            throw;
        }

        End(capture, giveBack: false);
        if (capture.Scope == SnapshotScope.Everything) Reopen(); // the object still reads the file that was replaced
        _mustReopen = false;
        Volatile.Write(ref _databaseBytes, _file.FileBytes);
        SavedChanges = changes;
        log.DeleteSegmentsBefore(firstSequence);
    }

    /// <summary>Writes every key to a file of its own.</summary>
    public void Backup(string path)
    {
        SnapshotCapture capture;
        using (_session.BeginTransaction(KeyspaceStore.AllShards)) capture = BeginCapture(SnapshotScope.Backup);
        try
        {
            using GenerationWriter writer = DatabaseFile.CreateAt(files, path);
            WriteAll(capture, writer);
            writer.Commit(firstLogSequence: 1);
        }
        finally
        {
            End(capture, giveBack: false);
        }
    }

    public void Dispose()
    {
        _file.Dispose();
        _session.Dispose();
    }

    /// <summary>Under all shards: what a save must write, and where the log goes on without it.</summary>
    private (SnapshotCapture? Capture, long FirstSequence, long Changes) Cut()
    {
        bool isMostlyGarbage = _file.FileBytes > Math.Max(2 * _file.LiveBytes, RewriteMinBytes);
        using TransactionScope scope = _session.BeginTransaction(KeyspaceStore.AllShards);
        bool isFlushed = false, isClean = true;
        foreach (Shard shard in store.Shards)
        {
            isFlushed |= shard.Dirty.IsFlushed;
            isClean &= shard.Dirty.IsEmpty;
        }

        if (isClean) return default;
        SnapshotScope what = isFlushed || isMostlyGarbage ? SnapshotScope.Everything : SnapshotScope.Changes;
        long changes = store.Changes;
        long firstSequence = log.Rotate();
        return (BeginCapture(what), firstSequence, changes);
    }

    private SnapshotCapture BeginCapture(SnapshotScope what) => store.BeginCapture(
        cutEpoch => new SnapshotCapture(store.Shards, what, ++_number, cutEpoch, _savedEpoch));

    private void Append(SnapshotCapture capture, long firstSequence)
    {
        using GenerationWriter writer = _file.BeginGeneration();
        WriteAll(capture, writer);
        writer.Commit(firstSequence);
    }

    private void Rewrite(SnapshotCapture capture, long firstSequence)
    {
        using GenerationWriter writer = _file.BeginRewrite();
        WriteAll(capture, writer);
        writer.Commit(firstSequence);
    }

    /// <summary>Opens the file that now stands under the name; the old one stays in use when that fails.</summary>
    private void Reopen()
    {
        if (!files.Exists(_file.Path)) throw new StorageException(_file.Path, null, "was removed while in use");
        DatabaseFile reopened = DatabaseFile.OpenOrCreate(files, _file.Path);
        if (reopened.Id != _file.Id)
        {
            reopened.Dispose();
            throw new StorageException(_file.Path, null, "was replaced by another database while in use");
        }

        _file.Dispose();
        _file = reopened;
        _mustReopen = false;
    }

    private void WriteAll(SnapshotCapture capture, GenerationWriter writer)
    {
        for (int shard = 0; shard < store.Shards.Length; shard++)
        {
            bool isMore = true;
            while (isMore)
            {
                _batch.Clear();
                using (_session.Enter(1UL << shard)) isMore = capture.CaptureNext(shard, _batch);
                foreach (CapturedKey captured in _batch) Write(writer, captured);
            }
        }
    }

    private void Write(GenerationWriter writer, in CapturedKey captured)
    {
        StoredKeys.Write(captured.Database, captured.Name, _key);
        ReadOnlySpan<byte> key = System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_key);
        if (captured.Value is not { } value)
        {
            writer.Delete(key);
            return;
        }

        Span<byte> metadata = stackalloc byte[ValueCodec.MetadataBytesMax];
        int metadataBytes = ValueCodec.WriteMetadata(
            value.LengthBytes, value.Bits.Cardinality, captured.ExpiresAtUnixMs, metadata);
        _value.ResetWrittenCount();
        value.Bits.Serialize(_value);
        writer.Put(key, metadata[..metadataBytes], _value.WrittenSpan);
    }

    private void End(SnapshotCapture capture, bool giveBack)
    {
        using TransactionScope scope = _session.BeginTransaction(KeyspaceStore.AllShards);
        store.EndCapture();
        _batch.Clear(); // these hold frozen values
        if (_value.Capacity > ValueBytesKept) _value = new ArrayBufferWriter<byte>();
        if (giveBack) capture.GiveBack();
        else if (capture.Scope != SnapshotScope.Backup) _savedEpoch = capture.CutEpoch;
    }
}
