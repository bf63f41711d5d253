using System.Diagnostics;
using Bitmapist.Roaring.Kernels;

namespace Bitmapist.Roaring.Containers;

/// <summary>Questions to one container, all of 16-bit values; ranges are half-open within 0 … 65,536.</summary>
internal static class ContainerReading
{
    public static bool Contains(in ContainerView view, ushort value)
    {
        ReadOnlySpan<ushort> values = view.Values;
        switch (view.Kind)
        {
            case ContainerKind.Array:
                int index = Search.LowerBound(values, value);
                return index < values.Length && values[index] == value;
            case ContainerKind.Bitset:
                return (view.Words[value >> 6] >> value & 1) != 0;
            default:
                int run = Search.LastRunAtOrBefore(values, value);
                return run >= 0 && value <= values[2 * run] + values[2 * run + 1];
        }
    }

    /// <summary>Values in start … end − 1.</summary>
    public static int CountRange(in ContainerView view, int start, int end)
    {
        Debug.Assert(start >= 0 && end <= FormRules.ChunkIds);
        if (start >= end) return 0;
        if (start == 0 && end == FormRules.ChunkIds) return view.Cardinality;
        return view.Kind switch
        {
            ContainerKind.Array => CountBelow(view.Values, end) - CountBelow(view.Values, start),
            ContainerKind.Bitset => WordRange.Count(view.Words, start, end),
            _ => CountInRuns(view.Values, start, end),
        };
    }

    /// <summary>The largest value; there is one.</summary>
    public static int Max(in ContainerView view) => view.Kind switch
    {
        ContainerKind.Array => view.Values[^1],
        ContainerKind.Bitset => BitScan.Last(view.Words),
        _ => view.Values[^2] + view.Values[^1],
    };

    /// <summary>The smallest value at or after <paramref name="from"/> (0 … 65,536), or −1.</summary>
    public static int NextSet(in ContainerView view, int from)
    {
        if (from >= FormRules.ChunkIds) return -1;
        ReadOnlySpan<ushort> values = view.Values;
        switch (view.Kind)
        {
            case ContainerKind.Array:
                int index = Search.LowerBound(values, (ushort)from);
                return index < values.Length ? values[index] : -1;
            case ContainerKind.Bitset:
                return BitScan.NextSet(view.Words, from);
            default:
                int run = Search.LastRunAtOrBefore(values, from);
                if (run >= 0 && from <= values[2 * run] + values[2 * run + 1]) return from;
                return 2 * run + 2 < values.Length ? values[2 * run + 2] : -1;
        }
    }

    /// <summary>The smallest value at or after <paramref name="from"/> that is not held, at most 65,536.</summary>
    public static int NextClear(in ContainerView view, int from)
    {
        ReadOnlySpan<ushort> values = view.Values;
        switch (view.Kind)
        {
            case ContainerKind.Array:
                if (from >= FormRules.ChunkIds) return from;
                int at = Search.LowerBound(values, (ushort)from);
                for (; at < values.Length && values[at] == from; at++) from++;
                return from;
            case ContainerKind.Bitset:
                return BitScan.NextClear(view.Words, from);
            default:
                // Foreign runs may touch, so the end of one can be the start of the next.
                for (int i = 2 * Math.Max(0, Search.LastRunAtOrBefore(values, from)); i < values.Length; i += 2)
                {
                    if (values[i] > from) break;
                    from = Math.Max(from, values[i] + values[i + 1] + 1);
                }
                return from;
        }
    }

    /// <summary>Writes all values, ascending, to a span of exactly the view's cardinality.</summary>
    public static void CopyValues(in ContainerView view, Span<ushort> target)
    {
        Debug.Assert(target.Length == view.Cardinality);
        ReadOnlySpan<ushort> values = view.Values;
        switch (view.Kind)
        {
            case ContainerKind.Array:
                values.CopyTo(target);
                break;
            case ContainerKind.Bitset:
                BitExtraction.Values(view.Words, view.Cardinality, target);
                break;
            default:
                Widths.ValuesOfRuns(values, target);
                break;
        }
    }

    /// <summary>
    /// Writes all values, ascending, as ids of a chunk to a span of exactly the view's cardinality.
    /// </summary>
    public static void CopyIds(in ContainerView view, int chunk, Span<uint> target)
    {
        Debug.Assert(target.Length == view.Cardinality);
        switch (view.Kind)
        {
            case ContainerKind.Array:
                Widths.Widen(view.Values, (uint)chunk << 16, target);
                break;
            case ContainerKind.Bitset:
                BitExtraction.Ids(view.Words, (uint)chunk << 16, target);
                break;
            default:
                Widths.OfRuns(view.Values, (uint)chunk << 16, target);
                break;
        }
    }

    /// <summary>Sets the view's bits in 1,024 words.</summary>
    public static void OrInto(in ContainerView view, Span<ulong> words)
    {
        switch (view.Kind)
        {
            case ContainerKind.Array:
                ArrayBits.SetAll(view.Values, words);
                break;
            case ContainerKind.Bitset:
                WordLogic.OrInto(view.Words, words);
                break;
            default:
                WordRange.SetRuns(view.Values, words);
                break;
        }
    }

    /// <summary>Flips the view's bits in 1,024 words.</summary>
    public static void XorInto(in ContainerView view, Span<ulong> words)
    {
        ReadOnlySpan<ushort> values = view.Values;
        switch (view.Kind)
        {
            case ContainerKind.Array:
                ArrayBits.FlipAll(values, words);
                break;
            case ContainerKind.Bitset:
                WordLogic.XorInto(view.Words, words);
                break;
            default:
                for (int i = 0; i < values.Length; i += 2)
                    WordRange.Flip(words, values[i], values[i] + values[i + 1] + 1);
                break;
        }
    }

    /// <summary>Writes the view's bits to 1,024 words, whatever was there.</summary>
    public static void CopyWords(in ContainerView view, Span<ulong> words)
    {
        if (view.Kind == ContainerKind.Bitset)
        {
            view.Words.CopyTo(words);
            return;
        }
        words[..FormRules.ChunkWords].Clear();
        OrInto(view, words);
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
                    WordRange.Set(words, Math.Max(start, values[run]) - start, runEnd - start);
                }
                break;
        }
    }

    /// <summary>Values below <paramref name="bound"/>, which may be 65,536.</summary>
    private static int CountBelow(ReadOnlySpan<ushort> values, int bound) =>
        bound == FormRules.ChunkIds ? values.Length : Search.LowerBound(values, (ushort)bound);

    private static int CountInRuns(ReadOnlySpan<ushort> runs, int start, int end)
    {
        int count = 0;
        for (int i = 2 * Math.Max(0, Search.LastRunAtOrBefore(runs, start)); i < runs.Length && runs[i] < end; i += 2)
        {
            int from = Math.Max(start, runs[i]), to = Math.Min(end, runs[i] + runs[i + 1] + 1);
            count += Math.Max(0, to - from);
        }
        return count;
    }
}
