using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Bitmapist.Roaring.Kernels;

/// <summary>
/// Set operations on spans of runs: pairs of first value and length − 1, ascending and disjoint, possibly touching
/// where they come from foreign bytes. Results are maximal runs, written to a span with room for one pair more than
/// both operands have together, which overlaps neither. Each returns the number of runs. A pair is read as one 32-bit
/// number, its first value in the lower half.
/// </summary>
internal static class RunMerge
{
    public static int Intersect(ReadOnlySpan<ushort> leftRuns, ReadOnlySpan<ushort> rightRuns, Span<ushort> result)
    {
        ReadOnlySpan<uint> left = Pairs(leftRuns), right = Pairs(rightRuns);
        if (left.IsEmpty || right.IsEmpty) return 0;
        RunWriter writer = new(result);
        int i = 0, j = 0;
        int leftStart = Start(left[0]), leftEnd = End(left[0]), rightStart = Start(right[0]), rightEnd = End(right[0]);
        while (true)
        {
            // Sparse sets pass over several runs of one side at a time, and branches on that predict well.
            if (leftEnd <= rightStart)
            {
                if (++i >= left.Length) break;
                leftStart = Start(left[i]);
                leftEnd = End(left[i]);
            }
            else if (rightEnd <= leftStart)
            {
                if (++j >= right.Length) break;
                rightStart = Start(right[j]);
                rightEnd = End(right[j]);
            }
            else
            {
                int end = Branchless.Min(leftEnd, rightEnd);
                writer.Extend(Branchless.Max(leftStart, rightStart), end);
                // Which one ends first is anyone's guess: advance without a branch, and read both again.
                i += Branchless.One(leftEnd <= end);
                j += Branchless.One(rightEnd <= end);
                if (i >= left.Length || j >= right.Length) break;
                leftStart = Start(left[i]);
                leftEnd = End(left[i]);
                rightStart = Start(right[j]);
                rightEnd = End(right[j]);
            }
        }
        return writer.Count;
    }

    public static int IntersectCount(ReadOnlySpan<ushort> leftRuns, ReadOnlySpan<ushort> rightRuns)
    {
        ReadOnlySpan<uint> left = Pairs(leftRuns), right = Pairs(rightRuns);
        if (left.IsEmpty || right.IsEmpty) return 0;
        int i = 0, j = 0, count = 0;
        int leftStart = Start(left[0]), leftEnd = End(left[0]), rightStart = Start(right[0]), rightEnd = End(right[0]);
        while (true)
        {
            if (leftEnd <= rightStart)
            {
                if (++i >= left.Length) break;
                leftStart = Start(left[i]);
                leftEnd = End(left[i]);
            }
            else if (rightEnd <= leftStart)
            {
                if (++j >= right.Length) break;
                rightStart = Start(right[j]);
                rightEnd = End(right[j]);
            }
            else
            {
                int end = Branchless.Min(leftEnd, rightEnd);
                count += end - Branchless.Max(leftStart, rightStart);
                // Which one ends first is anyone's guess: advance without a branch, and read both again.
                i += Branchless.One(leftEnd <= end);
                j += Branchless.One(rightEnd <= end);
                if (i >= left.Length || j >= right.Length) break;
                leftStart = Start(left[i]);
                leftEnd = End(left[i]);
                rightStart = Start(right[j]);
                rightEnd = End(right[j]);
            }
        }
        return count;
    }

    public static int Union(ReadOnlySpan<ushort> leftRuns, ReadOnlySpan<ushort> rightRuns, Span<ushort> result)
    {
        ReadOnlySpan<uint> left = Pairs(leftRuns), right = Pairs(rightRuns);
        RunWriter writer = new(result);
        int i = 0, j = 0;
        while (i < left.Length && j < right.Length)
        {
            // Both are loaded, so that choosing one needs no branch.
            uint leftRun = left[i], rightRun = right[j];
            bool fromLeft = Start(leftRun) <= Start(rightRun);
            uint next = Branchless.Select(fromLeft, leftRun, rightRun);
            writer.Extend(Start(next), End(next));
            int one = Branchless.One(fromLeft);
            i += one;
            j += 1 - one;
        }
        foreach (uint run in left[i..]) writer.Extend(Start(run), End(run));
        foreach (uint run in right[j..]) writer.Extend(Start(run), End(run));
        return writer.Count;
    }

