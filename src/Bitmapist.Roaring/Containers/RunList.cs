using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Bitmapist.Roaring.Kernels;

namespace Bitmapist.Roaring.Containers;

/// <summary>
/// Spans of run pairs (start, length − 1), ascending and disjoint. Runs that we write never touch one another; runs in
/// foreign bytes may.
/// </summary>
internal static class RunList
{
    /// <summary>
    /// Spare elements behind the last value that <see cref="CopyValues"/> needs: it writes eight at a time.
    /// </summary>
    public const int Slack = 8;

    public static int Cardinality(ReadOnlySpan<ushort> runs)
    {
        int cardinality = runs.Length / 2;
        for (int i = 1; i < runs.Length; i += 2) cardinality += runs[i];
        return cardinality;
    }

    /// <summary>Writes the runs' values, ascending; the target holds them all and <see cref="Slack"/> more.</summary>
    public static void CopyValues(ReadOnlySpan<ushort> runs, Span<ushort> values)
    {
        ref ushort target = ref MemoryMarshal.GetReference(values);
        Vector128<ushort> steps = Vector128.CreateSequence<ushort>(0, 1);
        nuint count = 0;
        for (int i = 0; i < runs.Length; i += 2)
        {
            int length = runs[i + 1] + 1;
            for (int done = 0; done < length; done += Slack)
            {
                Vector128<ushort> next = Vector128.Create((ushort)(runs[i] + done)) + steps;
                next.StoreUnsafe(ref target, count + (nuint)done);
            }
            count += (nuint)length;
        }
        Debug.Assert((int)count + Slack <= values.Length);
    }

    /// <summary>
    /// Writes the maximal runs of strictly ascending values, at most 4,096; returns their number. The target may hold
    /// no more pairs than there are runs.
    /// </summary>
    public static int FillFromArray(ReadOnlySpan<ushort> values, Span<ushort> target)
    {
        Span<ushort> first = stackalloc ushort[FormRules.PortableArrayMax + RunEdges.Slack];
        Span<ushort> last = stackalloc ushort[FormRules.PortableArrayMax + RunEdges.Slack];
        int count = RunEdges.Find(values, first, last);
        Widths.Interleave(first[..count], last[..count], target);
        return count;
    }

    /// <summary>The number of maximal runs in any container; O(1) words per value, run or word.</summary>
    public static int CountRuns(in ContainerView view) => CountRuns(view, int.MaxValue);

    /// <summary>The same, or any number from the limit on where there are that many.</summary>
    public static int CountRuns(in ContainerView view, int limit) => view.Kind switch
    {
        ContainerKind.Array => RunCount.OfValues(view.Values, limit),
        ContainerKind.Bitset => RunCount.OfBits(view.Words, limit),
        _ => RunCount.OfRuns(view.Values),
    };

    /// <summary>
    /// Writes the maximal runs of <paramref name="view"/>; the target holds exactly <see cref="CountRuns"/> pairs.
    /// </summary>
    public static void Fill(in ContainerView view, Span<ushort> target)
    {
        switch (view.Kind)
        {
            case ContainerKind.Array: FillFromArray(view.Values, target); break;
            case ContainerKind.Bitset: FillFromBitset(view.Words, target); break;
            default: FillFromRuns(view.Values, target); break;
        }
    }

    private static bool Touches(ReadOnlySpan<ushort> runs, int i) => runs[i] == runs[i - 2] + runs[i - 1] + 1;

    private static void FillFromBitset(ReadOnlySpan<ulong> words, Span<ushort> target)
    {
        int at = 0;
        for (int start = BitScan.NextSet(words, 0); start >= 0; at += 2)
        {
            int end = BitScan.NextClear(words, start);
            target[at] = (ushort)start;
            target[at + 1] = (ushort)(end - start - 1);
            start = BitScan.NextSet(words, end);
        }
    }

    private static void FillFromRuns(ReadOnlySpan<ushort> runs, Span<ushort> target)
    {
        target[0] = runs[0];
        target[1] = runs[1];
        int at = 0;
        for (int i = 2; i < runs.Length; i += 2)
        {
            if (Touches(runs, i))
            {
                target[at + 1] += (ushort)(runs[i + 1] + 1);
                continue;
            }
            at += 2;
            target[at] = runs[i];
            target[at + 1] = runs[i + 1];
        }
    }
}
