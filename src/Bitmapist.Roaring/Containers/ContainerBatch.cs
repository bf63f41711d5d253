using System.Numerics;
using Bitmapist.Roaring.Kernels;

namespace Bitmapist.Roaring.Containers;

/// <summary>Writes a container's values as ids, in pieces or windows.</summary>
internal static class ContainerBatch
{
    /// <summary>
    /// Writes the ids of values at or after <paramref name="from"/> (0 … 65,536) until the target is full or the
    /// container ends, and moves <paramref name="from"/> behind the last one (65,536 at the container's end). Returns
    /// the number of ids written.
    /// </summary>
    public static int Copy(in ContainerView view, int chunk, ref int from, Span<uint> target)
    {
        uint high = (uint)chunk << 16;
        int written = from >= FormRules.ChunkIds ? 0 : view.Kind switch
        {
            ContainerKind.Array => FromArray(view.Values, high, from, target),
            ContainerKind.Bitset => FromBitset(view.Words, high, from, target),
            _ => FromRuns(view.Values, high, from, target),
        };
        from = written < target.Length || written == 0 ? FormRules.ChunkIds : (int)(target[written - 1] & 0xFFFF) + 1;
        return written;
    }

    /// <summary>
    /// Sets the bits of those values that lie in the window of <paramref name="words"/> starting at word
    /// <paramref name="firstWord"/> of the chunk; the window ends within the chunk.
    /// </summary>
    public static void OrWindow(in ContainerView view, int firstWord, Span<ulong> words)
    {
        ReadOnlySpan<ushort> values = view.Values;
        int start = firstWord * 64, end = start + words.Length * 64;
        switch (view.Kind)
        {
            case ContainerKind.Array:
                for (int i = Search.LowerBound(values, (ushort)start); i < values.Length && values[i] < end; i++)
                    words[(values[i] >> 6) - firstWord] |= 1UL << values[i];
                break;
            case ContainerKind.Bitset:
                WordLogic.OrInto(view.Words.Slice(firstWord, words.Length), words);
                break;
            default:
                int run = 2 * Math.Max(0, Search.LastRunAtOrBefore(values, start));
                for (; run < values.Length && values[run] < end; run += 2)
                {
                    int runEnd = Math.Min(end, values[run] + values[run + 1] + 1);
                    BitRange.Set(words, Math.Max(start, values[run]) - start, runEnd - start);
                }
                break;
        }
    }

    private static int FromArray(ReadOnlySpan<ushort> values, uint high, int from, Span<uint> target)
    {
        values = values[Search.LowerBound(values, (ushort)from)..];
        int count = Math.Min(values.Length, target.Length);
        for (int i = 0; i < count; i++) target[i] = high | values[i];
        return count;
    }

    private static int FromBitset(ReadOnlySpan<ulong> words, uint high, int from, Span<uint> target)
    {
        int count = 0;
        ulong mask = ulong.MaxValue << (from & 63);
        for (int w = from >> 6; w < words.Length; w++, mask = ulong.MaxValue)
        {
            for (ulong word = words[w] & mask; word != 0; word &= word - 1)
            {
                if (count == target.Length) return count;
                target[count++] = high | (uint)((w << 6) + BitOperations.TrailingZeroCount(word));
            }
        }
        return count;
    }

    private static int FromRuns(ReadOnlySpan<ushort> runs, uint high, int from, Span<uint> target)
    {
        int count = 0;
        for (int i = 2 * Math.Max(0, Search.LastRunAtOrBefore(runs, from)); i < runs.Length; i += 2)
        {
            int last = runs[i] + runs[i + 1];
            for (int value = Math.Max(from, runs[i]); value <= last; value++)
            {
                if (count == target.Length) return count;
                target[count++] = high | (uint)value;
            }
        }
        return count;
    }
}
