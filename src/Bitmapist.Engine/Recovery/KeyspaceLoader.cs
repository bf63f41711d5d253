using Bitmapist.Engine.Bits;
using Bitmapist.Engine.Keyspace;
using Bitmapist.Engine.Stored;
using Bitmapist.Storage.Files;
using Bitmapist.Storage.Log;
using Bitmapist.Storage.Snapshots;

namespace Bitmapist.Engine.Recovery;

/// <summary>
/// Puts a database file beneath an empty keyspace, whose keys are then read as they are asked for, and replays the log
/// behind it.
/// </summary>
internal static class KeyspaceLoader
{
    /// <exception cref="CorruptFileException">Something read does not match its checksum, or makes no
    /// sense.</exception>
    public static LogRecoveryResult Load(KeyspaceStore store, IFileSystem files, DatabaseFile file)
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
            return Replay(store, files, file);
        }
        catch (DiskReadException failure)
        {
            throw ReasonOf(failure, file);
        }
    }

    private static LogRecoveryResult Replay(KeyspaceStore store, IFileSystem files, DatabaseFile file)
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
