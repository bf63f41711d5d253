using System.Diagnostics;

namespace Bitmapist.Roaring.Kernels;

/// <summary>
/// Set operations on spans of runs: pairs of first value and length − 1, ascending and disjoint, possibly touching
/// where they come from foreign bytes. Results are maximal runs, written to a span with room for one pair more than
/// both operands have together, which overlaps neither. Each returns the number of runs. The loops advance by
/// comparison results instead of branches, because real runs interleave unpredictably.
/// </summary>
internal static class RunMerge
{
    public static int Intersect(ReadOnlySpan<ushort> left, ReadOnlySpan<ushort> right, Span<ushort> result)
    {
        int i = 0, j = 0, at = 0, lastEnd = -1;
        while (i < left.Length && j < right.Length)
        {
            int leftStart = left[i], leftEnd = leftStart + left[i + 1] + 1;
            int rightStart = right[j], rightEnd = rightStart + right[j + 1] + 1;
            int start = Math.Max(leftStart, rightStart), end = Math.Min(leftEnd, rightEnd);
            if (start == lastEnd && end > start) // touching runs on one side only; well predicted, for it is rare
            {
                at -= 2;
                start = result[at];
            }
            result[at] = (ushort)start;
            result[at + 1] = (ushort)(end - start - 1);
            at += end > start ? 2 : 0;
            lastEnd = end > start ? end : lastEnd;
            i += leftEnd <= rightEnd ? 2 : 0;
            j += rightEnd <= leftEnd ? 2 : 0;
        }
        return at / 2;
    }

    public static int IntersectCount(ReadOnlySpan<ushort> left, ReadOnlySpan<ushort> right)
    {
        int count = 0, i = 0, j = 0;
        while (i < left.Length && j < right.Length)
        {
            int leftStart = left[i], leftEnd = leftStart + left[i + 1] + 1;
            int rightStart = right[j], rightEnd = rightStart + right[j + 1] + 1;
            count += Math.Max(0, Math.Min(leftEnd, rightEnd) - Math.Max(leftStart, rightStart));
            i += leftEnd <= rightEnd ? 2 : 0;
            j += rightEnd <= leftEnd ? 2 : 0;
        }
        return count;
    }

    public static int Union(ReadOnlySpan<ushort> left, ReadOnlySpan<ushort> right, Span<ushort> result)
    {
        int i = 0, j = 0;
        RunWriter writer = new(result);
        while (i < left.Length && j < right.Length)
        {
            // Both are loaded, so that choosing one needs no branch.
            int leftStart = left[i], leftEnd = leftStart + left[i + 1] + 1;
            int rightStart = right[j], rightEnd = rightStart + right[j + 1] + 1;
            bool fromLeft = leftStart <= rightStart;
            writer.Extend(fromLeft ? leftStart : rightStart, fromLeft ? leftEnd : rightEnd);
            i += fromLeft ? 2 : 0;
            j += fromLeft ? 0 : 2;
        }
        for (; i < left.Length; i += 2) writer.Extend(left[i], left[i] + left[i + 1] + 1);
        for (; j < right.Length; j += 2) writer.Extend(right[j], right[j] + right[j + 1] + 1);
        return writer.Count;
    }

    /// <summary>
    /// A run's two boundaries, its first value and the first behind it, each change membership; boundaries that meet
    /// cancel out, whichever side they come from.
    /// </summary>
    public static int SymmetricDifference(
        ReadOnlySpan<ushort> left, ReadOnlySpan<ushort> right, Span<ushort> result)
    {
        int i = 0, j = 0;
        BoundaryWriter writer = new(result);
        int leftBoundary = Boundary(left, 0), rightBoundary = Boundary(right, 0);
        while (i < left.Length && j < right.Length)
        {
            bool fromLeft = leftBoundary <= rightBoundary;
            writer.Toggle(fromLeft ? leftBoundary : rightBoundary);
            i += fromLeft ? 1 : 0;
            j += fromLeft ? 0 : 1;
            leftBoundary = Boundary(left, i);
            rightBoundary = Boundary(right, j);
        }
        for (; i < left.Length; i++) writer.Toggle(Boundary(left, i));
        for (; j < right.Length; j++) writer.Toggle(Boundary(right, j));
        return writer.Finish();
    }

    public static int Difference(ReadOnlySpan<ushort> left, ReadOnlySpan<ushort> right, Span<ushort> result)
    {
        int j = 0;
        RunWriter writer = new(result);
        for (int i = 0; i < left.Length; i += 2)
        {
            int start = left[i], end = start + left[i + 1] + 1;
            while (j < right.Length && right[j] + right[j + 1] < start) j += 2; // ends before this run
            int k = j;
            for (; k < right.Length && right[k] < end; k += 2)
            {
                if (right[k] > start) writer.Extend(start, right[k]);
                start = right[k] + right[k + 1] + 1;
            }
            if (start < end) writer.Extend(start, end);
            j = Math.Max(j, k - 2); // the last one may reach into the next run
        }
        return writer.Count;
    }

    /// <summary>The boundary at an index of a span of runs: even ones start a run, odd ones end it. 0 behind the last.</summary>
    private static int Boundary(ReadOnlySpan<ushort> runs, int index)
    {
        if ((uint)index >= (uint)runs.Length) return 0;
        // For odd indices start + (length − 1) + 1, for even ones start + 0.
        int odd = index & 1;
        return runs[index - odd] + ((runs[index] + 1) & -odd);
    }

    /// <summary>Writes runs whose starts ascend and joins those that overlap or touch.</summary>
    private ref struct RunWriter(Span<ushort> result)
    {
        private readonly Span<ushort> result = result;
        private int at = -2; // the pair written last
        private int runStart;
        private int runEnd = -1; // behind the last run; nothing touches −1

        public readonly int Count => at / 2 + 1;

        public void Extend(int start, int end)
        {
            bool isNew = start > runEnd;
            at += isNew ? 2 : 0;
            runStart = isNew ? start : runStart;
            runEnd = Math.Max(runEnd, end);
            result[at] = (ushort)runStart;
            result[at + 1] = (ushort)(runEnd - runStart - 1);
        }
    }

    /// <summary>
    /// Writes ascending boundaries, each as first value or length − 1 of a pair; one equal to the one before takes
    /// that away.
    /// </summary>
    private ref struct BoundaryWriter(Span<ushort> result)
    {
        private readonly Span<ushort> result = result;
        private int count;
        private int last = -1; // the boundary written last

        public void Toggle(int boundary)
        {
            bool cancels = boundary == last;
            // 65,536 is stored as 0: it can only end the last run, and lengths are computed modulo 65,536.
            result[count] = (ushort)boundary;
            count += cancels ? -1 : 1;
            last = cancels ? (count > 0 ? result[count - 1] : -1) : boundary;
        }

        /// <summary>Turns the boundaries into pairs; returns their number.</summary>
        public readonly int Finish()
        {
            Debug.Assert(count % 2 == 0);
            for (int i = 0; i < count; i += 2)
                result[i + 1] = (ushort)(result[i + 1] - result[i] - 1);
            return count / 2;
        }
    }
}
