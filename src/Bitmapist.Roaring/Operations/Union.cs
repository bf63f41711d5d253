using System.Numerics;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Bitmapist.Roaring.Containers;
using Bitmapist.Roaring.Kernels;

namespace Bitmapist.Roaring.Operations;

/// <summary>
/// OR and XOR of bitmaps, which walk the same chunks. Compact operands are merged first where that is cheaper; a chunk
/// of three or more operands is gathered in a bitset and counted once at the end.
/// </summary>
internal static class Union
{
    public static FrozenBitmap Of(ReadOnlySpan<ReadOnlyBitmap> operands, SetOperation operation)
    {
        if (operands.Length == 1) return operands[0].ToFrozen();
        if (operands.Length == 2) return OfPair(operands[0], operands[1], operation);
        ReadOnlyBitmap[] rest = CompactMerge.MergeCompact(operands, operation);
        if (rest.Length == 0) return FrozenBitmap.Empty;
        if (rest.Length == 1) return rest[0].ToFrozen();
        if (rest.Length == 2) return OfPair(rest[0], rest[1], operation);
        ResultBuilder result = ResultBuilder.ForThisThread();
        Many(rest, operation, result);
        return result.ToFrozen();
    }

    public static long Count(ReadOnlySpan<ReadOnlyBitmap> operands, SetOperation operation)
    {
        if (operands.Length == 1) return operands[0].Cardinality;
        ReadOnlyBitmap[] rest = operands.Length == 2
            ? [operands[0], operands[1]]
            : CompactMerge.MergeCompact(operands, operation);
        if (rest.Length == 0) return 0;
        if (rest.Length == 1) return rest[0].Cardinality;
        if (rest.Length > 2) return Many(rest, operation, result: null);
        // |A ∪ B| = |A| + |B| − |A ∩ B|; XOR leaves out the intersection once more.
        int share = operation == SetOperation.Or ? 1 : 2;
        return rest[0].Cardinality + rest[1].Cardinality - share * Intersection.CountPair(rest[0], rest[1]);
    }

    private static FrozenBitmap OfPair(ReadOnlyBitmap left, ReadOnlyBitmap right, SetOperation operation)
    {
        if (left.IsEmpty) return right.ToFrozen();
        if (right.IsEmpty) return left.ToFrozen();
        if (left.IsCompact && right.IsCompact) return CompactMerge.Pair(left.CompactIds, right.CompactIds, operation);
        ResultBuilder result = ResultBuilder.ForThisThread();
        Workspace scratch = Workspace.First;
        ChunkCursor a = new(left), b = new(right);
        while (a.Chunk != b.Chunk || a.Chunk != ChunkCursor.End)
        {
            if (a.Chunk < b.Chunk)
            {
                result.Append(ref a, scratch);
                a.MoveNext();
            }
            else if (b.Chunk < a.Chunk)
            {
                result.Append(ref b, scratch);
                b.MoveNext();
            }
            else
            {
                AppendPair(ref a, ref b, operation, result, scratch);
                a.MoveNext();
                b.MoveNext();
            }
        }
        return result.ToFrozen();
    }

    private static void AppendPair(
        ref ChunkCursor a, ref ChunkCursor b, SetOperation operation, ResultBuilder result, Workspace scratch)
    {
        ContainerView aView = a.View, bView = b.View;
        if (operation == SetOperation.Xor)
            result.Append(a.Chunk, ContainerXor.Xor(aView, bView, scratch), scratch);
        else if (aView.IsFull) result.Append(ref a, scratch);
        else if (bView.IsFull) result.Append(ref b, scratch);
        else result.Append(a.Chunk, ContainerOr.Or(aView, bView, scratch), scratch);
    }

    /// <summary>Returns the result's cardinality; builds it where a builder is given.</summary>
    private static long Many(ReadOnlyBitmap[] operands, SetOperation operation, ResultBuilder? result)
    {
        Workspace scratch = Workspace.First;
        ChunkFront front = new(operands);
        long cardinality = 0;
        for (ReadOnlySpan<int> group = front.Group(); !group.IsEmpty; group = front.Group())
        {
            ref ChunkCursor first = ref front.Cursors[group[0]];
            int chunk = first.Chunk;
            if (group.Length == 1)
            {
                ContainerView only = first.View;
                cardinality += only.Cardinality;
                result?.Append(ref first, scratch);
            }
            else
            {
                ContainerView view = Combine(front.Cursors, group, operation, scratch);
                cardinality += view.Cardinality;
                result?.Append(chunk, view, scratch);
            }
            front.MoveGroup();
        }
        return cardinality;
    }

