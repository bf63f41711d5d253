using Bitmapist.Storage.Files;

namespace Bitmapist.Storage.Snapshots;

/// <summary>
/// Writes one generation: changed keys of a database file, or all keys of a new file. Keys come in any order; ascending
/// ones cost least, as they form a single index run. Disposing without a commit leaves the database as it was. Memory
/// stays below about 40 MiB and 260 bytes per hundred keys, whatever is written. One thread at a time.
/// </summary>
public sealed class GenerationWriter : IDisposable
{
    private readonly GenerationTarget target;
    private readonly FileAppender output;
    private readonly PendingEntries pending = new();
    private readonly RunSet runs;
    private RunWriter? run;
    private bool usable = true;
    private bool published;
    private bool disposed;

    internal GenerationWriter(GenerationTarget target, long start)
    {
        this.target = target;
        output = new FileAppender(target.File, start);
        runs = new RunSet(target.File, target.Base, target.FilterKey);
    }

    /// <summary>Bytes written so far, for progress.</summary>
    public long WrittenBytes => output.Position - (target.Base?.Trailer.End ?? 0);

    /// <summary>
    /// Stores a value under a key; of several puts and deletions of a key the last counts. Returns where the value
    /// lies: readable once the generation is committed. ArgumentException beyond <see cref="Limits"/>.
    /// </summary>
    public StoredEntry Put(ReadOnlySpan<byte> key, ReadOnlySpan<byte> metadata, ReadOnlySpan<byte> value)
    {
        RequireWithinLimits(key, metadata);
        if (value.Length > Limits.ValueBytesMax)
            throw new ArgumentException($"A value holds at most {Limits.ValueBytesMax} bytes, not {value.Length}.");
        Enter();
        long offset = output.Position;
        uint checksum = ValueFormat.Append(output, value);
        Add(key, new IndexEntry(false, offset, value.Length, checksum), metadata);
        usable = true;
        return new StoredEntry(default, default, offset, value.Length, checksum);
    }

    /// <summary>
    /// Stores under a key a value that the database has already: in place only the index is written; in a rewrite or
    /// copy the value is proven and copied. Returns where it lies.
    /// </summary>
    public StoredEntry Put(ReadOnlySpan<byte> key, ReadOnlySpan<byte> metadata, in StoredEntry existing)
    {
        RequireWithinLimits(key, metadata);
        if (target.Source is null)
            throw new InvalidOperationException("There is no database to take stored values from.");
        Enter();
        long offset = existing.ValueOffset;
        if (target.Source != target.File)
        {
            offset = output.Position;
            ValueFormat.Copy(target.Source, existing, output);
        }

        Add(key, new IndexEntry(false, offset, existing.ValueBytes, existing.ValueChecksum), metadata);
        usable = true;
        return existing with { Key = default, Metadata = default, ValueOffset = offset };
    }

    /// <summary>Removes a key; one that is not there is no error and costs nothing in the file.</summary>
    public void Delete(ReadOnlySpan<byte> key)
    {
        RequireWithinLimits(key, default);
        Enter();
        Add(key, IndexEntry.Deleted, default);
        usable = true;
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
        runs.Merge(output);
        runs.AddMissingFilters(output);
        output.Align(Trailer.Alignment);
        output.Flush();
        target.File.Sync();
        target.RequirePlace();

        IndexRun[] live = [.. runs.Runs];
        RunReference[] references = Array.ConvertAll(live, written => written.Reference);
        Trailer trailer = new(
            target.DatabaseId, output.Position, target.Generation, target.Base?.Trailer.Offset ?? 0, firstLogSequence,
            runs.LiveEntries, runs.LiveValueBytes, references);
        target.File.Write(trailer.Offset, trailer.Encode());
        target.File.Sync();
        target.Publish(new DatabaseState(trailer, live));
        published = true;
    }

    public void Dispose()
    {
        if (disposed) return;
        disposed = true;
        target.End(published);
    }

    /// <summary>Each operation ends by making the writer usable again; one that threw left half of something.</summary>
    private void Enter()
    {
        ObjectDisposedException.ThrowIf(disposed, this);
        if (!usable) throw new InvalidOperationException("This generation is committed or failed; begin another.");
        usable = false;
    }

    private void Add(ReadOnlySpan<byte> key, in IndexEntry entry, ReadOnlySpan<byte> metadata)
    {
        pending.Add(key, entry, metadata);
        if (pending.IsFull) WritePending();
    }

    private void WritePending()
    {
        if (pending.IsEmpty) return;
        pending.Sort();
        // Entries that continue the run begun extend it; others need a run of their own, and to see the first.
        if (run is not null && pending.Key(0).SequenceCompareTo(run.LastKey) <= 0) FinishRun();
        output.Flush();
        runs.BeginAccounting();
        for (int i = 0; i < pending.Count; i++)
        {
            IndexEntry entry = pending.Entry(i);
            if (!runs.Account(pending.Key(i), entry)) continue;
            run ??= new RunWriter(output);
            run.Add(pending.Key(i), entry, pending.Metadata(i));
        }

        // Blocks stand together in stretches; the values put next follow them.
        run?.EndBlock();
        pending.Clear();
    }

    private void FinishRun()
    {
        if (run is null) return;
        RunReference reference = run.Finish();
        run = null;
        runs.Add(reference, output);
        if (runs.Runs.Count > Limits.LiveRunsMax) runs.Merge(output);
    }

    private static void RequireWithinLimits(ReadOnlySpan<byte> key, ReadOnlySpan<byte> metadata)
    {
        if (key.Length > Limits.KeyBytesMax)
            throw new ArgumentException($"A key holds at most {Limits.KeyBytesMax} bytes, not {key.Length}.");
        if (metadata.Length > Limits.MetadataBytesMax)
        {
            throw new ArgumentException(
                $"Metadata holds at most {Limits.MetadataBytesMax} bytes, not {metadata.Length}.");
        }
    }
}
