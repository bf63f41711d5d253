using System.Diagnostics;

namespace Bitmapist.Roaring.Containers;

/// <summary>
/// Writes single values to run containers: runs grow, join, shrink and split. A container that is not owned, or is
/// full, gets a new array on the way; one whose runs have become many turns into an array or a bitset.
/// </summary>
internal static class RunWriting
{
    /// <summary>
    /// Adds a value that is in no run; <paramref name="run"/> is the last run starting before it, or −1.
    /// </summary>
    public static void Add(ref Container container, int run, ushort value)
    {
        int count = container.RunCount, cardinality = container.Cardinality + 1;
        ReadOnlySpan<ushort> runs = container.ValueArray;
        bool touchesLeft = run >= 0 && runs[2 * run] + runs[2 * run + 1] + 1 == value;
        bool touchesRight = run + 1 < count && runs[2 * run + 2] == value + 1;
        ushort[] target;
        if (touchesLeft && touchesRight)
        {
            int joined = runs[2 * run + 1] + runs[2 * run + 3] + 2;
            target = RemovePair(container, run + 1);
            target[2 * run + 1] = (ushort)joined;
            count--;
        }
        else if (touchesLeft)
        {
            target = Writable(container);
            target[2 * run + 1]++;
        }
        else if (touchesRight)
        {
            target = Writable(container);
            target[2 * run + 2]--;
            target[2 * run + 3]++;
        }
        else
        {
            target = InsertPair(container, run + 1);
            target[2 * run + 2] = value;
            target[2 * run + 3] = 0;
            count++;
        }
        container = Finish(target, count, cardinality);
    }

    /// <summary>Removes a value that lies in <paramref name="run"/>; at least one other value remains.</summary>
    public static void Remove(ref Container container, int run, ushort value)
    {
        int count = container.RunCount, cardinality = container.Cardinality - 1;
        Debug.Assert(cardinality > 0);
        ushort start = container.ValueArray[2 * run], last = (ushort)(start + container.ValueArray[2 * run + 1]);
        ushort[] target;
        if (start == last)
        {
            target = RemovePair(container, run);
            count--;
        }
        else if (value == start)
        {
            target = Writable(container);
            target[2 * run]++;
            target[2 * run + 1]--;
        }
        else if (value == last)
        {
            target = Writable(container);
            target[2 * run + 1]--;
        }
        else
        {
            target = InsertPair(container, run + 1);
            target[2 * run + 1] = (ushort)(value - start - 1);
            target[2 * run + 2] = (ushort)(value + 1);
            target[2 * run + 3] = (ushort)(last - value - 1);
            count++;
        }
        container = Finish(target, count, cardinality);
    }

    private static Container Finish(ushort[] runs, int count, int cardinality)
    {
        Container result = Container.OfRuns(runs, count, cardinality);
        return FormRules.OutgrowsRuns(count, cardinality) ? ContainerCopy.Plain(result.View) : result;
    }

    private static ushort[] Writable(in Container container) =>
        container.Owned ? container.ValueArray : container.View.Values.ToArray();

    private static ushort[] RemovePair(in Container container, int run)
    {
        ushort[] target = Writable(container);
        int end = 2 * container.RunCount;
        target.AsSpan(2 * run + 2, end - 2 * run - 2).CopyTo(target.AsSpan(2 * run));
        return target;
    }

    /// <summary>Makes room for a pair at <paramref name="run"/>; the caller writes it.</summary>
    private static ushort[] InsertPair(in Container container, int run)
    {
        int end = 2 * container.RunCount;
        ushort[] source = container.ValueArray, target = source;
        if (!container.Owned || end == source.Length)
        {
            target = new ushort[(end + 2 + Math.Max(2, end / 4) + 3) & ~3];
            source.AsSpan(0, 2 * run).CopyTo(target);
        }
        source.AsSpan(2 * run, end - 2 * run).CopyTo(target.AsSpan(2 * run + 2));
        return target;
    }
}
