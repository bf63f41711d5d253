using System.Buffers;
using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Bitmapist.Roaring.Containers;
using Bitmapist.Roaring.Format;
using Bitmapist.Roaring.Kernels;

namespace Bitmapist.Roaring;

/// <summary>
/// Questions to a bitmap in the portable format that lies elsewhere, answered from a few of its bytes. The bytes are
/// trusted: a checksum over what we wrote proves them. Any thread.
/// </summary>
public static class SerializedParts
{
    private const int FirstReadBytes = 4096; // a page; the header of a bitmap with 500 chunks

    /// <summary>
    /// Whether a bitmap of <paramref name="bytes"/> bytes holds an id. Reads its header, 8 bytes a chunk, and one
    /// container, at most 8 KiB.
    /// </summary>
    /// <exception cref="InvalidDataException">These are not the bytes of a bitmap.</exception>
    public static bool Contains(uint id, int bytes, BytesReader read)
    {
        byte[] rented = ArrayPool<byte>.Shared.Rent(Math.Min(bytes, FirstReadBytes));
        try
        {
            Span<byte> header = rented.AsSpan(0, Math.Min(bytes, FirstReadBytes));
            read(0, header);
            if (!PortableLayout.TryRead(header, out PortableLayout layout, out string? reason))
                throw new InvalidDataException(reason);
            if (layout.OffsetsAt < 0) return ContainsInWhole(id, bytes, read);
            if (layout.HeaderBytes > bytes) throw new InvalidDataException("header beyond the end");
            if (layout.HeaderBytes > header.Length)
            {
                ArrayPool<byte>.Shared.Return(rented);
                rented = ArrayPool<byte>.Shared.Rent(layout.HeaderBytes);
                header = rented.AsSpan(0, layout.HeaderBytes);
                read(0, header);
            }

            int index = FindChunk(header, layout, (int)(id >> 16));
            return index >= 0 && ContainsAt(index, (ushort)id, header, layout, bytes, read);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(rented);
        }
    }

    // Fewer than four containers with runs among them have no offsets.
    private static bool ContainsInWhole(uint id, int bytes, BytesReader read)
    {
        byte[] whole = new byte[bytes];
        read(0, whole);
        return SerializedBitmap.ReadTrusted(whole).Contains(id);
    }

    private static int FindChunk(ReadOnlySpan<byte> header, in PortableLayout layout, int chunk)
    {
        int low = 0, high = layout.ContainerCount - 1;
        while (low <= high)
        {
            int middle = (low + high) >>> 1;
            int found = layout.ChunkAt(header, middle);
            if (found == chunk) return middle;
            if (found < chunk) low = middle + 1;
            else high = middle - 1;
        }

        return -1;
    }

    private static bool ContainsAt(
        int index, ushort value, ReadOnlySpan<byte> header, in PortableLayout layout, int bytes, BytesReader read)
    {
        int start = OffsetAt(header, layout, index);
        int end = index + 1 < layout.ContainerCount ? OffsetAt(header, layout, index + 1) : bytes;
        ContainerKind kind = layout.KindAt(header, index);
        if (start < layout.HeaderBytes || end > bytes || start >= end)
            throw new InvalidDataException("a container beyond the end");
        if (kind == ContainerKind.Bitset)
        {
            Span<byte> one = stackalloc byte[1];
            read(start + (value >> 3), one);
            return (one[0] >> (value & 7) & 1) != 0;
        }

        byte[] rented = ArrayPool<byte>.Shared.Rent(end - start);
        Span<byte> container = rented.AsSpan(0, end - start);
        read(start, container);
        bool contains;
        if (kind == ContainerKind.Array)
        {
            ReadOnlySpan<ushort> values = MemoryMarshal.Cast<byte, ushort>(container);
            contains = values[..layout.CardinalityAt(header, index)].BinarySearch(value) >= 0;
        }
        else
        {
            int runs = BinaryPrimitives.ReadUInt16LittleEndian(container);
            ReadOnlySpan<ushort> pairs = MemoryMarshal.Cast<byte, ushort>(container.Slice(2, 4 * runs));
            int run = Search.LastRunAtOrBefore(pairs, value);
            contains = run >= 0 && value <= pairs[2 * run] + pairs[(2 * run) + 1];
        }

        ArrayPool<byte>.Shared.Return(rented);
        return contains;
    }

    private static int OffsetAt(ReadOnlySpan<byte> header, in PortableLayout layout, int index) =>
        BinaryPrimitives.ReadInt32LittleEndian(header[(layout.OffsetsAt + (4 * index))..]);
}
