using Bitmapist.Engine.Bits;
using Bitmapist.Engine.Keyspace;
using Bitmapist.Engine.Stored;
using Bitmapist.Storage.Files;
using Bitmapist.Storage.Log;
using Bitmapist.Storage.Snapshots;

namespace Bitmapist.Engine.Recovery;

/// <summary>
/// A database file beneath a keyspace, its log replayed and a new segment begun. What is refused is left as it was: a
/// database that was made for this start is gone again.
/// </summary>
internal sealed record OpenedDatabase(DatabaseFile File, LogWriter Log)
{
    /// <param name="store">The empty keyspace.</param>
    /// <param name="files">The disk.</param>
    /// <param name="path">The database file; its log is beside it.</param>
    /// <param name="fsync">When the log is synced.</param>
    /// <param name="time">The clock.</param>
    /// <param name="tornTail">Told path, offset and length of what a crash left unfinished.</param>
    /// <param name="replaying">Told, once a second, the bytes of the log that are replayed, and all of them.</param>
    /// <exception cref="CorruptFileException">It is foreign, newer or damaged.</exception>
    /// <exception cref="StorageException">It cannot be read or written.</exception>
    public static OpenedDatabase Open(
        KeyspaceStore store,
        IFileSystem files,
        string path,
        FsyncPolicy fsync,
        TimeProvider time,
        Action<string, long, long> tornTail,
        Action<long, long> replaying)
    {
        bool isNew = DatabaseFile.IsMissing(files, path, out bool isEmpty);
        if (isNew && SegmentName.List(files, path) is [var orphan, ..])
        {
            throw new CorruptFileException(FileDefect.OtherDatabase, orphan.Path, 0,
                $"it is the log of a database that is not there: put {path} back, or move the log away");
        }

        DatabaseFile file = DatabaseFile.OpenOrCreate(files, path);
        string? segment = null;
        try
        {
            if (file.TornBytes > 0) tornTail(path, file.FileBytes - file.TornBytes, file.TornBytes);
            LogRecoveryResult recovered = KeyspaceLoader.Load(
                store, files, file, new ReplayProgress(files, path, file.FirstLogSequence, time, replaying));
            if (recovered.TornPath is { } torn) tornTail(torn, recovered.TornOffset, recovered.TornBytes);
            segment = SegmentName.For(path, recovered.NextSequence);
            var log = LogWriter.Open(files, path, file.Id, recovered.NextSequence, fsync, time);
            segment = null;
            file.DeleteUnfinished();
            return new OpenedDatabase(file, log);
        }
        catch
        {
            file.Dispose();
            if (segment is not null) DeleteQuietly(files, segment);
            if (isNew && !isEmpty) DeleteQuietly(files, path);
            throw;
        }
    }

    private static void DeleteQuietly(IFileSystem files, string path)
    {
        try
        {
            files.Delete(path);
        }
        catch (StorageException)
        {
            // Why the start is refused matters more; what stays is empty.
        }
    }
}

/// <summary>
/// Puts a database file beneath an empty keyspace, whose keys are then read as they are asked for, and replays the log
/// behind it.
/// </summary>
internal static class KeyspaceLoader
{
    /// <exception cref="CorruptFileException">Something read does not match its checksum, or makes no
    /// sense.</exception>
    public static LogRecoveryResult Load(
        KeyspaceStore store, IFileSystem files, DatabaseFile file, ReplayProgress progress)
    {
        var totals = KeyTotals.Of(file);
        foreach ((int database, _) in totals.Databases)
        {
            if (database >= store.Databases)
            {
                throw new CorruptFileException(FileDefect.Damaged, file.Path, 0,
                    $"it has keys in database {database}: -databases must be more than {store.Databases}");
            }
        }

        store.Attach(file, totals);
        try
        {
            return Replay(store, files, file, progress);
        }
        catch (DiskReadException failure)
        {
            throw ReasonOf(failure, file);
        }
    }

    private static LogRecoveryResult Replay(
        KeyspaceStore store, IFileSystem files, DatabaseFile file, ReplayProgress progress)
    {
        using var session = new Session(store);
        using TransactionScope replaying = session.BeginReplay();
        var replay = new EffectReplay(session);
        LogRecoveryResult recovered = LogRecovery.Recover(
            files, file.Path, file.Id, file.FirstLogSequence, (in LogRecord record) =>
            {
                try
                {
                    replay.Apply(record.Payload);
                    progress.Replayed(record);
                }
                catch (InvalidDataException malformed)
                {
                    throw new CorruptFileException(FileDefect.Damaged, record.Path, record.Offset, malformed.Message);
                }
            });
        replay.ComputeUnfinished();
        return recovered;
    }

    private static Exception ReasonOf(DiskReadException failure, DatabaseFile file) =>
        failure.InnerException is CorruptFileException or StorageException
            ? failure.InnerException
            : new CorruptFileException(FileDefect.Damaged, file.Path, 0, failure.Message);
}
