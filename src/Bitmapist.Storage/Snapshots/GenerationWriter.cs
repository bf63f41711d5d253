using Bitmapist.Storage.Files;

namespace Bitmapist.Storage.Snapshots;

/// <summary>
/// Writes one generation: changed keys of a database file, or all keys of a new file. Keys come in any order; ascending
/// ones cost least, as they form a single index run. Disposing without a commit leaves the database as it was. Memory
/// stays below about 40 MiB and 260 bytes per hundred keys, whatever is written. One thread at a time.
/// </summary>
public sealed class GenerationWriter : IDisposable
{
    private readonly GenerationTarget _target;
    private readonly FileAppender _output;
    private readonly PendingEntries _pending = new();
    private readonly RunSet _runs;
    private RunWriter? _run;
    private bool _usable = true;
    private bool _published;
    private bool _disposed;

    internal GenerationWriter(GenerationTarget target, long start)
    {
        _target = target;
        _output = new FileAppender(target.File, start);
        _runs = new RunSet(target.File, target.Base, target.FilterKey);
    }

    /// <summary>Bytes written so far, for progress.</summary>
    public long WrittenBytes => _output.Position - (_target.Base?.Trailer.End ?? 0);

    /// <summary>
    /// Stores a value under a key; of several puts and deletions of a key the last counts. Returns where the value
    /// lies: readable once the generation is committed. ArgumentException beyond <see cref="StorageLimits"/>.
    /// </summary>
    public StoredEntry Put(ReadOnlySpan<byte> key, ReadOnlySpan<byte> metadata, ReadOnlySpan<byte> value)
    {
        RequireWithinLimits(key, metadata);
        if (value.Length > StorageLimits.ValueBytesMax)
            throw new ArgumentException(
                $"A value holds at most {StorageLimits.ValueBytesMax} bytes, not {value.Length}.");
        Enter();
        long offset = _output.Position;
        uint checksum = ValueFormat.Append(_output, value);
        Add(key, new IndexEntry(false, offset, value.Length, checksum), metadata);
        _usable = true;
        return new StoredEntry(default, default, offset, value.Length, checksum);
    }

    /// <summary>
    /// Stores under a key a value that the database has already: in place only the index is written; in a rewrite or
    /// copy the value is verified and copied. Returns where it lies.
    /// </summary>
    public StoredEntry Put(ReadOnlySpan<byte> key, ReadOnlySpan<byte> metadata, in StoredEntry existing)
    {
        RequireWithinLimits(key, metadata);
        if (_target.Source is null)
            throw new InvalidOperationException("There is no database to take stored values from.");
        Enter();
        long offset = existing.ValueOffset;
        if (_target.Source != _target.File)
        {
            offset = _output.Position;
            ValueFormat.Copy(_target.Source, existing, _output);
        }

        Add(key, new IndexEntry(false, offset, existing.ValueBytes, existing.ValueChecksum), metadata);
        _usable = true;
        return existing with { Key = default, Metadata = default, ValueOffset = offset };
    }

    /// <summary>Removes a key; one that is not there is no error and costs nothing in the file.</summary>
    public void Delete(ReadOnlySpan<byte> key)
    {
        RequireWithinLimits(key, default);
        Enter();
        Add(key, IndexEntry.Deleted, default);
        _usable = true;
    }

    /// <summary>
    /// Makes this generation the database: values and index are synced before the trailer is written, the trailer
    /// after. From then on the log is needed from <paramref name="firstLogSequence"/> only. Merges index runs where
    /// there are many. Throws <see cref="StorageException"/>; the database then is what it was.
    /// </summary>
    public void Commit(long firstLogSequence)
    {
        Enter();
        WritePending();
        FinishRun();
        _runs.Merge(_output);
        _runs.AddMissingFilters(_output);
        _output.Align(Trailer.Alignment);
        _output.Flush();
        _target.File.Sync();
        _target.RequirePlace();

        IndexRun[] live = [.. _runs.Runs];
        RunReference[] references = Array.ConvertAll(live, written => written.Reference);
        Trailer trailer = new(
            _target.DatabaseId, _output.Position, _target.Generation, _target.Base?.Trailer.Offset ?? 0,
            firstLogSequence,
            _runs.LiveEntries, _runs.LiveValueBytes, references);
        _target.File.Write(trailer.Offset, trailer.Encode());
        _target.File.Sync();
        _target.Publish(new DatabaseState(trailer, live));
        _published = true;
    }

    public void Dispose()
    {
        if (_disposed) return;
        _disposed = true;
        _target.End(_published);
    }

    /// <summary>Each operation ends by making the writer usable again; one that threw left half of something.</summary>
    private void Enter()
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (!_usable) throw new InvalidOperationException("This generation is committed or failed; begin another.");
        _usable = false;
    }

    private void Add(ReadOnlySpan<byte> key, in IndexEntry entry, ReadOnlySpan<byte> metadata)
    {
        _pending.Add(key, entry, metadata);
        if (_pending.IsFull) WritePending();
    }

    private void WritePending()
    {
        if (_pending.IsEmpty) return;
        _pending.Sort();
        // Entries that continue the run begun extend it; others need a run of their own, and to see the first.
        if (_run is not null && _pending.Key(0).SequenceCompareTo(_run.LastKey) <= 0) FinishRun();
        _output.Flush();
        _runs.BeginAccounting();
        for (int i = 0; i < _pending.Count; i++)
        {
            IndexEntry entry = _pending.Entry(i);
            if (!_runs.Account(_pending.Key(i), entry)) continue;
            _run ??= new RunWriter(_output);
            _run.Add(_pending.Key(i), entry, _pending.Metadata(i));
        }

        // Blocks lie together in stretches; the values put next follow them.
        _run?.EndBlock();
        _pending.Clear();
    }

    private void FinishRun()
    {
        if (_run is null) return;
        RunReference reference = _run.Finish();
        _run = null;
        _runs.Add(reference, _output);
        if (_runs.Runs.Count > StorageLimits.LiveRunsMax) _runs.Merge(_output);
    }

    private static void RequireWithinLimits(ReadOnlySpan<byte> key, ReadOnlySpan<byte> metadata)
    {
        if (key.Length > StorageLimits.KeyBytesMax)
            throw new ArgumentException($"A key holds at most {StorageLimits.KeyBytesMax} bytes, not {key.Length}.");
        if (metadata.Length > StorageLimits.MetadataBytesMax)
        {
            throw new ArgumentException(
                $"Metadata holds at most {StorageLimits.MetadataBytesMax} bytes, not {metadata.Length}.");
        }
    }
}

/// <summary>Where a generation is written and what its commit makes of it.</summary>
/// <param name="File">The file appended to.</param>
/// <param name="DatabaseId">Whose trailer it will be.</param>
/// <param name="Base">The generation it builds on; null for a file of its own.</param>
/// <param name="Generation">Its number.</param>
/// <param name="FilterKey">What new filters of index runs are hashed with.</param>
/// <param name="Source">The file whose stored values may be put again; null when there is none.</param>
/// <param name="RequirePlace">Throws when the file is not under its path: asked when all is synced but the
/// trailer, without which nothing has happened.</param>
/// <param name="Publish">Makes the synced generation the database.</param>
/// <param name="End">Ends the writing; told whether it was published.</param>
internal sealed record GenerationTarget(
    IFile File, Guid DatabaseId, DatabaseState? Base, long Generation, SipKey FilterKey, IFile? Source,
    Action RequirePlace, Action<DatabaseState> Publish, Action<bool> End);
