namespace Bitmapist.Storage.Snapshots;

/// <summary>
/// Walks one index run in key order, a block in memory at a time. Begins before the first entry. One thread.
/// </summary>
internal sealed class IndexCursor(IndexRun run)
{
    private byte[] frame = [];
    private int frameBytes;
    private int block = -1;
    private int at;
    private byte[] key = new byte[64];
    private int keyBytes;
    private int metadataStart;
    private int metadataBytes;

    /// <summary>Whether the cursor stands on an entry.</summary>
    public bool IsValid { get; private set; }

    public ReadOnlySpan<byte> Key => key.AsSpan(0, keyBytes);

    public ReadOnlySpan<byte> Metadata => frame.AsSpan(metadataStart, metadataBytes);

    public IndexEntry Entry { get; private set; }

    /// <summary>Whether the block read last has no more entries.</summary>
    internal bool IsAtBlockEnd => at >= frameBytes;

    /// <summary>Whether no entry of the block read last has been read.</summary>
    internal bool IsAtBlockStart => at == IndexFrame.HeaderBytes;

    /// <summary>Moves to the next entry; false at the end of the run.</summary>
    public bool MoveNext()
    {
        while (at >= frameBytes)
        {
            if (block + 1 >= run.Blocks)
            {
                IsValid = false;
                return false;
            }

            LoadBlock(block + 1);
        }

        Decode();
        IsValid = true;
        return true;
    }

    /// <summary>Moves to the first entry whose key is not below <paramref name="wanted"/>; false if none is.</summary>
    public bool Seek(ReadOnlySpan<byte> wanted)
    {
        if (run.Blocks == 0) return false;
        LoadBlock(Math.Max(0, run.FindBlock(wanted)));
        MoveNext();
        while (IsValid && Key.SequenceCompareTo(wanted) < 0) MoveNext();
        return IsValid;
    }

    /// <summary>
    /// The same for keys sought in ascending order since the cursor was made, none of them skipped with MoveNext: where
    /// they stand as close together as the run's, each costs a step or none.
    /// </summary>
    public bool SeekForward(ReadOnlySpan<byte> wanted)
    {
        if (block < 0) return Seek(wanted);
        if (!IsValid || Key.SequenceCompareTo(wanted) >= 0) return IsValid;
        bool inLaterBlock = block + 1 < run.Blocks && run.FirstKey(block + 1).SequenceCompareTo(wanted) <= 0;
        if (inLaterBlock) return Seek(wanted);
        while (MoveNext())
        {
            if (Key.SequenceCompareTo(wanted) >= 0) return true;
        }

        return false;
    }

    /// <summary>The key of an entry of a block, both chosen by chance. The run has entries.</summary>
    public byte[] SampleKey(Random random)
    {
        LoadBlock(random.Next(run.Blocks));
        byte[] chosen = [];
        for (int seen = 1; at < frameBytes; seen++)
        {
            Decode();
            if (random.Next(seen) == 0) chosen = Key.ToArray(); // so each of a block's entries is as likely
        }

        return chosen;
    }

    /// <summary>Reads and proves a block; the cursor then stands before its first entry.</summary>
    internal void LoadBlock(int index)
    {
        int bytes = run.BlockBytes(index);
        if (frame.Length < bytes) frame = new byte[bytes];
        run.ReadBlock(index, frame.AsSpan(0, bytes));
        block = index;
        frameBytes = bytes;
        at = IndexFrame.HeaderBytes;
        keyBytes = 0;
    }

    /// <summary>Passes over the rest of the block read last.</summary>
    internal void LeaveBlock() => at = frameBytes;

    private void Decode()
    {
        var reader = new IndexBlockReader(frame.AsSpan(0, frameBytes), at);
        if (!reader.TryReadKey(keyBytes, out int shared, out ReadOnlySpan<byte> rest)) throw run.Malformed(block);
        if (shared + rest.Length > key.Length) Array.Resize(ref key, (shared + rest.Length) * 2);
        rest.CopyTo(key.AsSpan(shared));
        keyBytes = shared + rest.Length;
        if (!reader.TryReadEntry(out IndexEntry entry, out metadataStart, out metadataBytes))
            throw run.Malformed(block);
        Entry = entry;
        at = reader.At;
    }
}
