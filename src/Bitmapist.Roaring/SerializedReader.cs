using System.Buffers.Binary;
using Bitmapist.Roaring.Containers;
using Bitmapist.Roaring.Format;

namespace Bitmapist.Roaring;

/// <summary>Reads bytes of something that is not in memory.</summary>
/// <param name="start">Where they begin.</param>
/// <param name="destination">As long as what is wanted, which lies within what there is.</param>
public delegate void BytesReader(int start, Span<byte> destination);

/// <summary>
/// A bitmap in the portable format that lies elsewhere, read in parts, upwards: for a single question, or as an operand
/// of <see cref="StreamedAlgebra"/>. Keeps the header, 8 bytes a chunk. The bytes are trusted: a checksum over what we
/// wrote proves them. One thread, and one pass.
/// </summary>
public sealed class SerializedReader
{
    private const int FirstReadBytes = 4096; // a page; the header of a bitmap with 500 chunks

    private readonly BytesReader read;
    private readonly byte[] header;
    private readonly PortableLayout layout;
    private readonly int[] positions = []; // of the containers and the end, where the header leaves them out
    private readonly int bytes;
    private int next;

    /// <summary>Reads the header.</summary>
    /// <param name="bytes">Length of the bitmap.</param>
    /// <param name="read">Reads parts of it.</param>
    /// <exception cref="InvalidDataException">These are not the bytes of a bitmap.</exception>
    public SerializedReader(int bytes, BytesReader read)
    {
        this.bytes = bytes;
        this.read = read;
        header = new byte[Math.Min(bytes, FirstReadBytes)];
        read(0, header);
        if (!PortableLayout.TryRead(header, out layout, out string? reason)) throw new InvalidDataException(reason);
        if (layout.HeaderBytes > bytes) throw new InvalidDataException("header beyond the end");
        bool hasPositions = layout.OffsetsAt >= 0;
        int needed = hasPositions ? layout.HeaderBytes : bytes; // else at most three containers
        if (needed > header.Length)
        {
            header = new byte[needed];
            read(0, header);
        }

        if (!hasPositions) positions = Positions();
    }

    /// <summary>Whether it holds an id; goes on behind the id's chunk. Reads one container, at most 8 KiB.</summary>
    /// <exception cref="InvalidDataException">The header makes no sense.</exception>
    public bool Contains(uint id)
    {
        int chunk = (int)(id >> 16);
        SkipTo(chunk);
        return NextChunk == chunk && ReadBelow(chunk + 1).Contains(id);
    }

    /// <summary>The chunk to be read next; 65,536 behind the last one.</summary>
    internal int NextChunk =>
        next < layout.ContainerCount ? layout.ChunkAt(header, next) : ChunkCursor.End;

    /// <summary>Passes over chunks below the given one without reading them; O(log chunks).</summary>
    internal void SkipTo(int chunk) => next = IndexOf(chunk);

    /// <summary>Bytes of the containers from here to below a chunk; O(log chunks).</summary>
    internal long BytesBelow(int chunk) => PositionAt(IndexOf(chunk)) - PositionAt(next);

    /// <summary>Reads the chunks from here to below the given one, and goes on behind them.</summary>
    /// <exception cref="InvalidDataException">The header makes no sense.</exception>
    internal ReadOnlyBitmap ReadBelow(int chunk)
    {
        int first = next;
        next = IndexOf(chunk);
        if (next == first) return FrozenBitmap.Empty;
        bool hasRuns = false;
        for (int i = first; i < next; i++) hasRuns |= layout.KindAt(header, i) == ContainerKind.Run;
        PortableLayout part = PortableLayout.Of(next - first, hasRuns);
        int start = PositionAt(first), end = PositionAt(next);
        if (start < layout.HeaderBytes || end > bytes || start >= end)
            throw new InvalidDataException("a container beyond the end");
        byte[] image = GC.AllocateUninitializedArray<byte>(part.HeaderBytes + end - start);
        part.WriteCookie(image);
        for (int i = first; i < next; i++)
        {
            part.WriteEntry(
                image, i - first, layout.ChunkAt(header, i), layout.CardinalityAt(header, i),
                layout.KindAt(header, i) == ContainerKind.Run,
                (uint)(part.HeaderBytes + PositionAt(i) - start));
        }

        read(start, image.AsSpan(part.HeaderBytes));
        return SerializedBitmap.ReadTrusted(image);
    }

    private int[] Positions()
    {
        int[] starts = new int[layout.ContainerCount + 1];
        starts[0] = layout.HeaderBytes;
        for (int i = 0; i < layout.ContainerCount; i++)
        {
            int length = layout.ContainerBytes(header, i, starts[i]);
            if (length < 0) throw new InvalidDataException("a container beyond the end");
            starts[i + 1] = starts[i] + length;
        }

        return starts;
    }

    /// <summary>The first container, of those not read, at or after a chunk.</summary>
    private int IndexOf(int chunk)
    {
        int low = next, high = layout.ContainerCount;
        while (low < high)
        {
            int middle = (low + high) >> 1;
            if (layout.ChunkAt(header, middle) < chunk) low = middle + 1;
            else high = middle;
        }

        return low;
    }

    private int PositionAt(int index)
    {
        if (positions.Length > 0) return positions[index];
        if (index == layout.ContainerCount) return bytes;
        return BinaryPrimitives.ReadInt32LittleEndian(header.AsSpan(layout.OffsetsAt + (4 * index)));
    }
}
