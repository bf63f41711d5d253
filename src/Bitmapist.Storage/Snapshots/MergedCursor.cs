namespace Bitmapist.Storage.Snapshots;

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
