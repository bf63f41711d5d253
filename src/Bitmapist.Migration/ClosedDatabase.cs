using Bitmapist.Engine;
using Bitmapist.Engine.Saving;
using Bitmapist.Engine.Stored;
using Bitmapist.Migration.Transfer;
using Bitmapist.Storage.Files;
using Bitmapist.Storage.Log;
using Bitmapist.Storage.Snapshots;

namespace Bitmapist.Migration;

/// <summary>
/// A database that no server has open, with the log behind it, held as a server would hold it. It is only read: what
/// the log has that the file does not is brought together in a copy of both. One thread.
/// </summary>
internal sealed class ClosedDatabase : IMigrationSource, IDisposable
{
    private const int CopyBytes = 1 << 20; // in a read
    private readonly IFileSystem _files;
    private readonly IDisposable? _lock;
    private readonly DatabaseFile _file;
    private readonly string? _temporaryPath;

    private ClosedDatabase(
        IFileSystem files, IDisposable? held, DatabaseFile file, string? temporaryPath, long tornBytes)
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
        IDisposable? held = DatabaseLock.TakeToRead(files, path);
        DatabaseFile? file = null;
        try
        {
            file = DatabaseFile.OpenToRead(files, path);
            LogSurveyResult log = LogSurvey.RequireWhole(files, path, file.Id, file.FirstLogSequence);
            if (log.Records == 0) return new ClosedDatabase(files, held, file, temporaryPath: null, log.TornBytes);
            Copy(files, path, temporaryPath, file.FirstLogSequence);
            file.Dispose();
            file = null;
            BringTogether(files, temporaryPath, time);
            file = DatabaseFile.OpenToRead(files, temporaryPath);
            return new ClosedDatabase(files, held, file, temporaryPath, log.TornBytes);
        }
        catch
        {
            file?.Dispose();
            DeleteCopy(files, temporaryPath);
            held?.Dispose();
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
        if (_temporaryPath is not null) DeleteCopy(_files, _temporaryPath);
        _lock?.Dispose();
    }

    /// <summary>Copies file and log; the log belongs to the file by an id in both, not by its name.</summary>
    private static void Copy(IFileSystem files, string path, string copyPath, long firstSequence)
    {
        DeleteCopy(files, copyPath);
        Copy(files, path, copyPath);
        foreach ((long sequence, string segment) in SegmentName.List(files, path))
            if (sequence >= firstSequence) Copy(files, segment, SegmentName.For(copyPath, sequence));
    }

    private static void Copy(IFileSystem files, string path, string copyPath)
    {
        using IFile from = files.Open(path, FileOpen.ReadExisting);
        using IFile to = files.Open(copyPath, FileOpen.CreateNew);
        byte[] buffer = new byte[CopyBytes];
        for (long offset = 0; from.Read(offset, buffer) is > 0 and var bytes; offset += bytes)
            to.Write(offset, buffer.AsSpan(0, bytes));
    }

    /// <summary>Opens the copy as a server does, and saves.</summary>
    private static void BringTogether(IFileSystem files, string copyPath, TimeProvider time)
    {
        var options = new PersistenceOptions(copyPath, EngineLimits.DatabasesMax, FsyncPolicy.No, TimeSpan.Zero);
        PersistentKeyspace keyspace = PersistentKeyspace.Open(files, options, time, new SilentEvents());
        Exception? failure;
        try
        {
            failure = keyspace.SaveAsync().GetAwaiter().GetResult();
        }
        finally
        {
            keyspace.DisposeAsync().AsTask().GetAwaiter().GetResult();
        }

        if (failure is not null) throw new StorageException(copyPath, null, failure.Message, failure);
    }

    private static void DeleteCopy(IFileSystem files, string copyPath)
    {
        NewDatabase.DeleteQuietly(files, copyPath);
        NewDatabase.DeleteQuietly(files, copyPath + ".lock");
        try
        {
            foreach ((_, string segment) in SegmentName.List(files, copyPath))
                NewDatabase.DeleteQuietly(files, segment);
        }
        catch (StorageException)
        {
            // No such folder, so no copy in it; what failed before says so.
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
