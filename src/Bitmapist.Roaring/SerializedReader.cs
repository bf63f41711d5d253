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
/// of <see cref="Operations.StreamedAlgebra"/>. Keeps the header, 8 bytes a chunk. The bytes are trusted: the caller
/// has verified a checksum over what we wrote. One thread, and one pass.
/// </summary>
public sealed class SerializedReader
{
    private const int FirstReadBytes = 4096; // a page; the header of a bitmap with 500 chunks

    private readonly BytesReader _read;
    private readonly byte[] _header;
    private readonly PortableLayout _layout;
    private readonly int[] _positions = []; // of the containers and the end, where the header leaves them out
    private readonly int _bytes;
    private int _next;

    /// <summary>Reads the header.</summary>
    /// <param name="bytes">Length of the bitmap.</param>
    /// <param name="read">Reads parts of it.</param>
    /// <exception cref="InvalidDataException">These are not the bytes of a bitmap.</exception>
    public SerializedReader(int bytes, BytesReader read)
    {
        _bytes = bytes;
        _read = read;
        _header = new byte[Math.Min(bytes, FirstReadBytes)];
        read(0, _header);
        if (!PortableLayout.TryRead(_header, out _layout, out string? reason)) throw new InvalidDataException(reason);
        if (_layout.HeaderBytes > bytes) throw new InvalidDataException("header beyond the end");
        bool hasPositions = _layout.OffsetsAt >= 0;
        int needed = hasPositions ? _layout.HeaderBytes : bytes; // else at most three containers
        if (needed > _header.Length)
        {
            _header = new byte[needed];
            read(0, _header);
        }

        if (!hasPositions) _positions = Positions();
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
        _next < _layout.ContainerCount ? _layout.ChunkAt(_header, _next) : ChunkCursor.End;

    /// <summary>Passes over chunks below the given one without reading them; O(log chunks).</summary>
    internal void SkipTo(int chunk) => _next = IndexOf(chunk);

    /// <summary>Bytes of the containers from here to below a chunk; O(log chunks).</summary>
    internal long BytesBelow(int chunk) => PositionAt(IndexOf(chunk)) - PositionAt(_next);

    /// <summary>Reads the chunks from here to below the given one, and goes on behind them.</summary>
    /// <exception cref="InvalidDataException">The header makes no sense.</exception>
    internal ReadOnlyBitmap ReadBelow(int chunk)
    {
        int first = _next;
        _next = IndexOf(chunk);
        if (_next == first) return FrozenBitmap.Empty;
        bool hasRuns = false;
        for (int i = first; i < _next; i++) hasRuns |= _layout.KindAt(_header, i) == ContainerKind.Run;
        PortableLayout part = PortableLayout.Of(_next - first, hasRuns);
        int start = PositionAt(first), end = PositionAt(_next);
        if (start < _layout.HeaderBytes || end > _bytes || start >= end)
            throw new InvalidDataException("a container beyond the end");
        byte[] image = GC.AllocateUninitializedArray<byte>(part.HeaderBytes + end - start);
        part.WriteCookie(image);
        for (int i = first; i < _next; i++)
        {
            part.WriteEntry(
                image, i - first, _layout.ChunkAt(_header, i), _layout.CardinalityAt(_header, i),
                _layout.KindAt(_header, i) == ContainerKind.Run,
                (uint)(part.HeaderBytes + PositionAt(i) - start));
        }

        _read(start, image.AsSpan(part.HeaderBytes));
        return SerializedBitmap.ReadTrusted(image);
    }

    private int[] Positions()
    {
        int[] starts = new int[_layout.ContainerCount + 1];
        starts[0] = _layout.HeaderBytes;
        for (int i = 0; i < _layout.ContainerCount; i++)
        {
            int length = _layout.ContainerBytes(_header, i, starts[i]);
            if (length < 0) throw new InvalidDataException("a container beyond the end");
            starts[i + 1] = starts[i] + length;
        }

        return starts;
    }

    /// <summary>The first container, of those not read, at or after a chunk.</summary>
    private int IndexOf(int chunk)
    {
        int low = _next, high = _layout.ContainerCount;
        while (low < high)
        {
            int middle = (low + high) >> 1;
            if (_layout.ChunkAt(_header, middle) < chunk) low = middle + 1;
            else high = middle;
        }

        return low;
    }

    private int PositionAt(int index)
    {
        if (_positions.Length > 0) return _positions[index];
        if (index == _layout.ContainerCount) return _bytes;
        return BinaryPrimitives.ReadInt32LittleEndian(_header.AsSpan(_layout.OffsetsAt + (4 * index)));
    }
}
