using System.Buffers.Binary;
using System.Diagnostics;
using System.Runtime.InteropServices;
using Bitmapist.Roaring.Containers;
using Bitmapist.Roaring.Format;

namespace Bitmapist.Roaring;

/// <summary>
/// A bitmap read in place from bytes in the portable format (docs/format/roaring.md). The bytes must not change while
/// it is used; any number of threads may read it.
/// </summary>
public sealed class SerializedBitmap : ReadOnlyBitmap
{
    private readonly ReadOnlyMemory<byte> _bytes; // the bitmap and nothing else
    private readonly PortableLayout _layout;
    private readonly long _cardinality;
    private readonly (int First, int Second, int Third) _offsets; // where the header leaves them out: fewer than four

    private SerializedBitmap(ReadOnlyMemory<byte> bytes, in PortableLayout layout)
    {
        _layout = layout;
        ReadOnlySpan<byte> span = bytes.Span;
        for (int i = 0; i < layout.ContainerCount; i++) _cardinality += layout.CardinalityAt(span, i);
        int end = layout.HeaderBytes;
        if (layout.OffsetsAt < 0)
        {
            _offsets.First = end;
            end += layout.ContainerBytes(span, 0, end);
            _offsets.Second = end;
            if (layout.ContainerCount > 1) end += layout.ContainerBytes(span, 1, end);
            _offsets.Third = end;
            if (layout.ContainerCount > 2) end += layout.ContainerBytes(span, 2, end);
        }
        else if (layout.ContainerCount > 0)
        {
            int last = layout.ContainerCount - 1;
            end = OffsetAt(span, last);
            end += layout.ContainerBytes(span, last, end);
        }
        _bytes = bytes[..end];
    }

    /// <summary>The ids counted by the header; O(1), summed when the bitmap was opened.</summary>
    public override long Cardinality => _cardinality;

    public override int ChunkCount => _layout.ContainerCount;

    internal override int ContainerCount => _layout.ContainerCount;

    /// <summary>
    /// Opens foreign bytes after checking every one of them; O(bytes), never throws on bad input. Bytes behind the
    /// bitmap are allowed and not counted in <paramref name="consumedBytes"/>. False gives the reason.
    /// </summary>
    public static bool TryRead(
        ReadOnlyMemory<byte> bytes, out SerializedBitmap? bitmap, out int consumedBytes, out string? reason)
    {
        bitmap = null;
        if (!PortableValidation.Check(bytes.Span, out consumedBytes, out reason)) return false;
        PortableLayout.TryRead(bytes.Span, out PortableLayout layout, out _);
        bitmap = new SerializedBitmap(bytes, layout);
        Debug.Assert(bitmap._bytes.Length == consumedBytes);
        return true;
    }

    /// <summary>
    /// Opens bytes that the caller has verified (by a checksum over what we wrote); O(chunks). Throws
    /// <see cref="ArgumentException"/> when they do not even start as a bitmap.
    /// </summary>
    public static SerializedBitmap ReadTrusted(ReadOnlyMemory<byte> bytes)
    {
        if (!PortableLayout.TryRead(bytes.Span, out PortableLayout layout, out string? reason))
            throw new ArgumentException($"Not a portable bitmap: {reason}.", nameof(bytes));
        return new SerializedBitmap(bytes, layout);
    }

    public override FrozenBitmap ToFrozen()
    {
        ResultBuilder result = ResultBuilder.ForThisThread();
        Workspace scratch = Workspace.First;
        for (ChunkCursor cursor = new(this); cursor.Chunk != ChunkCursor.End; cursor.MoveNext())
            result.Append(ref cursor, scratch);
        return result.ToFrozen();
    }

    /// <summary>What it is made of; O(containers).</summary>
    public ContainerCensus TakeCensus()
    {
        ReadOnlySpan<byte> span = _bytes.Span;
        var census = new ContainerCensus { HeaderBytes = _layout.HeaderBytes };
        for (int i = 0; i < _layout.ContainerCount; i++)
        {
            int containerBytes = _layout.ContainerBytes(span, i, OffsetAt(span, i));
            census += _layout.KindAt(span, i) switch
            {
                ContainerKind.Array => new ContainerCensus { Arrays = 1, ArrayBytes = containerBytes },
                ContainerKind.Bitset => new ContainerCensus { Bitsets = 1, BitsetBytes = containerBytes },
                _ => new ContainerCensus { Runs = 1, RunBytes = containerBytes },
            };
        }
        return census;
    }

    internal override int ChunkAt(int index) => _layout.ChunkAt(_bytes.Span, index);

    internal override int FindChunk(int chunk)
    {
        ReadOnlySpan<byte> span = _bytes.Span;
        int low = 0, high = _layout.ContainerCount;
        while (low < high)
        {
            int middle = (low + high) >> 1;
            if (_layout.ChunkAt(span, middle) < chunk) low = middle + 1;
            else high = middle;
        }
        return low;
    }

    internal override int CardinalityAt(int index) => _layout.CardinalityAt(_bytes.Span, index);

    internal override ContainerView ViewAt(int index)
    {
        ReadOnlySpan<byte> span = _bytes.Span;
        ReadOnlySpan<byte> data = span[OffsetAt(span, index)..];
        int valuesCardinality = _layout.CardinalityAt(span, index);
        switch (_layout.KindAt(span, index))
        {
            case ContainerKind.Array:
                return ContainerView.OfArray(MemoryMarshal.Cast<byte, ushort>(data[..(2 * valuesCardinality)]));
            case ContainerKind.Bitset:
                return ContainerView.OfBitset(
                    MemoryMarshal.Cast<byte, ulong>(data[..FormRules.BitsetBytes]), valuesCardinality);
            default:
                int runBytes = 4 * BinaryPrimitives.ReadUInt16LittleEndian(data);
                return ContainerView.OfRuns(
                    MemoryMarshal.Cast<byte, ushort>(data.Slice(2, runBytes)), valuesCardinality);
        }
    }

    private int OffsetAt(ReadOnlySpan<byte> span, int index)
    {
        if (_layout.OffsetsAt >= 0)
            return (int)BinaryPrimitives.ReadUInt32LittleEndian(span[(_layout.OffsetsAt + 4 * index)..]);
        return index switch { 0 => _offsets.First, 1 => _offsets.Second, _ => _offsets.Third };
    }
}

/// <summary>What serialized bitmaps are made of: their containers, and their bytes, by kind.</summary>
public readonly record struct ContainerCensus
{
    /// <summary>Containers that are sorted arrays.</summary>
    public long Arrays { get; init; }

    public long ArrayBytes { get; init; }

    /// <summary>Containers that are bitsets of 8 KiB.</summary>
    public long Bitsets { get; init; }

    public long BitsetBytes { get; init; }

    /// <summary>Containers that are runs.</summary>
    public long Runs { get; init; }

    public long RunBytes { get; init; }

    /// <summary>Bytes before the containers.</summary>
    public long HeaderBytes { get; init; }

    public static ContainerCensus operator +(ContainerCensus left, ContainerCensus right) => new()
    {
        Arrays = left.Arrays + right.Arrays,
        ArrayBytes = left.ArrayBytes + right.ArrayBytes,
        Bitsets = left.Bitsets + right.Bitsets,
        BitsetBytes = left.BitsetBytes + right.BitsetBytes,
        Runs = left.Runs + right.Runs,
        RunBytes = left.RunBytes + right.RunBytes,
        HeaderBytes = left.HeaderBytes + right.HeaderBytes,
    };

    public static ContainerCensus Add(ContainerCensus left, ContainerCensus right) => left + right;
}
