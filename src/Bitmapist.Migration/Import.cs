using Bitmapist.Engine.Rdb;
using Bitmapist.Engine.Stored;
using Bitmapist.Migration.Aof;
using Bitmapist.Migration.GoServer;
using Bitmapist.Migration.Rdb;
using Bitmapist.Migration.Transfer;
using Bitmapist.Storage.Files;
using Bitmapist.Storage.Log;
using Bitmapist.Storage.Snapshots;

namespace Bitmapist.Migration;

/// <summary>
/// Moving in: makes a database from a file of the Go server, of Redis, or of this server. The database appears whole or
/// not at all, so an interrupted import is repeated by running it again.
/// </summary>
public static class Import
{
    private const string UnfinishedSuffix = ".importing";

    /// <summary>Reads all of the source into a database that does not exist yet, or has no keys.</summary>
    /// <param name="files">The disk.</param>
    /// <param name="source">The file to read; what it is, its first bytes say. Or the directory of Redis's append-only
    /// files. It keeps its keys; one of another server stays as it is, and of this one's a start is made, which cuts
    /// off a torn end of file and log.</param>
    /// <param name="target">The database to make.</param>
    /// <param name="time">The clock that says what has expired.</param>
    /// <param name="progress">Told now and then how far it has come.</param>
    /// <exception cref="MigrationException">The source is no such file or in use, or the target has keys.</exception>
    /// <exception cref="DatabaseLockedException">A server has the target, or the source, open.</exception>
    /// <exception cref="CorruptFileException">The source is damaged; there is no target then.</exception>
    /// <exception cref="StorageException">The source cannot be read or the target not written.</exception>
    public static ImportReport Run(
        IFileSystem files,
        string source,
        string target,
        TimeProvider time,
        IProgress<MigrationProgress>? progress = null)
    {
        ArgumentNullException.ThrowIfNull(files);
        ArgumentNullException.ThrowIfNull(time);
        long started = time.GetTimestamp();
        if (Path.GetFullPath(source) == Path.GetFullPath(target))
            throw new MigrationException($"{source} cannot be imported into itself: choose another -db");
        string path = AofParts.ManifestIn(files, source) ?? source;
        FileFormat format = Recognise(files, path);
        var report = new ImportReport(source, format);
        using var held = DatabaseLock.Take(files, target);
        RequireWithoutKeys(files, target);
        string unfinished = target + UnfinishedSuffix;
        files.Delete(unfinished);
        long nowUnixMs = time.GetUtcNow().ToUnixTimeMilliseconds();
        try
        {
            ReadInto(files, path, unfinished, report, time, nowUnixMs, progress);
            DeleteLog(files, target);
            files.Rename(unfinished, target);
            files.SyncDirectory(Reading.DirectoryOf(target));
        }
        catch
        {
            NewDatabase.DeleteQuietly(files, unfinished);
            throw;
        }

        report.Elapsed = time.GetElapsedTime(started);
        return report;
    }

    /// <summary>
    /// Deletes the log of a database without keys, which has no records that could be missed. The newest segment goes
    /// first: what a kill leaves begins where the database says, without a gap, and opens. All of it is gone for good
    /// before a database that the segments do not belong to is in the place.
    /// </summary>
    private static void DeleteLog(IFileSystem files, string database)
    {
        IReadOnlyList<string> segments = NewDatabase.LogSegments(files, database);
        foreach (string segment in segments.Reverse()) files.Delete(segment);
        if (segments.Count > 0) files.SyncDirectory(Reading.DirectoryOf(database));
    }

    private static void ReadInto(
        IFileSystem files,
        string source,
        string unfinished,
        ImportReport report,
        TimeProvider time,
        long nowUnixMs,
        IProgress<MigrationProgress>? progress)
    {
        switch (report.Format)
        {
            case FileFormat.GoServer:
                using (BoltFile bolt = BoltFile.Open(files, source))
                    NewDatabase.Fill(files, unfinished, new GoServerSource(bolt), report, nowUnixMs, progress);
                return;
            case FileFormat.Rdb:
                using (IFile dump = Reading.Open(files, source))
                {
                    var rdb = new RdbSource(new SourceInput(dump), RdbEnding.Dump);
                    NewDatabase.Fill(files, unfinished, rdb, report, nowUnixMs, progress);
                }

                return;
            case FileFormat.AppendOnlyFile:
                Replay([new AofPart(source, IsLast: true)]);
                return;
            case FileFormat.AppendOnlyManifest:
                Replay(AofParts.Of(files, source));
                return;
            case FileFormat.Own:
                using (ClosedDatabase database = ClosedDatabase.Open(files, source, unfinished + ".source", time))
                    NewDatabase.Fill(files, unfinished, database, report, nowUnixMs, progress);
                return;
            default:
                throw new MigrationException(report.Format == FileFormat.Empty
                    ? $"{source} is empty"
                    : $"{source} is neither a database of the Go server, nor a Redis dump or append-only file, nor a "
                        + $"database of this server: it begins with {Beginning(files, source)}");
        }

        void Replay(IReadOnlyList<AofPart> parts) => NewDatabase.Fill(files, unfinished,
            new AofSource(files, parts, unfinished + ".replay", nowUnixMs, progress), report, nowUnixMs, progress);
    }

    /// <summary>
    /// What a file is. One that begins with an RDB file and says that commands may follow is an append-only file; a
    /// part of several is refused.
    /// </summary>
    private static FileFormat Recognise(IFileSystem files, string path)
    {
        using IFile file = Reading.Open(files, path);
        FileFormat format = FormatRecognition.Recognise(file);
        if (format is not (FileFormat.Rdb or FileFormat.AppendOnlyFile)) return format;
        RdbAux aux = format == FileFormat.Rdb ? RdbAux.Read(file) : default;
        if (format == FileFormat.AppendOnlyFile || aux.IsAppendOnlyBase)
            AofParts.RefusePart(files, path, aux.IsAppendOnlyBase);
        return aux.IsAppendOnlyPreamble ? FileFormat.AppendOnlyFile : format;
    }

    private static string Beginning(IFileSystem files, string path)
    {
        using IFile file = Reading.Open(files, path);
        Span<byte> start = stackalloc byte[RdbHeader.Bytes];
        return Reading.Shown(start[..file.Read(0, start)]);
    }

    private static void RequireWithoutKeys(IFileSystem files, string target)
    {
        FileFormat format = files.Exists(target) ? FormatRecognition.Recognise(files, target) : FileFormat.Empty;
        if (format is not (FileFormat.Own or FileFormat.Empty))
            throw new MigrationException($"{target} exists and is no database of this server: choose another -db");
        if (format == FileFormat.Empty)
        {
            if (NewDatabase.LogSegments(files, target) is [var segment, ..])
                throw new MigrationException($"{segment} is the log of a database that is not there: move it away");
            return;
        }

        using var file = DatabaseFile.Open(files, target);
        bool hasKeys = new DatabaseReader(file).Keys().Any();
        if (!hasKeys)
        {
            LogRecoveryResult log = LogRecovery.Recover(
                files, target, file.Id, file.FirstLogSequence, static (in LogRecord _) => { });
            hasKeys = log.Records > 0;
        }

        if (hasKeys) throw new MigrationException($"{target} has keys already: choose another -db, or move it away");
    }
}
