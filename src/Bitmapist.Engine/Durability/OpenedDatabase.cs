using Bitmapist.Engine.Keyspace;
using Bitmapist.Storage.Files;
using Bitmapist.Storage.Log;
using Bitmapist.Storage.Snapshots;

namespace Bitmapist.Engine.Durability;

/// <summary>
/// A database file beneath a keyspace, its log replayed and a new segment begun. What is refused is left as it was: a
/// database that was made for this start is gone again.
/// </summary>
internal sealed record OpenedDatabase(DatabaseFile File, LogWriter Log)
{
    /// <exception cref="CorruptFileException">It is foreign, newer or damaged.</exception>
    /// <exception cref="StorageException">It cannot be read or written.</exception>
    public static OpenedDatabase Open(
        KeyspaceStore store,
        IFileSystem files,
        PersistenceOptions options,
        TimeProvider time,
        IPersistenceEvents events)
    {
        bool isNew = DatabaseFile.IsMissing(files, options.Path, out bool isEmpty);
        if (isNew && SegmentName.List(files, options.Path) is [var orphan, ..])
        {
            throw new CorruptFileException(FileDefect.OtherDatabase, orphan.Path, 0,
                $"it is the log of a database that is not there: put {options.Path} back, or move the log away");
        }

        DatabaseFile file = DatabaseFile.OpenOrCreate(files, options.Path);
        string? segment = null;
        try
        {
            if (file.TornBytes > 0) events.TornTail(options.Path, file.FileBytes - file.TornBytes, file.TornBytes);
            LogRecoveryResult recovered = KeyspaceLoader.Load(store, files, file);
            if (recovered.TornPath is { } torn) events.TornTail(torn, recovered.TornOffset, recovered.TornBytes);
            segment = SegmentName.For(options.Path, recovered.NextSequence);
            var log = LogWriter.Open(files, options.Path, file.Id, recovered.NextSequence, options.Fsync, time);
            segment = null;
            file.DeleteUnfinished();
            return new OpenedDatabase(file, log);
        }
        catch
        {
            file.Dispose();
            if (segment is not null) DeleteQuietly(files, segment);
            if (isNew && !isEmpty) DeleteQuietly(files, options.Path);
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
