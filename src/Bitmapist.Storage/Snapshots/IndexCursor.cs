namespace Bitmapist.Storage.Snapshots;

/// <summary>
/// Walks one index run in key order, a block in memory at a time. Begins before the first entry. One thread.
/// </summary>
internal sealed class IndexCursor(IndexRun run)
{
    private byte[] _frame = [];
    private int _frameBytes;
    private int _block = -1;
    private int _at;
    private byte[] _key = new byte[64];
    private int _keyBytes;
    private int _metadataStart;
    private int _metadataBytes;

    /// <summary>Whether the cursor is on an entry.</summary>
    public bool IsValid { get; private set; }

    public ReadOnlySpan<byte> Key => _key.AsSpan(0, _keyBytes);

    public ReadOnlySpan<byte> Metadata => _frame.AsSpan(_metadataStart, _metadataBytes);

    public IndexEntry Entry { get; private set; }

    /// <summary>Whether the block read last has no more entries.</summary>
    internal bool IsAtBlockEnd => _at >= _frameBytes;

    /// <summary>Whether no entry of the block read last has been read.</summary>
    internal bool IsAtBlockStart => _at == IndexFrame.HeaderBytes;

    /// <summary>Moves to the next entry; false at the end of the run.</summary>
    public bool MoveNext()
    {
        while (_at >= _frameBytes)
        {
            if (_block + 1 >= run.Blocks)
            {
                IsValid = false;
                return false;
            }

            LoadBlock(_block + 1);
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
    /// they are as close together as the run's, each costs a step or none.
    /// </summary>
    public bool SeekForward(ReadOnlySpan<byte> wanted)
    {
        if (_block < 0) return Seek(wanted);
        if (!IsValid || Key.SequenceCompareTo(wanted) >= 0) return IsValid;
        bool inLaterBlock = _block + 1 < run.Blocks && run.FirstKey(_block + 1).SequenceCompareTo(wanted) <= 0;
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
        for (int seen = 1; _at < _frameBytes; seen++)
        {
            Decode();
            if (random.Next(seen) == 0) chosen = Key.ToArray(); // so each of a block's entries is as likely
        }

        return chosen;
    }

    /// <summary>Reads and verifies a block; the cursor is then before its first entry.</summary>
    internal void LoadBlock(int index)
    {
        int bytes = run.BlockBytes(index);
        if (_frame.Length < bytes) _frame = new byte[bytes];
        run.ReadBlock(index, _frame.AsSpan(0, bytes));
        _block = index;
        _frameBytes = bytes;
        _at = IndexFrame.HeaderBytes;
        _keyBytes = 0;
    }

    /// <summary>Passes over the rest of the block read last.</summary>
    internal void LeaveBlock() => _at = _frameBytes;

    private void Decode()
    {
        var reader = new IndexBlockReader(_frame.AsSpan(0, _frameBytes), _at);
        if (!reader.TryReadKey(_keyBytes, out int shared, out ReadOnlySpan<byte> rest)) throw run.Malformed(_block);
        if (shared + rest.Length > _key.Length) Array.Resize(ref _key, (shared + rest.Length) * 2);
        rest.CopyTo(_key.AsSpan(shared));
        _keyBytes = shared + rest.Length;
        if (!reader.TryReadEntry(out IndexEntry entry, out _metadataStart, out _metadataBytes))
            throw run.Malformed(_block);
        Entry = entry;
        _at = reader.At;
    }
}

/// <summary>
/// Walks several index runs, oldest first in the list, as one: keys ascend, the newest entry of a key wins, deletions
/// included. O(runs) a step. One thread.
/// </summary>
internal sealed class MergedCursor
{
    private readonly IndexCursor[] _cursors;
    private int _current = -1;

    public MergedCursor(ReadOnlySpan<IndexRun> runs)
    {
        _cursors = new IndexCursor[runs.Length];
        for (int i = 0; i < runs.Length; i++) _cursors[i] = new IndexCursor(runs[i]);
    }

    public ReadOnlySpan<byte> Key => _cursors[_current].Key;

    public ReadOnlySpan<byte> Metadata => _cursors[_current].Metadata;

    public IndexEntry Entry => _cursors[_current].Entry;

    /// <summary>Goes before the first key not below <paramref name="from"/>; called once, before MoveNext.</summary>
    public void Start(ReadOnlySpan<byte> from)
    {
        foreach (IndexCursor cursor in _cursors) cursor.Seek(from);
    }

    public bool MoveNext()
    {
        if (_current >= 0) StepOver();
        _current = -1;
        for (int i = 0; i < _cursors.Length; i++)
        {
            if (!_cursors[i].IsValid) continue;
            // On a tie the later, newer run wins.
            if (_current < 0 || _cursors[i].Key.SequenceCompareTo(Key) <= 0) _current = i;
        }

        return _current >= 0;
    }

    private void StepOver()
    {
        for (int i = 0; i < _cursors.Length; i++)
        {
            if (i != _current && _cursors[i].IsValid && _cursors[i].Key.SequenceEqual(Key)) _cursors[i].MoveNext();
        }

        _cursors[_current].MoveNext();
    }
}
