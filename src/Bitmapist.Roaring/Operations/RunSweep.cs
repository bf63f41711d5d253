using Bitmapist.Roaring.Containers;
using Bitmapist.Roaring.Kernels;

namespace Bitmapist.Roaring.Operations;

/// <summary>
/// Operations on run containers that walk both operands' boundaries upwards once. An array takes part as a list of
/// runs of one value.
/// </summary>
internal static class RunSweep
{
    /// <summary>
    /// The result of a truth table over two containers that are arrays or runs; O(values + runs). Operands with too
    /// many boundaries for the workspace go through a bitset.
    /// </summary>
    public static ContainerView Apply(
        SweepOperation operation, scoped in ContainerView left, scoped in ContainerView right, Workspace scratch)
    {
        // Each operand boundary starts or ends at most one result run.
        if (Boundaries(left) + Boundaries(right) > 2 * Workspace.RunsMax)
            return ThroughBitset(operation, left, right, scratch);
        int runCount = (left.Kind, right.Kind) switch
        {
            (ContainerKind.Run, ContainerKind.Run) => Sweep(new Runs(left), new Runs(right), operation, scratch.Values),
            (ContainerKind.Run, _) => Sweep(new Runs(left), new Singles(right), operation, scratch.Values),
            (_, ContainerKind.Run) => Sweep(new Singles(left), new Runs(right), operation, scratch.Values),
            _ => Sweep(new Singles(left), new Singles(right), operation, scratch.Values),
        };
        return scratch.RunResult(runCount);
    }

    /// <summary>Writes the array's values that lie in a run. Returns their number.</summary>
    public static int ArrayInRuns(ReadOnlySpan<ushort> values, ReadOnlySpan<ushort> runs, Span<ushort> result)
    {
        int count = 0, i = 0;
        for (int r = 0; r < runs.Length && i < values.Length; r += 2)
        {
            int last = runs[r] + runs[r + 1];
            i = Search.Gallop(values, i, runs[r]);
            int end = last == ushort.MaxValue ? values.Length : Search.Gallop(values, i, (ushort)(last + 1));
            values[i..end].CopyTo(result[count..]);
            count += end - i;
            i = end;
        }
        return count;
    }

    public static int CountArrayInRuns(ReadOnlySpan<ushort> values, ReadOnlySpan<ushort> runs)
    {
        int count = 0, i = 0;
        for (int r = 0; r < runs.Length && i < values.Length; r += 2)
        {
            int last = runs[r] + runs[r + 1];
            i = Search.Gallop(values, i, runs[r]);
            int end = last == ushort.MaxValue ? values.Length : Search.Gallop(values, i, (ushort)(last + 1));
            count += end - i;
            i = end;
        }
        return count;
    }

    public static int CountRunsInRuns(ReadOnlySpan<ushort> left, ReadOnlySpan<ushort> right)
    {
        int count = 0, i = 0, j = 0;
        while (i < left.Length && j < right.Length)
        {
            int leftEnd = left[i] + left[i + 1] + 1, rightEnd = right[j] + right[j + 1] + 1;
            count += Math.Max(0, Math.Min(leftEnd, rightEnd) - Math.Max(left[i], right[j]));
            i += leftEnd <= rightEnd ? 2 : 0;
            j += rightEnd <= leftEnd ? 2 : 0;
        }
        return count;
    }

    private static int Boundaries(in ContainerView view) =>
        view.Kind == ContainerKind.Run ? 2 * view.RunCount : 2 * view.Cardinality;

    private static ContainerView ThroughBitset(
        SweepOperation operation, scoped in ContainerView left, scoped in ContainerView right, Workspace scratch)
    {
        Span<ulong> words = scratch.Words;
        ContainerReading.CopyWords(left, words);
        ulong[] other = ContainerCopy.ToWords(right);
        return scratch.WordsResult(operation switch
        {
            SweepOperation.And => WordLogic.And(words, other, words),
            SweepOperation.Or => WordLogic.Or(words, other, words),
            SweepOperation.Xor => WordLogic.Xor(words, other, words),
            _ => WordLogic.AndNot(words, other, words),
        });
    }

    /// <summary>
    /// Visits the boundaries of both operands in ascending order; wherever the truth table's answer changes, a result
    /// run starts or ends. Result runs never touch. Returns the number of pairs written.
    /// </summary>
    private static int Sweep<TLeft, TRight>(TLeft left, TRight right, SweepOperation operation, Span<ushort> result)
        where TLeft : IBoundaries, allows ref struct
        where TRight : IBoundaries, allows ref struct
    {
        int inside = 0, written = 0, start = 0; // inside: bit 1 for left, bit 0 for right
        bool emitting = false;
        int leftNext = left.Next(), rightNext = right.Next();
        while (true)
        {
            int at = Math.Min(leftNext, rightNext);
            if (at == NoBoundary) break;
            if (leftNext == at)
            {
                inside ^= 2;
                leftNext = left.Next();
            }
            if (rightNext == at)
            {
                inside ^= 1;
                rightNext = right.Next();
            }
            bool member = ((int)operation >> inside & 1) != 0;
            if (member == emitting) continue;
            if (member) start = at;
            else
            {
                result[written++] = (ushort)start;
                result[written++] = (ushort)(at - start - 1);
            }
            emitting = member;
        }
        return written / 2;
    }

    /// <summary>Larger than any boundary, which is at most 65,536.</summary>
    private const int NoBoundary = int.MaxValue;

    /// <summary>The places where membership changes, ascending: start and end of each run, then NoBoundary.</summary>
    private interface IBoundaries
    {
        int Next();
    }

    private ref struct Runs(in ContainerView view) : IBoundaries
    {
        private readonly ReadOnlySpan<ushort> runs = view.Values;
        private int position;
        private int end = -1; // of the run whose start was given last

        public int Next()
        {
            if (end >= 0)
            {
                int boundary = end;
                // Touching runs are one: otherwise a value's membership would change twice at one place.
                while (position < runs.Length && runs[position] == boundary)
                {
                    boundary = runs[position] + runs[position + 1] + 1;
                    position += 2;
                }
                end = -1;
                return boundary;
            }
            if (position == runs.Length) return NoBoundary;
            int start = runs[position];
            end = start + runs[position + 1] + 1;
            position += 2;
            return start;
        }
    }

    private ref struct Singles(in ContainerView view) : IBoundaries
    {
        private readonly ReadOnlySpan<ushort> values = view.Values;
        private int position;
        private int end = -1;

        public int Next()
        {
            if (end >= 0)
            {
                int boundary = end;
                while (position < values.Length && values[position] == boundary)
                {
                    boundary++;
                    position++;
                }
                end = -1;
                return boundary;
            }
            if (position == values.Length) return NoBoundary;
            int start = values[position++];
            end = start + 1;
            return start;
        }
    }
}
