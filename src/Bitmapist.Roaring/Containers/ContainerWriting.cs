using System.Diagnostics;

namespace Bitmapist.Roaring.Containers;

/// <summary>
/// Writes single values to array containers. A container that is not owned, or is full, gets a new array on the way;
/// afterwards it is owned.
/// </summary>
internal static class ArrayWriting
{
    /// <summary>Inserts a value at its place, the lower bound; becomes a bitset beyond the largest array.</summary>
    public static void Insert(ref Container container, int position, ushort value)
    {
        int count = container.Cardinality;
        if (count == FormRules.ArrayMax)
        {
            container = Container.OfBitset(ContainerCopy.ToWords(container.View), count);
            BitsetWriting.Set(ref container, value);
            return;
        }
        ushort[] values = container.ValueArray;
        if (!container.Owned || count == values.Length)
        {
            ushort[] grown = new ushort[FormRules.GrownArrayCapacity(count + 1)];
            values.AsSpan(0, position).CopyTo(grown);
            values.AsSpan(position, count - position).CopyTo(grown.AsSpan(position + 1));
            values = grown;
        }
        else
        {
            values.AsSpan(position, count - position).CopyTo(values.AsSpan(position + 1));
        }
        values[position] = value;
        container = Container.OfArray(values, count + 1);
    }

    /// <summary>Removes the value at a position; at least one other remains.</summary>
    public static void RemoveAt(ref Container container, int position)
    {
        int count = container.Cardinality;
        Debug.Assert(count > 1);
        ushort[] values = container.ValueArray;
        bool wasteful = values.Length > FormRules.GrownArrayCapacity(count) + count / 2;
        if (!container.Owned || wasteful)
        {
            ushort[] copy = new ushort[FormRules.GrownArrayCapacity(count)];
            values.AsSpan(0, position).CopyTo(copy);
            values.AsSpan(position + 1, count - position - 1).CopyTo(copy.AsSpan(position));
            values = copy;
        }
        else
        {
            values.AsSpan(position + 1, count - position - 1).CopyTo(values.AsSpan(position));
        }
        container = Container.OfArray(values, count - 1);
    }
}

/// <summary>Writes single bits to bitset containers; copies one that is not owned first.</summary>
internal static class BitsetWriting
{
    /// <summary>Sets a bit that is clear.</summary>
    public static void Set(ref Container container, ushort value)
    {
        TakeOwnership(ref container);
        ref ulong word = ref container.WordArray[value >> 6];
        Debug.Assert((word >> value & 1) == 0);
        word |= 1UL << value;
        container.Cardinality++;
        container.PlannedRuns = 0;
    }

    /// <summary>Clears a bit that is set; becomes an array when few are left.</summary>
    public static void Clear(ref Container container, ushort value)
    {
        TakeOwnership(ref container);
        ref ulong word = ref container.WordArray[value >> 6];
        Debug.Assert((word >> value & 1) != 0);
        word &= ~(1UL << value);
        container.Cardinality--;
        container.PlannedRuns = 0;
        if (container.Cardinality < FormRules.BitsetMin) container = ContainerCopy.Plain(container.View);
    }

    private static void TakeOwnership(ref Container container)
    {
        if (container.Owned) return;
        container = Container.OfBitset(ContainerCopy.ToWords(container.View), container.Cardinality);
    }
}

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
