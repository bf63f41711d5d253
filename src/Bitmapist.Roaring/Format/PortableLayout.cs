using System.Buffers.Binary;
using Bitmapist.Roaring.Containers;

namespace Bitmapist.Roaring.Format;

/// <summary>
/// Where things are in a portable bitmap (RoaringFormatSpec; docs/format/roaring.md): cookie, run flags where any
/// container holds runs, one (chunk, cardinality − 1) pair per container, offsets, containers. All little-endian.
/// </summary>
internal readonly struct PortableLayout
{
    /// <summary>First u32 of a bitmap without run containers; the container count follows.</summary>
    public const uint PlainCookie = 12_346;

    /// <summary>Lower half of the first u32 of a bitmap with run containers; the upper half is the count − 1.</summary>
    public const uint RunCookie = 12_347;

    /// <summary>With run containers, the offsets are left out for fewer containers than this.</summary>
    public const int OffsetsContainersMin = 4;

    private PortableLayout(int containerCount, int flagsAt, int pairsAt, int offsetsAt, int headerBytes)
    {
        ContainerCount = containerCount;
        FlagsAt = flagsAt;
        PairsAt = pairsAt;
        OffsetsAt = offsetsAt;
        HeaderBytes = headerBytes;
    }

    public int ContainerCount { get; }

    /// <summary>Byte position of the run flags, or −1.</summary>
    public int FlagsAt { get; }

    public int PairsAt { get; }

    /// <summary>Byte position of the u32 offsets, or −1.</summary>
    public int OffsetsAt { get; }

    /// <summary>Bytes before the first container; at most 598,020.</summary>
    public int HeaderBytes { get; }

    public static PortableLayout Of(int containerCount, bool hasRuns)
    {
        int flagsAt = hasRuns ? 4 : -1;
        int pairsAt = hasRuns ? 4 + (containerCount + 7) / 8 : 8;
        int pairsEnd = pairsAt + 4 * containerCount;
        bool hasOffsets = !hasRuns || containerCount >= OffsetsContainersMin;
        int headerBytes = pairsEnd + (hasOffsets ? 4 * containerCount : 0);
        return new PortableLayout(containerCount, flagsAt, pairsAt, hasOffsets ? pairsEnd : -1, headerBytes);
    }

    /// <summary>
    /// Reads the cookie; the header may still reach beyond the bytes. False with a reason when it is no bitmap.
    /// </summary>
    public static bool TryRead(ReadOnlySpan<byte> bytes, out PortableLayout layout, out string? reason)
    {
        layout = default;
        reason = null;
        if (bytes.Length < 4) return Fail("shorter than a cookie", out reason);
        uint cookie = BinaryPrimitives.ReadUInt32LittleEndian(bytes);
        if ((cookie & 0xFFFF) == RunCookie)
        {
            layout = Of((int)(cookie >> 16) + 1, hasRuns: true);
            return true;
        }
        if (cookie != PlainCookie) return Fail("unknown cookie", out reason);
        if (bytes.Length < 8) return Fail("shorter than a container count", out reason);
        uint count = BinaryPrimitives.ReadUInt32LittleEndian(bytes[4..]);
        if (count > RoaringLimits.ChunksMax) return Fail("more than 65,536 containers", out reason);
        layout = Of((int)count, hasRuns: false);
        return true;
    }

    /// <summary>Writes the cookie, and clears the rest of the header for <see cref="WriteEntry"/>.</summary>
    public void WriteCookie(Span<byte> header)
    {
        header[..HeaderBytes].Clear();
        if (FlagsAt >= 0)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(header, RunCookie | (uint)(ContainerCount - 1) << 16);
        }
        else
        {
            BinaryPrimitives.WriteUInt32LittleEndian(header, PlainCookie);
            BinaryPrimitives.WriteInt32LittleEndian(header[4..], ContainerCount);
        }
    }

    /// <summary>Writes what a cleared header says of one container, which lies at a position.</summary>
    public void WriteEntry(Span<byte> header, int index, int chunk, int cardinality, bool hasRuns, uint position)
    {
        if (hasRuns) header[FlagsAt + (index >> 3)] |= (byte)(1 << (index & 7));
        Span<byte> pair = header[(PairsAt + 4 * index)..];
        BinaryPrimitives.WriteUInt16LittleEndian(pair, (ushort)chunk);
        BinaryPrimitives.WriteUInt16LittleEndian(pair[2..], (ushort)(cardinality - 1));
        if (OffsetsAt >= 0) BinaryPrimitives.WriteUInt32LittleEndian(header[(OffsetsAt + 4 * index)..], position);
    }

    public int ChunkAt(ReadOnlySpan<byte> bytes, int index) =>
        BinaryPrimitives.ReadUInt16LittleEndian(bytes[(PairsAt + 4 * index)..]);

    public int CardinalityAt(ReadOnlySpan<byte> bytes, int index) =>
        BinaryPrimitives.ReadUInt16LittleEndian(bytes[(PairsAt + 4 * index + 2)..]) + 1;

    public ContainerKind KindAt(ReadOnlySpan<byte> bytes, int index)
    {
        if (FlagsAt >= 0 && (bytes[FlagsAt + (index >> 3)] >> (index & 7) & 1) != 0) return ContainerKind.Run;
        return CardinalityAt(bytes, index) <= FormRules.PortableArrayMax ? ContainerKind.Array : ContainerKind.Bitset;
    }

    /// <summary>Bytes of the container at a position, or −1 when its run count lies beyond the end.</summary>
    public int ContainerBytes(ReadOnlySpan<byte> bytes, int index, int position)
    {
        switch (KindAt(bytes, index))
        {
            case ContainerKind.Array: return 2 * CardinalityAt(bytes, index);
            case ContainerKind.Bitset: return FormRules.BitsetBytes;
            default:
                if (bytes.Length - position < 2) return -1;
                return 2 + 4 * BinaryPrimitives.ReadUInt16LittleEndian(bytes[position..]);
        }
    }

    private static bool Fail(string because, out string? reason)
    {
        reason = because;
        return false;
    }
}
