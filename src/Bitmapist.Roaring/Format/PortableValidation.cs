using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Bitmapist.Roaring.Containers;
using Bitmapist.Roaring.Kernels;

namespace Bitmapist.Roaring.Format;

/// <summary>
/// Checks foreign bytes before anything trusts them. Accepts what the specification allows, also where we would have
/// chosen another form; refuses whatever contradicts itself. Never throws, allocates nothing.
/// </summary>
internal static class PortableValidation
{
    /// <summary>
    /// Whether <paramref name="bytes"/> begin with a whole bitmap, and how many bytes it takes. Bytes behind it are
    /// the caller's.
    /// </summary>
    public static bool Check(ReadOnlySpan<byte> bytes, out int consumedBytes, out string? reason)
    {
        consumedBytes = 0;
        if (!PortableLayout.TryRead(bytes, out PortableLayout layout, out reason)) return false;
        reason = CheckContainers(bytes, layout, out consumedBytes);
        if (reason is null) return true;
        consumedBytes = 0;
        return false;
    }

    private static string? CheckContainers(ReadOnlySpan<byte> bytes, in PortableLayout layout, out int position)
    {
        position = layout.HeaderBytes;
        if (bytes.Length < layout.HeaderBytes) return "truncated header";
        int chunkBefore = -1;
        for (int i = 0; i < layout.ContainerCount; i++)
        {
            int chunk = layout.ChunkAt(bytes, i);
            if (chunk <= chunkBefore) return "chunks not strictly ascending";
            chunkBefore = chunk;
            if (layout.OffsetsAt >= 0
                && BinaryPrimitives.ReadUInt32LittleEndian(bytes[(layout.OffsetsAt + 4 * i)..]) != position)
                return "an offset does not point at its container";
            int containerBytes = layout.ContainerBytes(bytes, i, position);
            if (containerBytes < 0 || containerBytes > bytes.Length - position) return "truncated container";
            string? fault = CheckContainer(
                layout.KindAt(bytes, i), bytes.Slice(position, containerBytes), layout.CardinalityAt(bytes, i));
            if (fault is not null) return fault;
            position += containerBytes;
        }
        return null;
    }

    private static string? CheckContainer(ContainerKind kind, ReadOnlySpan<byte> container, int cardinality)
    {
        switch (kind)
        {
            case ContainerKind.Array:
                return AscendingValues.Are(MemoryMarshal.Cast<byte, ushort>(container))
                    ? null
                    : "array values not strictly ascending";
            case ContainerKind.Bitset:
                int bits = PopCount.Count(MemoryMarshal.Cast<byte, ulong>(container));
                return bits == cardinality ? null : "a bitset's cardinality is not its number of bits";
            default:
                return CheckRuns(MemoryMarshal.Cast<byte, ushort>(container[2..]), cardinality);
        }
    }

    private static string? CheckRuns(ReadOnlySpan<ushort> runs, int cardinality)
    {
        int end = 0, total = 0; // end: first value behind the last run
        for (int i = 0; i < runs.Length; i += 2)
        {
            if (runs[i] < end) return "runs not ascending and disjoint";
            end = runs[i] + runs[i + 1] + 1;
            if (end > FormRules.ChunkIds) return "a run leaves its chunk";
            total += runs[i + 1] + 1;
        }
        return total == cardinality ? null : "a run container's cardinality is not the sum of its runs";
    }
}
