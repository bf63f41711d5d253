namespace Bitmapist.Storage.Snapshots;

/// <summary>
/// Walks several index runs, oldest first in the list, as one: keys ascend, the newest entry of a key wins, deletions
/// included. O(runs) a step. One thread.
/// </summary>
internal sealed class MergedCursor
{
    private readonly IndexCursor[] cursors;
    private int current = -1;

    public MergedCursor(ReadOnlySpan<IndexRun> runs)
    {
        cursors = new IndexCursor[runs.Length];
        for (int i = 0; i < runs.Length; i++) cursors[i] = new IndexCursor(runs[i]);
    }

    public ReadOnlySpan<byte> Key => cursors[current].Key;

    public ReadOnlySpan<byte> Metadata => cursors[current].Metadata;

    public IndexEntry Entry => cursors[current].Entry;

    /// <summary>Stands before the first key not below <paramref name="from"/>; called once, before MoveNext.</summary>
    public void Start(ReadOnlySpan<byte> from)
    {
        foreach (IndexCursor cursor in cursors) cursor.Seek(from);
    }

    public bool MoveNext()
    {
        if (current >= 0) StepOver();
        current = -1;
        for (int i = 0; i < cursors.Length; i++)
        {
            if (!cursors[i].IsValid) continue;
            // On a tie the later, newer run wins.
            if (current < 0 || cursors[i].Key.SequenceCompareTo(Key) <= 0) current = i;
        }

        return current >= 0;
    }

    private void StepOver()
    {
        for (int i = 0; i < cursors.Length; i++)
        {
            if (i != current && cursors[i].IsValid && cursors[i].Key.SequenceEqual(Key)) cursors[i].MoveNext();
        }

        cursors[current].MoveNext();
    }
}
