using Bitmapist.Engine.Keyspace;
using Bitmapist.Storage.Files;
using Bitmapist.Storage.Log;
using Bitmapist.Storage.Snapshots;

namespace Bitmapist.Engine.Durability;

/// <summary>Fills an empty keyspace from a database file and the log behind it.</summary>
internal static class KeyspaceLoader
{
    /// <exception cref="CorruptFileException">Something read does not prove itself, or makes no sense.</exception>
    public static LogRecoveryResult Load(KeyspaceStore store, IFileSystem files, DatabaseFile file)
    {
        using var session = new Session(store);
        using TransactionScope replaying = session.BeginReplay();
        foreach (StoredEntry stored in file.ReadEntries().TakeWhile(entry => StoredKeys.IsOfKeyspace(entry.Key.Span)))
            LoadOne(session, file, stored);
        store.MarkSaved();

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

    private static void LoadOne(Session session, DatabaseFile file, in StoredEntry stored)
    {
        try
        {
            int database = StoredKeys.Read(stored.Key.Span, out ReadOnlySpan<byte> name);
            if (database >= session.Store.Databases)
            {
                throw new InvalidDataException(
                    $"it has keys in database {database}: -databases must be more than {session.Store.Databases}");
            }

            ValueCodec.ReadMetadata(stored.Metadata.Span, out long lengthBytes, out _, out long expiresAt);
            byte[] value = new byte[stored.ValueBytes];
            file.ReadValue(stored, value);
            session.Database = database;
            StringVerbs.PutHeld(session, new KeyRef(name), ValueCodec.Read(lengthBytes, value), expiresAt);
        }
        catch (InvalidDataException malformed)
        {
            throw new CorruptFileException(FileDefect.Damaged, file.Path, stored.ValueOffset, malformed.Message);
        }
    }
}
