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
