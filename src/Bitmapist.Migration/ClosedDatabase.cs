using Bitmapist.Engine;
using Bitmapist.Engine.Saving;
using Bitmapist.Engine.Stored;
using Bitmapist.Migration.Transfer;
using Bitmapist.Storage.Files;
using Bitmapist.Storage.Log;
using Bitmapist.Storage.Snapshots;

namespace Bitmapist.Migration;

/// <summary>
/// A database that no server has open, with the log behind it, held as a server would hold it. What the log has that
/// the file does not is brought together in a temporary file. The database keeps all keys that it had, but its files
/// need not stay byte for byte: as at a start of a server, a torn end is cut off and a new segment of the log may
/// begin. One thread.
/// </summary>
internal sealed class ClosedDatabase : IMigrationSource, IDisposable
{
    private readonly IFileSystem _files;
    private readonly IDisposable _lock;
    private readonly DatabaseFile _file;
    private readonly string? _temporaryPath;

    private ClosedDatabase(
        IFileSystem files, IDisposable held, DatabaseFile file, string? temporaryPath, long tornBytes)
    {
        _files = files;
        _lock = held;
        _file = file;
        _temporaryPath = temporaryPath;
        TornBytes = tornBytes;
        Contents = new DatabaseReader(file);
    }

    /// <summary>Its keys.</summary>
    public DatabaseReader Contents { get; }

    /// <summary>Bytes of an unfinished write that a crash had left at the end of the log.</summary>
    public long TornBytes { get; }

    /// <summary>Opens a database.</summary>
    /// <param name="files">The disk.</param>
    /// <param name="path">The database.</param>
    /// <param name="temporaryPath">Where file and log may be brought together.</param>
    /// <param name="time">The clock.</param>
    /// <exception cref="MigrationException">It is not there, or no database of this server.</exception>
    /// <exception cref="DatabaseLockedException">A server has it open.</exception>
    /// <exception cref="CorruptFileException">It is damaged.</exception>
    /// <exception cref="StorageException">It cannot be read, or the temporary file cannot be written.</exception>
    public static ClosedDatabase Open(IFileSystem files, string path, string temporaryPath, TimeProvider time)
    {
        if (!files.Exists(path)) throw new MigrationException($"{path}: no such file");
        FileFormat format = FormatRecognition.Recognise(files, path);
        if (format != FileFormat.Own) throw new MigrationException($"{path} {Refusal(format)}");
        var held = DatabaseLock.Take(files, path);
        DatabaseFile? file = null;
        try
        {
            file = DatabaseFile.Open(files, path);
            LogRecoveryResult log = LogRecovery.Recover(
                files, path, file.Id, file.FirstLogSequence, static (in LogRecord _) => { });
            if (log.Records == 0) return new ClosedDatabase(files, held, file, temporaryPath: null, log.TornBytes);
            file.Dispose();
            file = null;
            held.Dispose();
            BringTogether(files, path, temporaryPath, time);
            held = DatabaseLock.Take(files, path);
            file = DatabaseFile.Open(files, temporaryPath);
            return new ClosedDatabase(files, held, file, temporaryPath, log.TornBytes);
        }
        catch
        {
            file?.Dispose();
            NewDatabase.DeleteQuietly(files, temporaryPath);
            held.Dispose();
            throw;
        }
    }

    public void ReadInto(KeySink sink)
    {
        long total = _file.LiveBytes;
        long read = 0;
        foreach (StoredString key in Contents.Keys())
        {
            read += key.Stored.ValueBytes;
            if (key.ExpiresAtUnixMs != 0 && key.ExpiresAtUnixMs <= sink.NowUnixMs) sink.Skip("expired");
            else sink.Put(key.Database, key.Name.Span, Contents.Read(key), key.ExpiresAtUnixMs);
            sink.Advance(read, total);
        }
    }

    public void Dispose()
    {
        _file.Dispose();
        if (_temporaryPath is not null) _files.Delete(_temporaryPath);
        _lock.Dispose();
    }

    /// <summary>Opens the database as a server does, and backs it up instead of saving it.</summary>
    private static void BringTogether(IFileSystem files, string path, string temporaryPath, TimeProvider time)
    {
        var options = new PersistenceOptions(path, EngineLimits.DatabasesMax, FsyncPolicy.No, TimeSpan.Zero);
        PersistentKeyspace keyspace = PersistentKeyspace.Open(files, options, time, new SilentEvents());
        try
        {
            keyspace.BackupAsync(temporaryPath).GetAwaiter().GetResult();
        }
        finally
        {
            keyspace.DisposeAsync().AsTask().GetAwaiter().GetResult();
        }
    }

    private static string Refusal(FileFormat format) => format switch
    {
        FileFormat.Empty => "is empty",
        FileFormat.GoServer => "is a database of the Go server: import it first",
        FileFormat.Rdb => "is a Redis dump already",
        FileFormat.AppendOnlyFile or FileFormat.AppendOnlyManifest =>
            "is an append-only file of Redis: import it first",
        _ => "is not a bitmapist-server database",
    };

    /// <summary>What happens to the database meanwhile is told by how the whole ends.</summary>
    private sealed class SilentEvents : IPersistenceEvents;
}
