using Bitmapist.Engine.Keyspace;
using Bitmapist.Engine.Stored;
using Bitmapist.Storage.Snapshots;

namespace Bitmapist.Engine.Saving;

/// <summary>Puts what a snapshot captured into a generation. One thread at a time.</summary>
internal sealed class SnapshotWriter(KeyspaceStore store)
{
    private readonly KeyWriter _keys = new();
    private readonly List<CapturedKey> _batch = [];

    /// <summary>Deletes what the file has of emptied databases, and the past of its expiry index.</summary>
    public void RemoveUnwanted(SnapshotCapture capture, DatabaseFile file, GenerationWriter writer)
    {
        foreach (int place in capture.Flushed)
        {
            byte[] start = KeyCodec.StartOf(store.Disk!.Numbers.DatabaseAt(place));
            foreach (StoredEntry entry in file.ReadEntries(start))
            {
                if (!entry.Key.Span.StartsWith(start)) break;
                writer.Delete(entry.Key.Span);
            }
        }

        foreach (StoredEntry item in file.ReadEntries(KeyCodec.ExpiriesStart.ToArray()))
        {
            if (item.Key.Span.SequenceCompareTo(capture.ExpiriesDone) > 0) break;
            writer.Delete(item.Key.Span);
        }
    }

    /// <summary>
    /// Puts all keys of a file into one that is written anew, but those of emptied databases, with the numbers that
    /// databases have at the cut.
    /// </summary>
    public void CopyRenumbered(SnapshotCapture capture, DatabaseFile file, GenerationWriter writer)
    {
        DatabasePlaces numbers = store.Disk!.Numbers;
        foreach (StoredString key in new DatabaseReader(file).Keys())
        {
            int place = numbers.Of(key.Database);
            if (!capture.Flushed.Contains(place))
                _keys.PutStored(writer, key with { Database = capture.Places.DatabaseAt(place) });
        }
    }

    /// <summary>Puts and deletes what changed, shard by shard in short holds.</summary>
    /// <param name="session">Whose holds they are.</param>
    /// <param name="capture">What changed.</param>
    /// <param name="file">The file that the generation may take stored values from.</param>
    /// <param name="writer">The generation.</param>
    /// <returns>How many keys were put.</returns>
    /// <exception cref="Storage.Files.StorageException">The log lost something that the capture has.</exception>
    public long WriteChanges(Session session, SnapshotCapture capture, DatabaseFile file, GenerationWriter writer)
    {
        long put = 0;
        try
        {
            for (int shard = 0; shard < store.Shards.Length; shard++)
            {
                bool isMore = true;
                while (isMore)
                {
                    _batch.Clear();
                    using (session.Enter(1UL << shard))
                    {
                        if (capture.IsAbandoned) throw store.TakenBack();
                        isMore = capture.CaptureNext(shard, _batch);
                    }

                    foreach (CapturedKey captured in _batch)
                    {
                        int database = capture.Places.DatabaseAt(captured.Database);
                        _keys.Put(writer, captured with { Database = database }, file);
                        if (captured.Value is not null) put++;
                    }
                }
            }
        }
        finally
        {
            _batch.Clear(); // these hold frozen values
        }

        return put;
    }
}
