using Bitmapist.Storage.Files;

namespace Bitmapist.Storage.Snapshots;

/// <summary>
/// Walks one index run in key order and passes over blocks that do not prove themselves. The directory says which keys
/// such a block could have held: of those nothing is known. One thread.
/// </summary>
internal sealed class TolerantCursor
{
    private readonly IndexRun run;
    private readonly IndexCursor cursor;
    private readonly Action<FileDamage, KeyRange> damaged;
    private byte[] lastKey = [];
    private int block = -1;
    private KeyRange? lost;
    private bool hasWholeFilter = true;

    public TolerantCursor(IndexRun run, Action<FileDamage, KeyRange> damaged)
    {
        this.run = run;
        this.damaged = damaged;
        cursor = new IndexCursor(run);
    }

    /// <summary>Whether the cursor stands on an entry.</summary>
    public bool IsValid { get; private set; }

    public ReadOnlySpan<byte> Key => cursor.Key;

    public ReadOnlySpan<byte> Metadata => cursor.Metadata;

    public IndexEntry Entry => cursor.Entry;

    /// <summary>Entries and deletions read, and bytes of proven blocks.</summary>
    public long Entries { get; private set; }

    public long Deletions { get; private set; }

    public long BlockBytes { get; private set; }

    /// <summary>Blocks that could not be read so far.</summary>
    public int DamagedBlocks { get; private set; }

    /// <summary>Whether the last damaged block may have held this key, which no later call asks about below.</summary>
    public bool MayHaveLost(ReadOnlySpan<byte> key) => lost is { } range && range.Contains(key);

    /// <summary>Moves to the next entry that can be read; false at the end of the run.</summary>
    public bool MoveNext()
    {
        while (true)
        {
            try
            {
                if (block >= 0 && !cursor.IsAtBlockEnd)
                {
                    ReadEntry();
                    return IsValid = true;
                }

                if (++block >= run.Blocks) return IsValid = false;
                cursor.LoadBlock(block);
                BlockBytes += run.Location(block).Bytes;
            }
            catch (CorruptFileException found)
            {
                DamagedBlocks++;
                byte[] end = block + 1 < run.Blocks ? run.FirstKey(block + 1).ToArray() : [];
                var range = new KeyRange(run.FirstKey(block).ToArray(), block + 1 < run.Blocks ? end : null);
                // Blocks damaged one behind another are one stretch, which an older run may be in the middle of.
                lost = lost is { } before && before.End is { } touching && touching.AsSpan().SequenceEqual(range.Start)
                    ? before with { End = range.End } : range;
                damaged(FileDamage.Of(found), range);
                cursor.LeaveBlock();
            }
        }
    }

    private void ReadEntry()
    {
        bool isFirst = lastKey.Length == 0 && Entries == 0;
        bool isFirstOfBlock = cursor.IsAtBlockStart;
        cursor.MoveNext();
        bool isInPlace = !isFirstOfBlock || cursor.Key.SequenceEqual(run.FirstKey(block));
        if (!isInPlace || (!isFirst && cursor.Key.SequenceCompareTo(lastKey) <= 0))
            throw IndexFrame.Damaged(run.File, run.Location(block).Offset, "index block is not the one of this place");
        if (hasWholeFilter && run.Filter is { } filter
            && !filter.MayContain(SipHash.Compute(filter.HashKey, cursor.Key)))
        {
            hasWholeFilter = false; // one report is enough
            string reason = "key filter denies a key that its index run has";
            damaged(new FileDamage(run.File.Path, run.Reference.FilterOffset, reason), KeyRange.None);
        }

        lastKey = cursor.Key.ToArray();
        Entries++;
        if (cursor.Entry.IsDeleted) Deletions++;
    }
}
