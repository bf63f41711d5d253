using Bitmapist.Engine.Stored;
using Bitmapist.Migration.GoServer;
using Bitmapist.Migration.Transfer;
using Bitmapist.Storage.Files;

namespace Bitmapist.Migration;

/// <summary>
/// Takes over a database of the Go server in place: the server starts on the same path, and the old file stays beside
/// it.
/// <para>
/// The order of steps is what makes a kill or a power cut at any moment harmless. (1) The new database is written to
/// <c>.converting</c>, synced. (2) The old file is renamed to <c>.go-server</c>, and the directory synced. (3) The new
/// one is renamed to the path, and the directory synced. Until (2) the path holds the old file, and the next start
/// begins again; between (2) and (3) nothing is under the path, <c>.go-server</c> and <c>.converting</c> are both
/// whole, and the next start does (3). The directory is synced between them, so no crash undoes (2) and keeps (3).
/// </para>
/// </summary>
public static class GoServerConversion
{
    /// <summary>What the old file's name gets.</summary>
    public const string KeptSuffix = ".go-server";

    private const string UnfinishedSuffix = ".converting";

    /// <summary>
    /// Whether there is anything to do under a path: a file of the Go server, or the middle of a conversion.
    /// </summary>
    /// <exception cref="StorageException">It cannot be read.</exception>
    public static bool IsNeeded(IFileSystem files, string path)
    {
        ArgumentNullException.ThrowIfNull(files);
        if (!files.Exists(path)) return IsHalfDone(files, path);
        using IFile file = Reading.Open(files, path);
        return FormatRecognition.Recognise(file) == FileFormat.GoServer;
    }

    /// <summary>Converts, or finishes an interrupted conversion.</summary>
    /// <returns>What came over; null when all but the last step had been done before.</returns>
    /// <exception cref="MigrationException">The file is in use, or names it needs are taken.</exception>
    /// <exception cref="DatabaseLockedException">Another server is at it.</exception>
    /// <exception cref="CorruptFileException">The file is damaged; it stays where it is.</exception>
    /// <exception cref="StorageException">It cannot be read or the new one not written.</exception>
    public static ImportReport? Run(
        IFileSystem files, string path, TimeProvider time, IProgress<MigrationProgress>? progress = null)
    {
        ArgumentNullException.ThrowIfNull(files);
        ArgumentNullException.ThrowIfNull(time);
        using var held = DatabaseLock.Take(files, path);
        if (IsHalfDone(files, path))
        {
            PutInPlace(files, path);
            return null;
        }

        long started = time.GetTimestamp();
        string kept = path + KeptSuffix;
        using BoltFile bolt = BoltFile.Open(files, path); // until the end, so that no Go server starts on it meanwhile
        if (files.Exists(kept))
            throw new MigrationException($"{path} is to be kept as {kept}, which exists already: move that away");
        if (NewDatabase.LogSegments(files, path) is [var segment, ..])
            throw new MigrationException($"{segment} is the log of another database: move it away");

        string unfinished = path + UnfinishedSuffix;
        files.Delete(unfinished); // what the Go server wrote since it was made is not in it
        var report = new ImportReport(path, FileFormat.GoServer);
        long nowUnixMs = time.GetUtcNow().ToUnixTimeMilliseconds();
        try
        {
            // What is filled takes over the permissions of what it replaces.
            files.Open(unfinished, FileOpen.CreateNew).Dispose();
            files.CopyPermissions(path, unfinished);
            NewDatabase.Fill(files, unfinished, new GoServerSource(bolt), report, nowUnixMs, progress);
        }
        catch
        {
            NewDatabase.DeleteQuietly(files, unfinished);
            throw;
        }

        files.Rename(path, kept);
        files.SyncDirectory(Reading.DirectoryOf(path));
        PutInPlace(files, path);
        report.Elapsed = time.GetElapsedTime(started);
        return report;
    }

    private static void PutInPlace(IFileSystem files, string path)
    {
        files.SyncDirectory(Reading.DirectoryOf(path)); // the step before this one may not have come to it
        files.Rename(path + UnfinishedSuffix, path);
        files.SyncDirectory(Reading.DirectoryOf(path));
    }

    private static bool IsHalfDone(IFileSystem files, string path) =>
        !files.Exists(path) && files.Exists(path + UnfinishedSuffix) && files.Exists(path + KeptSuffix);
}
