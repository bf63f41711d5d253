using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Bitmapist.Roaring.Kernels;

/// <summary>
/// Sets, clears, flips and counts bits start … end − 1 of a span of words, where bit i lies in word i / 64.
/// </summary>
internal static class WordRange
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

    /// <summary>
    /// Sets the bits of runs (pairs of first value and length − 1) in 1,024 words. Two halves of the runs in turn:
    /// neighbours often share a word, and each would wait for the store of the one before.
    /// </summary>
    public static void SetRuns(ReadOnlySpan<ushort> runs, Span<ulong> words)
    {
        ref ulong first = ref MemoryMarshal.GetReference(words[..(1 + (ushort.MaxValue >> 6))]);
        int half = runs.Length / 4 * 2;
        ReadOnlySpan<ushort> lower = runs[..half], upper = runs[half..];
        for (int i = 0; i + 1 < lower.Length && i + 1 < upper.Length; i += 2)
        {
            SetRun(ref first, lower[i], lower[i + 1]);
            SetRun(ref first, upper[i], upper[i + 1]);
        }
        if (upper.Length > half) SetRun(ref first, upper[^2], upper[^1]);
    }

    private static void SetRun(ref ulong words, int start, int lengthLessOne)
    {
        int last = Math.Min(start + lengthLessOne, ushort.MaxValue); // never beyond, but memory safety rests on it
        ref ulong low = ref Unsafe.Add(ref words, start >> 6), high = ref Unsafe.Add(ref words, last >> 6);
        ulong head = ulong.MaxValue << (start & 63), tail = ulong.MaxValue >> (~last & 63);
        if (Unsafe.AreSame(ref low, ref high))
        {
            low |= head & tail;
            return;
        }
        low |= head;
        for (int w = (start >> 6) + 1; w < last >> 6; w++) Unsafe.Add(ref words, w) = ulong.MaxValue;
        high |= tail;
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

    /// <summary>How many words at the start have all bits set.</summary>
    public static int FullPrefix(ReadOnlySpan<ulong> words)
    {
        int index = words.IndexOfAnyExcept(ulong.MaxValue);
        return index < 0 ? words.Length : index;
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
