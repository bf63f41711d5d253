using System.Runtime.ExceptionServices;
using Bitmapist.Engine.Bits;
using Bitmapist.Engine.Rdb;
using Bitmapist.Engine.Saving;
using Bitmapist.Engine.Stored;
using Bitmapist.Engine.Verbs;
using Bitmapist.Migration.Rdb;
using Bitmapist.Migration.Transfer;
using Bitmapist.Storage.Files;
using Bitmapist.Storage.Snapshots;

namespace Bitmapist.Migration.Aof;

/// <summary>
/// The keys that append-only files of Redis leave when they are replayed: an RDB file at the beginning, if there is
/// one, then commands. They are replayed into a database beside the target (<see cref="ReplayKeyspace"/>), which is
/// then read through.
/// </summary>
/// <param name="files">The disk.</param>
/// <param name="parts">The files, in order.</param>
/// <param name="replayPath">Where the database to replay into may be; nothing is left there.</param>
/// <param name="nowUnixMs">The instant that the files' relative times count from.</param>
/// <param name="progress">Told how far the replay has come.</param>
internal sealed class AofSource(
    IFileSystem files,
    IReadOnlyList<AofPart> parts,
    string replayPath,
    long nowUnixMs,
    IProgress<MigrationProgress>? progress) : IMigrationSource
{
    private const int CommandsPerProgress = 64 * 1024;

    public void ReadInto(KeySink sink)
    {
        DeleteDatabase();
        try
        {
            DatabaseMap databases = Replay(sink.Report);
            CopyTo(sink, databases.Inverted());
        }
        catch (DiskReadException failure) when (failure.InnerException is StorageException or CorruptFileException)
        {
            throw failure.InnerException;
        }
        finally
        {
            DeleteDatabase();
        }
    }

    private DatabaseMap Replay(ImportReport report)
    {
        (long start, int databases) = ReadDump(report);
        using var keyspace = ReplayKeyspace.Open(files, replayPath, databases);
        var replay = new AofReplay(
            keyspace, nowUnixMs, type => report.CountSkipped($"commands on type {type}"));
        foreach (AofPart part in parts)
        {
            using IFile file = Reading.Open(files, part.Path);
            replay.Select(0);
            Replay(part, new SourceInput(file, start, file.Length), replay, keyspace, report);
            start = 0;
        }

        report.Commands = replay.Commands;
        keyspace.Save();
        return replay.Databases;
    }

    /// <summary>Makes a database of the RDB file that the first file begins with, if it does.</summary>
    /// <returns>The offset behind it, and how many databases its keys need.</returns>
    private (long End, int Databases) ReadDump(ImportReport report)
    {
        using IFile first = Reading.Open(files, parts[0].Path);
        Span<byte> start = stackalloc byte[RdbHeader.Bytes];
        if (!RdbHeader.TryRead(start[..first.Read(0, start)], out _)) return default;
        // Nothing counts as expired: a command that follows may give a key more time.
        var dump = new ImportReport(first.Path, FileFormat.Rdb);
        var input = new SourceInput(first);
        var source = new RdbSource(input, RdbEnding.AppendOnlyFile);
        NewDatabase.Fill(files, replayPath, source, dump, nowUnixMs: 0, progress);
        foreach ((string reason, long count) in dump.Skipped)
        {
            if (reason is KeySink.NameTooLong or KeySink.StringTooLong)
            {
                throw new MigrationException($"{first.Path} has {count} keys that cannot be taken over ({reason}), and "
                    + "commands on them may follow: delete them in Redis, or import a dump, which leaves them out");
            }

            report.CountSkipped(reason, count);
        }

        return (input.Position, dump.Databases);
    }

    private void Replay(
        AofPart part, SourceInput input, AofReplay replay, ReplayKeyspace keyspace, ImportReport report)
    {
        var reader = new AofReader(input);
        while (true)
        {
            long start = input.Position;
            AofOutcome outcome = reader.Read();
            if (outcome == AofOutcome.End) return;
            // Of a transaction nothing is applied unless all of it is there.
            if (outcome == AofOutcome.Command && reader.Command.Name == "MULTI" && !reader.IsTransactionWhole())
                outcome = AofOutcome.CutShort;
            if (outcome == AofOutcome.CutShort)
            {
                TakeCut(part, input, start, report);
                return;
            }

            replay.Apply(reader.Command);
            input.Seek(reader.Command.End);
            keyspace.Commit(reader.Command.TotalBytes);
            if (replay.Commands % CommandsPerProgress == 0)
                progress?.Report(new MigrationProgress(keyspace.Session.CountKeys(), input.Position, input.End));
        }
    }

    /// <summary>As Redis does by default (aof-load-truncated), if this is the last file.</summary>
    private static void TakeCut(AofPart part, SourceInput input, long start, ImportReport report)
    {
        if (!part.IsLast) throw input.CorruptAt(start, "the file ends inside a command, and another follows it");
        report.Warn($"{part.Path} ends inside a command or transaction at offset {start}: "
            + $"its last {input.End - start} bytes are left out");
    }

    private void CopyTo(KeySink sink, Dictionary<int, int> databases)
    {
        using DatabaseFile file = DatabaseFile.OpenOrCreate(files, replayPath);
        var contents = new DatabaseReader(file);
        long read = 0;
        foreach (StoredString key in contents.Keys())
        {
            read += key.Stored.ValueBytes;
            if (key.ExpiresAtUnixMs != 0 && key.ExpiresAtUnixMs <= sink.NowUnixMs)
            {
                sink.Skip("expired");
            }
            else
            {
                int number = databases.GetValueOrDefault(key.Database, key.Database);
                sink.Put(number, key.Name.Span, contents.Read(key), key.ExpiresAtUnixMs);
            }

            sink.Advance(read, file.LiveBytes);
        }
    }

    private void DeleteDatabase()
    {
        foreach (string segment in NewDatabase.LogSegments(files, replayPath))
            NewDatabase.DeleteQuietly(files, segment);
        NewDatabase.DeleteQuietly(files, replayPath);
        NewDatabase.DeleteQuietly(files, replayPath + ".lock");
    }
}

/// <summary>Keeps why a save failed, for the thread that replays. Any thread.</summary>
internal sealed class FailedSaves : IPersistenceEvents
{
    private volatile Exception? _failure;

    /// <summary>Throws what a save failed with.</summary>
    public void Throw()
    {
        if (_failure is { } failure) ExceptionDispatchInfo.Throw(failure);
    }

    public void SaveFailed(Exception failure) => _failure = failure;
}
