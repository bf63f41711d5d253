using Bitmapist.Engine.Bits;
using Bitmapist.Engine.Effects;
using Bitmapist.Engine.Keyspace;
using Bitmapist.Engine.Stored;
using Bitmapist.Roaring;
using Bitmapist.Storage.Files;
using Bitmapist.Storage.Log;
using Bitmapist.Storage.Snapshots;

namespace Bitmapist.Repair;

/// <summary>
/// Verifies every byte that a start or a later read would rely on: header, trailer, directories, index blocks, values,
/// bitmaps, counts, the expiry index, and the log behind the file. Changes nothing. Bounded memory, but for eight bytes
/// a key that expires. One thread.
/// </summary>
public sealed class DatabaseCheck
{
    private readonly IFileSystem _files;
    private readonly CheckReport _report = new();
    private readonly Action<long, long> _progress;
    private readonly DatabaseSurvey _survey;
    private readonly KeyTotals _counted = new();
    private readonly HashSet<ulong> _expiries = []; // hashes of items that the expiry index must have
    private readonly List<byte> _expiryKey = [];
    private long _valueBytesRead;
    private KeyTotals? _totals;

    private DatabaseCheck(IFileSystem files, DatabaseSurvey survey, Action<long, long> progress)
    {
        _files = files;
        _survey = survey;
        _progress = progress;
    }

    /// <summary>Checks a database or backup that no server has open.</summary>
    /// <param name="files">Where it is.</param>
    /// <param name="path">The database file; its log is beside it.</param>
    /// <param name="progress">Told bytes of values read, and of all.</param>
    /// <exception cref="CorruptFileException">The file is foreign, or of a newer version.</exception>
    /// <exception cref="StorageException">A file cannot be read.</exception>
    public static CheckReport Run(IFileSystem files, string path, Action<long, long> progress)
    {
        using DatabaseSurvey survey = DatabaseSurvey.Open(files, path);
        var check = new DatabaseCheck(files, survey, progress);
        check.CheckFile();
        return check._report;
    }

    private void CheckFile()
    {
        if (_survey.HeaderDamage is { } header) _report.Damaged(header);
        _report.FileBytes = _survey.FileBytes;
        _report.TornBytes = _survey.TornBytes;
        _report.Generations = _survey.Generations.Count;
        if (_survey.Generations.Count == 0)
        {
            _report.Damaged(_survey.Path, 0, "no whole generation is in this database");
            return;
        }

        SurveyedGeneration newest = _survey.Generations[0];
        _report.NewestGeneration = newest.Number;
        _report.Runs = newest.Runs;
        _report.IndexBytes = newest.IndexBytes;
        _report.ValueBytes = newest.LiveValueBytes;
        _report.GarbageBytes = Math.Max(0, newest.End - newest.LiveBytes);
        int damagesBefore = _report.Damages.Count;
        foreach (SurveyedEntry entry in _survey.ReadEntries(newest, (damage, _) => _report.Damaged(damage)))
            CheckEntry(entry.Stored, newest);
        if (_report.Damages.Count == damagesBefore) CheckCounts(newest);
        CheckLog(newest);
    }

    private void CheckEntry(in StoredEntry stored, SurveyedGeneration newest)
    {
        try
        {
            if (KeyCodec.IsOfKeyspace(stored.Key.Span)) CheckKey(stored);
            else CheckInternal(stored);
        }
        catch (InvalidDataException malformed)
        {
            _report.Damaged(_survey.Path, stored.ValueOffset, malformed.Message);
        }

        _valueBytesRead += stored.ValueBytes;
        _progress(_valueBytesRead, newest.LiveValueBytes);
    }

    private void CheckKey(in StoredEntry stored)
    {
        int database = KeyCodec.Read(stored.Key.Span, out ReadOnlySpan<byte> name);
        ValueCodec.ReadMetadata(stored.Metadata.Span, out long lengthBytes, out long cardinality, out long expiresAt);
        _counted[database] = _counted[database].Add(expiresAt, 1);
        if (expiresAt != 0)
        {
            KeyCodec.WriteExpiry(database, name, expiresAt, _expiryKey);
            _expiries.Add(KeyHash.Compute(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_expiryKey)));
        }

        DatabaseTally content = _report.Databases.GetValueOrDefault(database);
        _report.Databases[database] = new DatabaseTally(
            content.Keys + 1, content.Expiring + (expiresAt == 0 ? 0 : 1), content.Bits + cardinality,
            content.StringBytes + lengthBytes);

        byte[]? value = _survey.TryReadValue(stored, out FileDamage? damage);
        if (value is null)
        {
            _report.Damaged(damage! with { Reason = $"{damage.Reason} (of {KeyText.Of(database, name)})" });
            return;
        }

