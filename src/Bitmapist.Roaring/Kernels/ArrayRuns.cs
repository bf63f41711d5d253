namespace Bitmapist.Roaring.Kernels;

/// <summary>
/// Strictly ascending 16-bit values against runs (pairs of first value and length − 1). Results go to a span with
/// room for all values and one more, which overlaps no operand. Each returns the number of values.
/// </summary>
internal static class ArrayRuns
{
    /// <summary>When one side is this many times longer, searching it beats walking it.</summary>
    private const int GallopRatio = 16;

    /// <summary>The values that lie in a run.</summary>
    public static int Intersect(ReadOnlySpan<ushort> values, ReadOnlySpan<ushort> runs, Span<ushort> result)
    {
        if (values.Length > GallopRatio * runs.Length / 2) return IntersectByRun(values, runs, result);
        int count = 0, i = 0, r = 0;
        while (i < values.Length && r < runs.Length)
        {
            ushort value = values[i];
            int place = value - runs[r], length = runs[r + 1]; // within the run, and its length − 1
            result[count] = value; // overwritten unless counted
            count += Branchless.One((uint)place <= (uint)length);
            int isBehind = Branchless.One(place > length);
            i += 1 - isBehind;
            r += 2 * isBehind;
        }
        return count;
    }

    public static int IntersectCount(ReadOnlySpan<ushort> values, ReadOnlySpan<ushort> runs)
    {
        if (values.Length > GallopRatio * runs.Length / 2) return CountByRun(values, runs);
        int count = 0, i = 0, r = 0;
        while (i < values.Length && r < runs.Length)
        {
            int place = values[i] - runs[r], length = runs[r + 1];
            count += Branchless.One((uint)place <= (uint)length);
            int isBehind = Branchless.One(place > length);
            i += 1 - isBehind;
            r += 2 * isBehind;
        }
        return count;
    }

    /// <summary>The values that lie in no run.</summary>
    public static int Difference(ReadOnlySpan<ushort> values, ReadOnlySpan<ushort> runs, Span<ushort> result)
    {
        int count = 0, i = 0, r = 0;
        while (i < values.Length && r < runs.Length)
        {
            ushort value = values[i];
            int place = value - runs[r], length = runs[r + 1];
            result[count] = value;
            count += Branchless.One(place < 0);
            int isBehind = Branchless.One(place > length);
            i += 1 - isBehind;
            r += 2 * isBehind;
        }
        values[i..].CopyTo(result[count..]);
        return count + values.Length - i;
    }

    private static int IntersectByRun(ReadOnlySpan<ushort> values, ReadOnlySpan<ushort> runs, Span<ushort> result)
    {
        int count = 0, position = 0;
        for (int r = 0; r < runs.Length && position < values.Length; r += 2)
        {
            int from = Search.Gallop(values, position, runs[r]);
            position = FirstBehind(values, from, runs[r] + runs[r + 1]);
            values[from..position].CopyTo(result[count..]);
            count += position - from;
        }
        return count;
    }

    private static int CountByRun(ReadOnlySpan<ushort> values, ReadOnlySpan<ushort> runs)
    {
        int count = 0, position = 0;
        for (int r = 0; r < runs.Length && position < values.Length; r += 2)
        {
            int from = Search.Gallop(values, position, runs[r]);
            position = FirstBehind(values, from, runs[r] + runs[r + 1]);
            count += position - from;
        }
        return count;
    }

    private static int FirstBehind(ReadOnlySpan<ushort> values, int from, int last) =>
        last == ushort.MaxValue ? values.Length : Search.Gallop(values, from, (ushort)(last + 1));
}