    public static int SymmetricDifference(
        ReadOnlySpan<ushort> leftRuns, ReadOnlySpan<ushort> rightRuns, Span<ushort> result)
    {
        ReadOnlySpan<uint> left = Pairs(leftRuns), right = Pairs(rightRuns);
        ParityWriter writer = new(result);
        int i = 0, j = 0;
        while (i < left.Length && j < right.Length)
        {
            uint leftRun = left[i], rightRun = right[j];
            bool fromLeft = Start(leftRun) <= Start(rightRun);
            uint next = Branchless.Select(fromLeft, leftRun, rightRun);
            writer.Toggle(Start(next), End(next));
            int one = Branchless.One(fromLeft);
            i += one;
            j += 1 - one;
        }
        foreach (uint run in left[i..]) writer.Toggle(Start(run), End(run));
        foreach (uint run in right[j..]) writer.Toggle(Start(run), End(run));
        return writer.Finish();
    }

    public static int Difference(ReadOnlySpan<ushort> leftRuns, ReadOnlySpan<ushort> rightRuns, Span<ushort> result)
    {
        ReadOnlySpan<uint> left = Pairs(leftRuns), right = Pairs(rightRuns);
        RunWriter writer = new(result);
        int j = 0;
        foreach (uint run in left)
        {
            int start = Start(run), end = End(run);
            while (j < right.Length && End(right[j]) <= start) j++;
            int k = j;
            for (; k < right.Length && Start(right[k]) < end; k++)
            {
                if (Start(right[k]) > start) writer.Extend(start, Start(right[k]));
                start = End(right[k]);
            }
            if (start < end) writer.Extend(start, end);
            j = Math.Max(j, k - 1); // the last one may reach into the next run
        }
        return writer.Count;
    }

    private static ReadOnlySpan<uint> Pairs(ReadOnlySpan<ushort> runs) => MemoryMarshal.Cast<ushort, uint>(runs);

    private static int Start(uint run) => (ushort)run;

    /// <summary>The first value behind a run.</summary>
    private static int End(uint run) => (int)((run >> 16) + (ushort)run + 1);

    private static uint Run(int start, int end) => (uint)(end - start - 1) << 16 | (uint)start;

    /// <summary>Writes runs whose starts ascend and joins those that overlap or touch.</summary>
    private ref struct RunWriter(Span<ushort> result)
    {
        private readonly Span<uint> _result = MemoryMarshal.Cast<ushort, uint>(result);
        private int _at = -1; // the run written last
        private int _runStart;
        private int _runEnd = -1; // behind the last run; nothing touches −1

        public readonly int Count => _at + 1;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Extend(int start, int end)
        {
            bool isNew = start > _runEnd;
            _at += Branchless.One(isNew);
            _runStart = Branchless.Select(isNew, start, _runStart);
            _runEnd = Branchless.Max(_runEnd, end);
            _result[_at] = Run(_runStart, _runEnd);
        }
    }

    /// <summary>
    /// Reverses membership of runs whose starts ascend. Everything below the last start is final; above it is at
    /// most one run, which is kept back.
    /// </summary>
    private ref struct ParityWriter(Span<ushort> result)
    {
        private readonly Span<uint> _result = MemoryMarshal.Cast<ushort, uint>(result);
        private int _at;
        private int _keptStart;
        private int _keptEnd = -1; // no run touches −1

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Toggle(int start, int end)
        {
            bool isApart = start > _keptEnd, touches = start == _keptEnd;
            int finalEnd = Branchless.Select(isApart, _keptEnd, start);
            _result[_at] = Run(_keptStart, finalEnd); // overwritten unless there is something final
            _at += Branchless.One(finalEnd > _keptStart & !touches);
            int overlapEnd = Branchless.Min(_keptEnd, end);
            _keptStart = Branchless.Select(isApart, start, Branchless.Select(touches, _keptStart, overlapEnd));
            _keptEnd = Branchless.Max(_keptEnd, end); // which is start or more where it is apart
        }

        public int Finish()
        {
            if (_keptEnd > _keptStart) _result[_at++] = Run(_keptStart, _keptEnd);
            return _at;
        }
    }
}