        if (!SerializedBitmap.TryRead(value, out SerializedBitmap? bitmap, out int consumed, out string? reason))
            throw new InvalidDataException($"a stored bitmap is malformed: {reason}");
        if (consumed != value.Length || bitmap!.Cardinality != cardinality)
            throw new InvalidDataException($"the bitmap of {KeyText.Of(database, name)} is not the one indexed");
        if (bitmap.TryMax(out uint max) && max >= lengthBytes * 8)
            throw new InvalidDataException($"a stored string of {lengthBytes} bytes has bit {max}");
        _report.Containers += bitmap.TakeCensus();
    }

    private void CheckInternal(in StoredEntry stored)
    {
        if (stored.Key.Span.SequenceEqual(KeyCodec.Totals))
        {
            byte[]? totals = _survey.TryReadValue(stored, out FileDamage? damage);
            if (totals is null) _report.Damaged(damage!);
            else _totals = KeyTotals.Read(totals);
            return;
        }

        _ = KeyCodec.ReadExpiry(stored.Key.Span, out _, out _);
        _report.ExpiryItems++;
        _expiries.Remove(KeyHash.Compute(stored.Key.Span)); // one left behind by an earlier expiry time is no damage
    }

    private void CheckCounts(SurveyedGeneration newest)
    {
        if (_totals is null)
        {
            if (_counted.Keys > 0) // as an opening would refuse it
                _report.Damaged(_survey.Path, newest.TrailerOffset, "the totals of keys are missing");
            return;
        }

        if (!_totals.Databases.SequenceEqual(_counted.Databases))
        {
            _report.Damaged(_survey.Path, newest.TrailerOffset,
                $"the stored totals ({_totals.Keys} keys) are not those of the keys ({_counted.Keys})");
        }

        if (_expiries.Count > 0)
        {
            _report.Damaged(_survey.Path, newest.TrailerOffset,
                $"the expiry index lacks {_expiries.Count} keys, which would not expire by themselves");
        }
    }

    private void CheckLog(SurveyedGeneration newest)
    {
        _report.Log = LogSurvey.Read(
            _files, _survey.Path, _survey.Id, newest.FirstLogSequence, Accept, _report.Damaged);
        // A save that was interrupted left its log; without one, what is there was a generation once.
        if (_report.TornBytes == 0 || _report.Log.Segments > 0) return;
        _report.Damaged(_survey.Path, newest.End,
            $"{_report.TornBytes} bytes follow the newest whole generation, and no log: a newer one is damaged");
    }

    private void Accept(in LogRecord record)
    {
        try
        {
            _report.Effects += EffectReader.ReadAll(record.Payload.ToArray()).Count;
        }
        catch (InvalidDataException malformed)
        {
            throw new CorruptFileException(FileDefect.Damaged, record.Path, record.Offset, malformed.Message);
        }
    }
}

/// <summary>What a check of a database found.</summary>
public sealed class CheckReport
{
    private readonly List<FileDamage> _damages = [];

    /// <summary>Everything that does not match its checksum; empty: the database is whole.</summary>
    public IReadOnlyList<FileDamage> Damages => _damages;

    /// <summary>What every database holds, ascending by number.</summary>
    public SortedDictionary<int, DatabaseTally> Databases { get; } = [];

    /// <summary>What the bitmaps are made of.</summary>
    public ContainerCensus Containers { get; internal set; }

    /// <summary>The file's length.</summary>
    public long FileBytes { get; internal set; }

    /// <summary>Bytes of the values in use, as they are stored.</summary>
    public long ValueBytes { get; internal set; }

    /// <summary>Bytes of the index in use.</summary>
    public long IndexBytes { get; internal set; }

    /// <summary>Bytes of the file that a rewrite would leave behind: older versions, deleted keys, padding.</summary>
    public long GarbageBytes { get; internal set; }

    /// <summary>Bytes behind the newest whole generation.</summary>
    public long TornBytes { get; internal set; }

    /// <summary>Whole generations in the file.</summary>
    public int Generations { get; internal set; }

    /// <summary>Number of the newest.</summary>
    public long NewestGeneration { get; internal set; }

    /// <summary>Index runs of the newest.</summary>
    public int Runs { get; internal set; }

    /// <summary>Items of the expiry index, those of earlier expiry times included.</summary>
    public long ExpiryItems { get; internal set; }

    /// <summary>The log behind the file; null when the file could not be read so far.</summary>
    public LogSurveyResult? Log { get; internal set; }

    /// <summary>Effects in the log's records.</summary>
    public long Effects { get; internal set; }

    internal void Damaged(FileDamage damage) => _damages.Add(damage);

    internal void Damaged(string path, long offset, string reason) =>
        _damages.Add(new FileDamage(path, offset, reason));
}

/// <summary>What one database of a file holds.</summary>
/// <param name="Keys">Its keys.</param>
/// <param name="Expiring">Those with an expiry time.</param>
/// <param name="Bits">One-bits of their strings.</param>
/// <param name="StringBytes">Bytes of their strings, as GET would reply them.</param>
public readonly record struct DatabaseTally(long Keys, long Expiring, long Bits, long StringBytes);
