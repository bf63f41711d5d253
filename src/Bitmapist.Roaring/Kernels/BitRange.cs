using System.Numerics;

namespace Bitmapist.Roaring.Kernels;

/// <summary>Sets, clears, flips and counts bits start … end − 1 of a span of words, where bit i lies in word i / 64.</summary>
internal static class BitRange
{
    public static void Set(Span<ulong> words, int start, int end)
    {
        if (start >= end) return;
        int first = start >> 6, last = (end - 1) >> 6;
        ulong head = FirstWordMask(start), tail = LastWordMask(end);
        if (first == last)
        {
            words[first] |= head & tail;
            return;
        }
        words[first] |= head;
        for (int i = first + 1; i < last; i++) words[i] = ulong.MaxValue; // often few: a call would cost more
        words[last] |= tail;
    }

    public static void Clear(Span<ulong> words, int start, int end)
    {
        if (start >= end) return;
        int first = start >> 6, last = (end - 1) >> 6;
        ulong head = FirstWordMask(start), tail = LastWordMask(end);
        if (first == last)
        {
            words[first] &= ~(head & tail);
            return;
        }
        words[first] &= ~head;
        words[(first + 1)..last].Clear();
        words[last] &= ~tail;
    }

    public static void Flip(Span<ulong> words, int start, int end)
    {
        if (start >= end) return;
        int first = start >> 6, last = (end - 1) >> 6;
        ulong head = FirstWordMask(start), tail = LastWordMask(end);
        if (first == last)
        {
            words[first] ^= head & tail;
            return;
        }
        words[first] ^= head;
        foreach (ref ulong word in words[(first + 1)..last]) word = ~word;
        words[last] ^= tail;
    }

    public static int Count(ReadOnlySpan<ulong> words, int start, int end)
    {
        if (start >= end) return 0;
        int first = start >> 6, last = (end - 1) >> 6;
        ulong head = FirstWordMask(start), tail = LastWordMask(end);
        if (first == last) return BitOperations.PopCount(words[first] & head & tail);
        return BitOperations.PopCount(words[first] & head)
            + PopCount.Count(words[(first + 1)..last])
            + BitOperations.PopCount(words[last] & tail);
    }

    /// <summary>The bits of the first word from <paramref name="start"/> on.</summary>
    private static ulong FirstWordMask(int start) => ulong.MaxValue << (start & 63);

    /// <summary>The bits of the last word before <paramref name="end"/>, which is at least 1.</summary>
    private static ulong LastWordMask(int end) => ulong.MaxValue >> (-end & 63);
}
