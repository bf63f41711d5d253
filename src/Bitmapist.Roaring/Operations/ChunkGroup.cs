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
        int arrays = 0, full = 0; // full: words at the start that have all bits, and will keep them
        scoped ContainerView waiting = default; // a bitset, for two at a time read and write the words once
        foreach (int member in group)
        {
            if (cursors[member].IsArray)
            {
                arrays++;
                continue;
            }

            ContainerView view = cursors[member].ViewIn(room);
            if (view.IsFull) return FormRules.ChunkIds;
            if (view.Kind == ContainerKind.Run)
            {
                ContainerReading.OrInto(view, words);
            }
            else if (waiting.IsEmpty)
            {
                waiting = view;
                continue;
            }
            else
            {
                WordLogic.OrInto(waiting.Words, view.Words, words);
                waiting = default;
            }

            full += WordRange.FullPrefix(words[full..]);
            if (full == words.Length) return FormRules.ChunkIds;
        }

        if (!waiting.IsEmpty) WordLogic.OrInto(waiting.Words, words);
        if (full + WordRange.FullPrefix(words[full..]) == words.Length) return FormRules.ChunkIds;
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
