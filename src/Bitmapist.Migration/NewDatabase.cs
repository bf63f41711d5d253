using Bitmapist.Engine.Durability;
using Bitmapist.Storage.Files;
using Bitmapist.Storage.Snapshots;

namespace Bitmapist.Migration;

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
        IKeySource source,
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
        long keys = new DatabaseContents(written).Keys().LongCount();
        if (keys == report.Keys) return;
        throw new CorruptFileException(FileDefect.Damaged, report.Source, 0,
            $"it has {report.Keys} keys, but only {keys} different ones: a key stands in it twice");
    }
}
