using System.Globalization;
using Bitmapist.Engine.Bits;
using Bitmapist.Engine.Stored;
using Bitmapist.Migration.Rdb;
using Bitmapist.Migration.Transfer;
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
            files.SyncDirectory(Reading.DirectoryOf(target));
        }
        catch
        {
            NewDatabase.DeleteQuietly(files, unfinished);
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
            if (++keys % MigrationLimits.KeysPerProgress == 0)
                progress?.Report(new MigrationProgress(keys, keys, total));
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

/// <summary>What moving out wrote.</summary>
/// <param name="Target">The RDB file.</param>
/// <param name="Keys">Keys written.</param>
/// <param name="Bits">Their one-bits.</param>
/// <param name="StringBytes">Bytes of their strings.</param>
/// <param name="Expiries">Keys with an expiry time.</param>
/// <param name="Expired">Keys left out because they had expired.</param>
/// <param name="Databases">Databases the file needs: one more than the highest number.</param>
/// <param name="WrittenBytes">Bytes of the file.</param>
/// <param name="TornBytes">Bytes of an unfinished write at the end of the log, which nobody was promised.</param>
/// <param name="Elapsed">How long it took.</param>
public sealed record ExportReport(
    string Target,
    long Keys,
    long Bits,
    long StringBytes,
    long Expiries,
    long Expired,
    int Databases,
    long WrittenBytes,
    long TornBytes,
    TimeSpan Elapsed)
{
    /// <summary>Writes the report, one fact a line.</summary>
    public void WriteTo(TextWriter output)
    {
        ArgumentNullException.ThrowIfNull(output);
        CultureInfo plain = CultureInfo.InvariantCulture;
        output.WriteLine(string.Create(plain, $"exported to {Target} in {Elapsed.TotalSeconds:F1} s"));
        output.WriteLine(string.Create(plain, $"keys exported: {Keys}"));
        output.WriteLine(string.Create(plain, $"bits set: {Bits}"));
        output.WriteLine(string.Create(plain, $"string bytes: {StringBytes}"));
        output.WriteLine(string.Create(plain, $"file bytes: {WrittenBytes}"));
        output.WriteLine(string.Create(plain, $"expiries kept: {Expiries}"));
        output.WriteLine(string.Create(plain, $"skipped: {Expired}"));
        if (Expired > 0) output.WriteLine(string.Create(plain, $"skipped, expired: {Expired}"));
        if (TornBytes > 0)
            output.WriteLine(string.Create(plain, $"unfinished write at the end of the log: {TornBytes} bytes cut"));
        if (Databases > 16)
            output.WriteLine(string.Create(plain, $"redis-server needs --databases {Databases}"));
    }
}
