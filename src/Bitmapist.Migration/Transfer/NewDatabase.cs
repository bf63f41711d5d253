using Bitmapist.Engine.Stored;
using Bitmapist.Storage.Files;
using Bitmapist.Storage.Log;
using Bitmapist.Storage.Snapshots;

namespace Bitmapist.Migration.Transfer;

/// <summary>Fills a new database file from a source and reads it back before it counts.</summary>
internal static class NewDatabase
{
    /// <summary>
    /// Writes every key of the source to a database at a path, whole and durable when this returns; after a failure or
    /// a crash nothing is there, or a file that the next attempt replaces.
    /// </summary>
    /// <exception cref="CorruptFileException">The source is damaged.</exception>
    /// <exception cref="StorageException">The source cannot be read or the file not written.</exception>
    public static void Fill(
        IFileSystem files,
        string path,
        IMigrationSource source,
        ImportReport report,
        long nowUnixMs,
        IProgress<MigrationProgress>? progress)
    {
        using (DatabaseBuilder builder = DatabaseBuilder.Create(files, path))
        {
            source.ReadInto(new KeySink(builder, report, nowUnixMs, progress));
            builder.Commit();
            report.WrittenBytes = builder.WrittenBytes;
        }

        using var written = DatabaseFile.Open(files, path);
        long keys = new DatabaseReader(written).Keys().LongCount();
        if (keys == report.Keys) return;
        throw new CorruptFileException(FileDefect.Damaged, report.Source, 0,
            $"it has {report.Keys} keys, but only {keys} different ones: a key is in it twice");
    }

    /// <summary>Segments of a log beside a database, oldest first; names that only look alike are left out.</summary>
    public static IReadOnlyList<string> LogSegments(IFileSystem files, string database) =>
        [.. SegmentName.List(files, database).Select(segment => segment.Path)];

    /// <summary>Removes what a failure left, if that can be done; the failure is what matters.</summary>
    public static void DeleteQuietly(IFileSystem files, string path)
    {
        try
        {
            files.Delete(path);
        }
        catch (StorageException)
        {
            // The next attempt begins by deleting it.
        }
    }
}
