using Bitmapist.Roaring.Containers;
using Bitmapist.Roaring.Kernels;

namespace Bitmapist.Roaring.Operations;

/// <summary>OR and XOR of one chunk of several bitmaps, gathered in a bitset and counted once at the end.</summary>
internal static class ChunkGroup
{
    /// <summary>
    /// The cardinality of the chunk that the cursors of a group (of at least one) are at; its bits are written to 1,024
    /// words, unless it is full.
    /// </summary>
    public static int Gather(
        ReadOnlySpan<ChunkCursor> cursors, ReadOnlySpan<int> group, SetOperation operation, Span<ulong> words)
    {
        Span<ushort> room = stackalloc ushort[FormRules.CompactMax];
        return operation == SetOperation.Or
            ? Or(cursors, group, words, room)
            : Xor(cursors, group, words, room);
    }

    /// <summary>
    /// Bitsets and runs first: when they have filled the chunk, the arrays, whose values cost most, need not be read.
    /// </summary>
    private static int Or(
        ReadOnlySpan<ChunkCursor> cursors, ReadOnlySpan<int> group, Span<ulong> words, Span<ushort> room)
    {
        words.Clear();
        int arrays = 0;
        foreach (int member in group)
        {
            if (cursors[member].IsArray)
            {
                arrays++;
                continue;
            }

            ContainerView view = cursors[member].ViewIn(room);
            if (view.IsFull) return FormRules.ChunkIds;
            ContainerReading.OrInto(view, words);
        }

        if (arrays < group.Length && PopCount.Count(words) == FormRules.ChunkIds) return FormRules.ChunkIds;
        foreach (int member in group)
        {
            if (arrays == 0) break;
            if (!cursors[member].IsArray) continue;
            ContainerReading.OrInto(cursors[member].ViewIn(room), words);
            arrays--;
        }

        return PopCount.Count(words);
    }

    private static int Xor(
        ReadOnlySpan<ChunkCursor> cursors, ReadOnlySpan<int> group, Span<ulong> words, Span<ushort> room)
    {
        ContainerReading.CopyWords(cursors[group[0]].ViewIn(room), words);
        foreach (int member in group[1..]) ContainerReading.XorInto(cursors[member].ViewIn(room), words);
        return PopCount.Count(words);
    }
}
