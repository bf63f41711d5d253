using System.Globalization;
using Bitmapist.Engine.Bits;
using Bitmapist.Engine.Effects;
using Bitmapist.Engine.Keyspace;
using Bitmapist.Engine.Stored;
using Bitmapist.Storage.Files;
using Bitmapist.Storage.Log;
using Bitmapist.Storage.Snapshots;

namespace Bitmapist.Repair;

/// <summary>
/// Salvages into a new database what of a damaged one still matches its checksum: the newest whole generation as far as
/// it can be read, then the log up to its first damage. Every value written is one that its key had: where a newer one
/// is unknown, nothing that the log did to it later is applied. Memory: the keys that the log touches, and the names of
/// those that damaged index blocks may have held. One thread.
/// </summary>
public sealed class DatabaseRepair
{
    private readonly IFileSystem _files;
    private readonly DatabaseSurvey _survey;
    private readonly DatabaseBuilder _output;
    private readonly OlderVersions _older;
    private readonly Action<long, long> _progress;
    private readonly RepairReport _report = new();
    private readonly LostKeys _lost = new();
    private readonly HashSet<KeyId> _touched = []; // by the part of the log that will be applied
    private readonly HashSet<int> _flushed = [];
    private int _databases = 1;

    // Everything here goes by the numbers that databases have in the file; the log may swap them.
    private DatabasePlaces _places = DatabasePlaces.Initial;

    private DatabaseRepair(
        IFileSystem files, DatabaseSurvey survey, DatabaseBuilder output, OlderVersions older,
        Action<long, long> progress)
    {
        _files = files;
        _survey = survey;
        _output = output;
        _older = older;
        _progress = progress;
    }

    /// <summary>Reads a database that no server has open, and writes another one.</summary>
    /// <param name="files">Where both are.</param>
    /// <param name="path">The damaged database, which is not touched; its log is beside it.</param>
    /// <param name="outputPath">The new one, where nothing is yet.</param>
    /// <param name="older">When to write older versions.</param>
    /// <param name="progress">Told bytes of values read, and of all.</param>
    /// <exception cref="CorruptFileException">The file is foreign, of a newer version, or nothing in it
    /// matches its checksum.</exception>
    /// <exception cref="StorageException">A file cannot be read or written, or the new one exists.</exception>
    public static RepairReport Run(
        IFileSystem files, string path, string outputPath, OlderVersions older, Action<long, long> progress)
    {
        ArgumentNullException.ThrowIfNull(files);
        if (files.Exists(outputPath)) throw new StorageException(outputPath, null, "exists, and is not replaced");
        using DatabaseSurvey survey = DatabaseSurvey.Open(files, path);
        if (survey.Generations.Count == 0)
        {
            throw new CorruptFileException(
                FileDefect.Damaged, path, 0, "no whole generation is in this database: nothing can be salvaged");
        }

        using DatabaseBuilder output = DatabaseBuilder.Create(files, outputPath);
        var repair = new DatabaseRepair(files, survey, output, older, progress);
        repair.Salvage();
        output.Commit();
        return repair._report;
    }

    private void Salvage()
    {
        SurveyedGeneration newest = _survey.Generations[0];
        _report.Generation = newest.Number;
        _report.BytesBehindGeneration = _survey.TornBytes;
        if (_survey.HeaderDamage is { } header) _report.AddDamage(header);
        ReadLog(newest, NoteTouched);
        using var salvaged = new SalvagedKeyspace(_databases, _lost);
        ReadGeneration(newest, salvaged);
        LookForOlderVersions();
        LogSurveyResult log = ReadLog(newest, effect => salvaged.Apply(effect));
        _report.LogRecords = log.Records;
        _report.LogRecordsBehindDamage = log.RecordsBehindDamage;
        _report.EffectsOnLostKeys = salvaged.EffectsOnLostKeys;
        foreach ((int database, byte[] name, StringValue value, long expiresAt) in salvaged.Keys())
            Write(database, name, value, expiresAt);
        WriteLost();
    }