    private static ContainerView Combine(
        ChunkCursor[] cursors, ReadOnlySpan<int> group, SetOperation operation, Workspace scratch)
    {
        if (group.Length == 2)
        {
            ContainerView left = cursors[group[0]].View, right = cursors[group[1]].View;
            return operation == SetOperation.Or
                ? ContainerOr.Or(left, right, scratch)
                : ContainerXor.Xor(left, right, scratch);
        }
        return operation == SetOperation.Or
            ? OrMany(cursors, group, scratch)
            : XorMany(cursors, group, scratch);
    }

    /// <summary>
    /// Bitsets and runs first: when they have filled the chunk, the arrays, whose values cost most, need not be read.
    /// </summary>
    private static ContainerView OrMany(ChunkCursor[] cursors, ReadOnlySpan<int> group, Workspace scratch)
    {
        Span<ulong> words = scratch.Words;
        words.Clear();
        int arrays = 0;
        foreach (int member in group)
        {
            ContainerView view = cursors[member].View;
            if (view.IsFull) return FullChunk.View;
            if (view.Kind == ContainerKind.Array) arrays++;
            else ContainerReading.OrInto(view, words);
        }
        if (arrays < group.Length && PopCount.Count(words) == FormRules.ChunkIds) return FullChunk.View;
        foreach (int member in group)
        {
            if (arrays == 0) break;
            ContainerView view = cursors[member].View;
            if (view.Kind != ContainerKind.Array) continue;
            ContainerReading.OrInto(view, words);
            arrays--;
        }
        return scratch.WordsResult(PopCount.Count(words));
    }

    private static ContainerView XorMany(ChunkCursor[] cursors, ReadOnlySpan<int> group, Workspace scratch)
    {
        Span<ulong> words = scratch.Words;
        ContainerReading.CopyWords(cursors[group[0]].View, words);
        foreach (int member in group[1..]) ContainerReading.XorInto(cursors[member].View, words);
        return scratch.WordsResult(PopCount.Count(words));
    }
}

/// <summary>
/// Walks many bitmaps' chunks together: all cursors at the lowest chunk are taken as a group, looked at, and moved one
/// step. The lowest chunk is found by looking at all cursors' chunks, which lie side by side: a vector at a time, that
/// is faster than any ordered structure for as many operands as anyone combines (0.1 ns per operand and chunk).
/// </summary>
internal sealed class ChunkFront
{
    private readonly int[] _current; // each cursor's chunk, padded with End to whole vectors
    private readonly int[] _group;
    private int _groupCount;

    public ChunkFront(ReadOnlySpan<ReadOnlyBitmap> operands)
    {
        Cursors = new ChunkCursor[operands.Length];
        _group = new int[operands.Length];
        _current = new int[operands.Length + Vector256<int>.Count];
        Array.Fill(_current, ChunkCursor.End);
        for (int i = 0; i < operands.Length; i++)
        {
            Cursors[i] = new ChunkCursor(operands[i]);
            _current[i] = Cursors[i].Chunk;
        }
    }

    public ChunkCursor[] Cursors { get; }

    /// <summary>
    /// The numbers of all cursors at the lowest chunk; empty at the end. Valid until they are moved on.
    /// </summary>
    public ReadOnlySpan<int> Group()
    {
        ref int first = ref MemoryMarshal.GetArrayDataReference(_current);
        Vector256<int> lowest = Vector256.Create(ChunkCursor.End);
        for (int i = 0; i < Cursors.Length; i += Vector256<int>.Count)
            lowest = Vector256.Min(lowest, Vector256.LoadUnsafe(ref first, (nuint)i));
        int chunk = ChunkCursor.End;
        for (int lane = 0; lane < Vector256<int>.Count; lane++) chunk = Math.Min(chunk, lowest[lane]);
        _groupCount = 0;
        if (chunk == ChunkCursor.End) return default;
        for (int i = 0; i < Cursors.Length; i += Vector256<int>.Count)
        {
            Vector256<int> isLowest = Vector256.Equals(
                Vector256.LoadUnsafe(ref first, (nuint)i), Vector256.Create(chunk));
            for (uint bits = isLowest.ExtractMostSignificantBits(); bits != 0; bits &= bits - 1)
                _group[_groupCount++] = i + BitOperations.TrailingZeroCount(bits);
        }
        return _group.AsSpan(0, _groupCount);
    }

    /// <summary>Moves the cursors of the last group to their next chunk.</summary>
    public void MoveGroup()
    {
        foreach (int member in _group.AsSpan(0, _groupCount))
        {
            Cursors[member].MoveNext();
            _current[member] = Cursors[member].Chunk;
        }
    }
}
