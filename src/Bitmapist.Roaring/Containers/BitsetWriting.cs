using System.Diagnostics;

namespace Bitmapist.Roaring.Containers;

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
    }

    /// <summary>Clears a bit that is set; becomes an array when few are left.</summary>
    public static void Clear(ref Container container, ushort value)
    {
        TakeOwnership(ref container);
        ref ulong word = ref container.WordArray[value >> 6];
        Debug.Assert((word >> value & 1) != 0);
        word &= ~(1UL << value);
        container.Cardinality--;
        if (container.Cardinality < FormRules.BitsetMin) container = ContainerCopy.Plain(container.View);
    }

    private static void TakeOwnership(ref Container container)
    {
        if (container.Owned) return;
        container = Container.OfBitset(ContainerCopy.ToWords(container.View), container.Cardinality);
    }
}
