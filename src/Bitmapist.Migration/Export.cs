using Bitmapist.Engine.Bits;
using Bitmapist.Engine.Stored;
using Bitmapist.Migration.Rdb;
using Bitmapist.Storage.Files;

namespace Bitmapist.Migration;

/// <summary>
/// Moving out: writes every key of a database that no server has open to an RDB file, which appears whole or not at
/// all.
/// </summary>
public static class Export
{
    private const string UnfinishedSuffix = ".exporting";

    /// <summary>Writes the file; an RDB file of that name is replaced, any other refused.</summary>
    /// <param name="files">The disk.</param>
    /// <param name="database">The database, or a backup of one.</param>
    /// <param name="target">The RDB file to write.</param>
    /// <param name="time">The clock that says what has expired.</param>
    /// <param name="progress">Told now and then how far it has come.</param>
    /// <exception cref="MigrationException">There is no such database, or something else under the target's
    /// name.</exception>
    /// <exception cref="DatabaseLockedException">A server has the database open.</exception>
    /// <exception cref="CorruptFileException">The database is damaged; there is no target then.</exception>
    /// <exception cref="StorageException">The database cannot be read or the target not written.</exception>
    public static ExportReport Run(
        IFileSystem files,
        string database,
        string target,
        TimeProvider time,
        IProgress<MigrationProgress>? progress = null)
    {
        ArgumentNullException.ThrowIfNull(files);
        ArgumentNullException.ThrowIfNull(time);
        long started = time.GetTimestamp();
        RequireReplaceable(files, target);
        string unfinished = target + UnfinishedSuffix;
        using ClosedDatabase source = ClosedDatabase.Open(files, database, unfinished + ".source", time);
        files.Delete(unfinished);
        long nowUnixMs = time.GetUtcNow().ToUnixTimeMilliseconds();
        ExportReport report;
        try
        {
            using (IFile file = files.Open(unfinished, FileOpen.CreateNew))
                report = Write(source.Contents, new RdbOutput(file), target, nowUnixMs, progress);
            files.Rename(unfinished, target);
            files.SyncDirectory(Import.DirectoryOf(target));
        }
        catch
        {
            Import.DeleteQuietly(files, unfinished);
            throw;
        }

        return report with { TornBytes = source.TornBytes, Elapsed = time.GetElapsedTime(started) };
    }

    private static ExportReport Write(
        DatabaseReader contents,
        RdbOutput output,
        string target,
        long nowUnixMs,
        IProgress<MigrationProgress>? progress)
    {
        SortedDictionary<int, (long Keys, long Expiries)> counts = Count(contents, nowUnixMs, out long expired);
        long total = counts.Values.Sum(count => count.Keys);
        var writer = new RdbWriter(output, nowUnixMs / 1000);
        long keys = 0, bits = 0, stringBytes = 0;
        int current = -1;
        foreach (StoredString key in contents.Keys())
        {
            if (IsExpired(key, nowUnixMs)) continue;
            if (key.Database != current)
            {
                current = key.Database;
                writer.BeginDatabase(current, counts[current].Keys, counts[current].Expiries);
            }

            StringValue value = contents.Read(key);
            writer.Put(key.Name.Span, value, key.ExpiresAtUnixMs);
            bits += value.Bits.Cardinality;
            stringBytes += value.LengthBytes;
            if (++keys % Limits.KeysPerProgress == 0) progress?.Report(new MigrationProgress(keys, keys, total));
        }

        writer.Finish();
        return new ExportReport(
            target, keys, bits, stringBytes, counts.Values.Sum(count => count.Expiries), expired,
            current < 0 ? 1 : current + 1, output.Position, 0, TimeSpan.Zero);
    }

    /// <summary>Redis makes room for a database's keys before they come, so they are counted first: O(index).</summary>
    private static SortedDictionary<int, (long Keys, long Expiries)> Count(
        DatabaseReader contents, long nowUnixMs, out long expired)
    {
        var counts = new SortedDictionary<int, (long Keys, long Expiries)>();
        expired = 0;
        foreach (StoredString key in contents.Keys())
        {
            if (IsExpired(key, nowUnixMs))
            {
                expired++;
                continue;
            }

            (long keys, long expiries) = counts.GetValueOrDefault(key.Database);
            counts[key.Database] = (keys + 1, key.ExpiresAtUnixMs == 0 ? expiries : expiries + 1);
        }

        return counts;
    }

    private static bool IsExpired(in StoredString key, long nowUnixMs) =>
        key.ExpiresAtUnixMs != 0 && key.ExpiresAtUnixMs <= nowUnixMs;

    private static void RequireReplaceable(IFileSystem files, string target)
    {
        if (!files.Exists(target)) return;
        FileFormat format = FormatRecognition.Recognise(files, target);
        if (format is not (FileFormat.Rdb or FileFormat.Empty))
            throw new MigrationException($"{target} exists and is no RDB file: it is not overwritten");
    }
}
