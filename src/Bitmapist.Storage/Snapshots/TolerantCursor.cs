using Bitmapist.Storage.Files;

namespace Bitmapist.Storage.Snapshots;

/// <summary>
/// Walks one index run in key order and passes over blocks that do not match their checksums. The directory says which
/// keys such a block could have held: of those nothing is known. One thread.
/// </summary>
internal sealed class TolerantCursor
{
    private readonly IndexRun _run;
    private readonly IndexCursor _cursor;
    private readonly Action<FileDamage, KeyRange> _damaged;
    private byte[] _lastKey = [];
    private int _block = -1;
    private KeyRange? _lost;
    private bool _hasWholeFilter = true;

    public TolerantCursor(IndexRun run, Action<FileDamage, KeyRange> damaged)
    {
        _run = run;
        _damaged = damaged;
        _cursor = new IndexCursor(run);
    }

    /// <summary>Whether the cursor is on an entry.</summary>
    public bool IsValid { get; private set; }

    public ReadOnlySpan<byte> Key => _cursor.Key;

    public ReadOnlySpan<byte> Metadata => _cursor.Metadata;

    public IndexEntry Entry => _cursor.Entry;

    /// <summary>Entries and deletions read, and bytes of verified blocks.</summary>
    public long Entries { get; private set; }

    public long Deletions { get; private set; }

    public long BlockBytes { get; private set; }

    /// <summary>Blocks that could not be read so far.</summary>
    public int DamagedBlocks { get; private set; }

    /// <summary>Whether the last damaged block may have held this key, which no later call asks about below.</summary>
    public bool MayHaveLost(ReadOnlySpan<byte> key) => _lost is { } range && range.Contains(key);

    /// <summary>Moves to the next entry that can be read; false at the end of the run.</summary>
    public bool MoveNext()
    {
        while (true)
        {
            try
            {
                if (_block >= 0 && !_cursor.IsAtBlockEnd)
                {
                    ReadEntry();
                    return IsValid = true;
                }

                if (++_block >= _run.Blocks) return IsValid = false;
                _cursor.LoadBlock(_block);
                BlockBytes += _run.Location(_block).Bytes;
            }
            catch (CorruptFileException found)
            {
                DamagedBlocks++;
                byte[] end = _block + 1 < _run.Blocks ? _run.FirstKey(_block + 1).ToArray() : [];
                var range = new KeyRange(_run.FirstKey(_block).ToArray(), _block + 1 < _run.Blocks ? end : null);
                // Blocks damaged one behind another are one stretch, which an older run may be in the middle of.
                _lost = _lost is { } before && before.End is { } touching
                    && touching.AsSpan().SequenceEqual(range.Start)
                    ? before with { End = range.End } : range;
                _damaged(FileDamage.Of(found), range);
                _cursor.LeaveBlock();
            }
        }
    }

    private void ReadEntry()
    {
        bool isFirst = _lastKey.Length == 0 && Entries == 0;
        bool isFirstOfBlock = _cursor.IsAtBlockStart;
        _cursor.MoveNext();
        bool isInPlace = !isFirstOfBlock || _cursor.Key.SequenceEqual(_run.FirstKey(_block));
        if (!isInPlace || (!isFirst && _cursor.Key.SequenceCompareTo(_lastKey) <= 0))
        {
            throw IndexFrame.Damaged(
                _run.File, _run.Location(_block).Offset, "index block is not the one of this place");
        }

        if (_hasWholeFilter && _run.Filter is { } filter
            && !filter.MayContain(SipHash.Compute(filter.HashKey, _cursor.Key)))
        {
            _hasWholeFilter = false; // one report is enough
            string reason = "key filter denies a key that its index run has";
            _damaged(new FileDamage(_run.File.Path, _run.Reference.FilterOffset, reason), KeyRange.None);
        }

        _lastKey = _cursor.Key.ToArray();
        Entries++;
        if (_cursor.Entry.IsDeleted) Deletions++;
    }
}

/// <summary>Keys from <paramref name="Start"/> on, below <paramref name="End"/>; null: without end. Bytewise.</summary>
public sealed record KeyRange(byte[] Start, byte[]? End)
{
    /// <summary>Every key.</summary>
    public static KeyRange All { get; } = new([], null);

    /// <summary>No key at all.</summary>
    public static KeyRange None { get; } = new([], []);

    public bool Contains(ReadOnlySpan<byte> key) =>
        key.SequenceCompareTo(Start) >= 0 && (End is null || key.SequenceCompareTo(End) < 0);
}