    private LogSurveyResult ReadLog(SurveyedGeneration generation, Action<Effect> handler)
    {
        _places = DatabasePlaces.Initial;
        return LogSurvey.Read(
            _files, _survey.Path, _survey.Id, generation.FirstLogSequence,
            (in LogRecord record) =>
            {
                try
                {
                    // A record counts as a whole or not at all, so all of it is read before any of it is used.
                    foreach (Effect effect in EffectReader.ReadAll(record.Payload.ToArray())) Handle(effect, handler);
                }
                catch (InvalidDataException malformed)
                {
                    throw new CorruptFileException(FileDefect.Damaged, record.Path, record.Offset, malformed.Message);
                }
            },
            _report.AddDamage);
    }

    private void Handle(in Effect effect, Action<Effect> handler)
    {
        _databases = Math.Max(_databases, Math.Max(effect.Database, effect.TargetDatabase) + 1);
        if (effect.Kind == EffectKind.SwapDatabases)
        {
            _places = _places.Swap(effect.Database, effect.TargetDatabase);
            return;
        }

        handler(effect with
        {
            Database = _places.Of(effect.Database), TargetDatabase = _places.Of(effect.TargetDatabase),
        });
    }

    private void NoteTouched(Effect effect)
    {
        if (effect.Kind == EffectKind.FlushDatabase)
        {
            _flushed.Add(effect.Database);
            return;
        }

        Touch(effect.Database, effect.Name);
        if (effect.Kind is EffectKind.Rename or EffectKind.Copy) Touch(effect.TargetDatabase, effect.Target);
        foreach (ReadOnlyMemory<byte> source in effect.Sources ?? []) Touch(effect.Database, source);
    }

    private void Touch(int database, ReadOnlyMemory<byte> name) =>
        _touched.Add(new KeyId(database, KeyHash.Compute(name.Span), name.ToArray()));

    private void ReadGeneration(SurveyedGeneration generation, SalvagedKeyspace salvaged)
    {
        long bytes = 0;
        foreach (SurveyedEntry entry in _survey.ReadEntriesAndDeletions(generation, NoteDamagedIndex))
        {
            bytes += entry.Stored.ValueBytes;
            _progress(bytes, generation.LiveValueBytes);
            if (!KeyCodec.IsOfKeyspace(entry.Stored.Key.Span))
            {
                // The engine's own are made anew, but what is damaged is named all the same.
                if (!entry.IsDeletion && _survey.TryReadValue(entry.Stored, out FileDamage? damage) is null)
                    _report.AddDamage(damage!);
                continue;
            }

            if (!TryReadName(entry.Stored, out int database, out byte[] name)) continue;
            if (entry.IsDeletion) _lost.Resolve(database, name);
            else ReadKey(entry, database, name, salvaged);
        }
    }

    private void NoteDamagedIndex(FileDamage damage, KeyRange range)
    {
        _report.AddDamage(damage);
        _lost.AddRange(range);
    }

    private void ReadKey(in SurveyedEntry entry, int database, byte[] name, SalvagedKeyspace salvaged)
    {
        if (entry.IsDoubtful)
        {
            _lost.Add(database, name, new LostKey(
                LossCause.Index, "an index block that may have named a newer version is damaged", entry.Stored));
        }
        else if (!TryRead(entry.Stored, out StringValue value, out long expiresAt, out FileDamage? damage))
        {
            string key = KeyText.Of(_places.DatabaseAt(database), name);
            _report.AddDamage(damage! with { Reason = $"{damage.Reason} (of {key})" });
            _lost.Add(database, name, new LostKey(LossCause.Value, damage.Reason));
        }
        else
        {
            Keep(database, name, value, expiresAt, salvaged);
        }
    }

    /// <summary>Takes a key's newest value: no older one that a damaged block may have held concerns it.</summary>
    private void Keep(
        int database, byte[] name, in StringValue value, long expiresAt, SalvagedKeyspace salvaged)
    {
        _lost.Resolve(database, name);
        if (_touched.Contains(new KeyId(database, KeyHash.Compute(name), name)))
        {
            salvaged.Put(database, name, value, expiresAt);
        }
        else if (!_flushed.Contains(database))
        {
            Write(database, name, value, expiresAt);
        }
    }

