namespace Bitmapist.Roaring.Containers;

/// <summary>Bytes of managed heap, as a 64-bit runtime lays objects out.</summary>
internal static class MemoryEstimate
{
    /// <summary>A bitmap object: header, method table, fields. Rounded up to cover both kinds.</summary>
    public const int BitmapBytes = 88;

    /// <summary>A sum that was not asked for yet.</summary>
    public const long Unknown = -1;

    public static long OfCompact(uint[] ids) => BitmapBytes + TopLevel(ids);

    public static long OfContainers(ushort[] chunks, Container[] containers, long containerBytes) =>
        BitmapBytes + TopLevel(chunks, containers) + containerBytes;

    /// <summary>Bytes of the arrays behind containers; O(containers).</summary>
    public static long Sum(ReadOnlySpan<Container> containers)
    {
        long bytes = 0;
        foreach (ref readonly Container container in containers) bytes += container.DataBytes;
        return bytes;
    }

    /// <summary>Bytes of the two arrays over so many containers.</summary>
    public static long OfTopLevel(int containers) => TopLevelBytes(containers, containers);

    private static long TopLevel(uint[] ids) => FormRules.ArrayHeaderBytes + sizeof(uint) * (long)ids.Length;

    private static long TopLevel(ushort[] chunks, Container[] containers) =>
        TopLevelBytes(chunks.Length, containers.Length);

    private static long TopLevelBytes(long chunks, long containers)
    {
        const int ContainerBytes = 16; // the descriptor: reference, cardinality, run count, kind, ownership
        return 2 * FormRules.ArrayHeaderBytes
            + sizeof(ushort) * chunks + ContainerBytes * containers;
    }
}
