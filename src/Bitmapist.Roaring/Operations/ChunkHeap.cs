namespace Bitmapist.Roaring.Operations;

/// <summary>
/// Walks many bitmaps' chunks together: a binary heap of cursors by chunk, from which all cursors at the lowest chunk
/// are taken as a group, looked at, and pushed back one step further.
/// </summary>
internal sealed class ChunkHeap
{
    private readonly int[] heap; // cursor numbers; heap[0] is at the lowest chunk
    private readonly int[] group;
    private int heapCount;
    private int groupCount;

    public ChunkHeap(ReadOnlySpan<ReadOnlyBitmap> operands)
    {
        Cursors = new ChunkCursor[operands.Length];
        heap = new int[operands.Length];
        group = new int[operands.Length];
        for (int i = 0; i < operands.Length; i++)
        {
            Cursors[i] = new ChunkCursor(operands[i]);
            Push(i);
        }
    }

    public ChunkCursor[] Cursors { get; }

    /// <summary>The numbers of all cursors at the lowest chunk; empty at the end. Valid until the group is pushed back.</summary>
    public ReadOnlySpan<int> PopGroup()
    {
        groupCount = 0;
        if (heapCount == 0) return default;
        int chunk = Cursors[heap[0]].Chunk;
        while (heapCount > 0 && Cursors[heap[0]].Chunk == chunk) group[groupCount++] = PopLowest();
        return group.AsSpan(0, groupCount);
    }

    /// <summary>Moves the cursors of the last group to their next chunk and takes them back.</summary>
    public void PushGroup()
    {
        for (int i = 0; i < groupCount; i++)
        {
            Cursors[group[i]].MoveNext();
            Push(group[i]);
        }
    }

    private void Push(int cursor)
    {
        int chunk = Cursors[cursor].Chunk;
        if (chunk == ChunkCursor.End) return;
        int at = heapCount++;
        for (; at > 0; at = (at - 1) / 2)
        {
            int parent = heap[(at - 1) / 2];
            if (Cursors[parent].Chunk <= chunk) break;
            heap[at] = parent;
        }
        heap[at] = cursor;
    }

    private int PopLowest()
    {
        int lowest = heap[0];
        int last = heap[--heapCount];
        int chunk = Cursors[last].Chunk;
        int at = 0;
        for (int child = 1; child < heapCount; child = 2 * at + 1)
        {
            if (child + 1 < heapCount && Cursors[heap[child + 1]].Chunk < Cursors[heap[child]].Chunk) child++;
            if (Cursors[heap[child]].Chunk >= chunk) break;
            heap[at] = heap[child];
            at = child;
        }
        heap[at] = last;
        return lowest;
    }
}