    /// <summary>Earlier generations, newest first, may name readable versions of what is lost.</summary>
    private void LookForOlderVersions()
    {
        foreach (SurveyedGeneration generation in _survey.Generations.Skip(1))
        {
            if (!_lost.LacksOlder) return;
            foreach (SurveyedEntry entry in _survey.ReadEntries(generation, (_, _) => { }))
            {
                if (entry.IsDoubtful || !KeyCodec.IsOfKeyspace(entry.Stored.Key.Span)) continue;
                if (!TryReadName(entry.Stored, out int database, out byte[] name)) continue;
                if (!_lost.IsLost(database, name)) continue;
                if (TryRead(entry.Stored, out _, out _, out _))
                    _lost.OfferOlder(database, name, entry.Stored, generation.Number);
            }
        }
    }

    private void WriteLost()
    {
        foreach ((int database, byte[] name, LostKey lost) in _lost.Keys.ToList())
        {
            string key = KeyText.Of(_places.DatabaseAt(database), name);
            bool isWanted = lost.Cause == LossCause.Index
                || (lost.Cause == LossCause.Value && _older == OlderVersions.Always);
            if (lost.Older is not { } older || !TryRead(older, out StringValue value, out long expiresAt, out _))
            {
                _report.AddLost($"{key}: {lost.Reason}");
            }
            else if (!isWanted)
            {
                _report.AddLost(string.Create(
                    CultureInfo.InvariantCulture,
                    $"{key}: {lost.Reason}; generation {lost.Generation} has an older version"));
            }
            else
            {
                Write(database, name, value, expiresAt);
                string source = lost.Generation > 0
                    ? string.Create(CultureInfo.InvariantCulture, $"of generation {lost.Generation}")
                    : "of an earlier generation";
                _report.AddOlder($"{key}: older version {source}; {lost.Reason}");
            }
        }
    }

    private void Write(int database, ReadOnlySpan<byte> name, in StringValue value, long expiresAtUnixMs)
    {
        _output.Put(_places.DatabaseAt(database), name, value, expiresAtUnixMs);
        _report.Keys++;
        _report.Bits += value.Bits.Cardinality;
    }

    private bool TryReadName(in StoredEntry stored, out int database, out byte[] name)
    {
        database = 0;
        name = [];
        try
        {
            database = KeyCodec.Read(stored.Key.Span, out ReadOnlySpan<byte> found);
            name = found.ToArray();
            return true;
        }
        catch (InvalidDataException malformed)
        {
            _report.AddDamage(new FileDamage(_survey.Path, stored.ValueOffset, malformed.Message));
            return false;
        }
    }

    private bool TryRead(in StoredEntry stored, out StringValue value, out long expiresAt, out FileDamage? damage)
    {
        value = default;
        expiresAt = 0;
        if (_survey.TryReadValue(stored, out damage) is not { } bytes) return false;
        try
        {
            ValueCodec.ReadMetadata(
                stored.Metadata.Span, out long lengthBytes, out long cardinality, out expiresAt);
            value = ValueCodec.Read(lengthBytes, bytes);
            if (value.Bits.Cardinality == cardinality) return true;
            throw new InvalidDataException("the bitmap is not the one indexed");
        }
        catch (InvalidDataException malformed)
        {
            damage = new FileDamage(_survey.Path, stored.ValueOffset, malformed.Message);
            return false;
        }
    }
}

/// <summary>When a repair writes an older version of a key whose newest value it cannot read.</summary>
public enum OlderVersions
{
    /// <summary>
    /// Where an index block is damaged: most of the keys that it may have named have not changed since, and their
    /// values are whole. Not where the newest value is: that one is known to have been different.
    /// </summary>
    WhereIndexIsDamaged,

    /// <summary>There, and in place of damaged values.</summary>
    Always,
}
