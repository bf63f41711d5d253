using System.Buffers.Binary;
using Bitmapist.Migration.Transfer;

namespace Bitmapist.Migration.GoServer;

/// <summary>
/// A page of a bbolt tree (internal/common/page.go), little-endian: number u64 | flags u16 | count u16 | overflow u32,
/// then the elements, then their keys and values; positions count from the element. A branch element is
/// position u32 | keyBytes u32 | child page u64, a leaf element flags u32 | position u32 | keyBytes u32 | valueBytes
/// u32. With overflow n the page spans n more pages.
/// </summary>
internal sealed class BoltPage
{
    public const int HeaderBytes = 16;
    private const int ElementBytes = 16;
    private const ushort BranchFlag = 1;
    private const ushort LeafFlag = 2;
    private const uint BucketFlag = 1;

    private readonly BoltFile _file;
    private readonly ReadOnlyMemory<byte> _kept; // the beginning, or all, of the page
    private readonly long _bytes;

    private BoltPage(BoltFile file, ulong number, ReadOnlyMemory<byte> kept, long bytes, bool isInline)
    {
        ReadOnlySpan<byte> header = kept.Span;
        _file = file;
        _kept = kept;
        _bytes = bytes;
        Number = number;
        IsInline = isInline;
        Spans = isInline ? 0 : BinaryPrimitives.ReadUInt32LittleEndian(header[12..]) + 1UL;
        ushort flags = BinaryPrimitives.ReadUInt16LittleEndian(header[8..]);
        if (flags is not (BranchFlag or LeafFlag)) throw file.Damaged(number, $"is no page of a tree: type {flags:x4}");
        IsLeaf = flags == LeafFlag;
        Count = BinaryPrimitives.ReadUInt16LittleEndian(header[10..]);
        if (HeaderBytes + ((long)Count * ElementBytes) > bytes)
            throw file.Damaged(number, $"its {Count} elements do not fit into it");
    }

    public ulong Number { get; }

    /// <summary>It is inside a value of the page with its number.</summary>
    public bool IsInline { get; }

    /// <summary>Pages it covers, overflow pages included.</summary>
    public ulong Spans { get; }

    public bool IsLeaf { get; }

    public int Count { get; }

    /// <summary>Reads a page whose number is in range; how far it spans is for the caller to check.</summary>
    public static BoltPage Read(BoltFile file, ulong number)
    {
        Span<byte> header = stackalloc byte[HeaderBytes];
        file.Read(number, 0, header);
        ulong stated = BinaryPrimitives.ReadUInt64LittleEndian(header);
        if (stated != number) throw file.Damaged(number, $"calls itself page {stated}");
        long bytes = (BinaryPrimitives.ReadUInt32LittleEndian(header[12..]) + 1L) * file.PageBytes;
        long available = file.Length - ((long)number * file.PageBytes);
        if (bytes > available) throw file.Damaged(number, "its overflow pages reach beyond the end of the file");
        // Elements are read from what is kept, so all of them must be in it: 65,535 × 16 bytes at most.
        long elements = HeaderBytes + ((long)BinaryPrimitives.ReadUInt16LittleEndian(header[10..]) * ElementBytes);
        byte[] kept = new byte[Math.Min(bytes, Math.Max(MigrationLimits.BoltPageBytesKept, elements))];
        file.Read(number, 0, kept);
        return new BoltPage(file, number, kept, bytes, isInline: false);
    }

    /// <summary>The page inside the value of an inline bucket.</summary>
    /// <param name="file">The file.</param>
    /// <param name="number">The page that holds the value.</param>
    /// <param name="bytes">The page.</param>
    public static BoltPage Inline(BoltFile file, ulong number, ReadOnlyMemory<byte> bytes)
    {
        if (bytes.Length < HeaderBytes) throw file.Damaged(number, "an inline bucket is cut short");
        var page = new BoltPage(file, number, bytes, bytes.Length, isInline: true);
        return page.IsLeaf ? page : throw file.Damaged(number, "an inline bucket is no leaf");
    }

    /// <summary>The child of an element of a branch.</summary>
    public ulong ChildAt(int index) => BinaryPrimitives.ReadUInt64LittleEndian(ElementAt(index)[8..]);

    /// <summary>Whether the value of an element of a leaf is a bucket.</summary>
    public bool IsBucketAt(int index) =>
        (BinaryPrimitives.ReadUInt32LittleEndian(ElementAt(index)) & BucketFlag) != 0;

    /// <summary>The key of an element; valid as long as the page.</summary>
    public ReadOnlyMemory<byte> KeyAt(int index)
    {
        (long position, long bytes, _) = PlaceAt(index);
        if (bytes is 0 or > MigrationLimits.BoltKeyBytes)
            throw _file.Damaged(Number, $"key {index} has {bytes} bytes, not 1 … {MigrationLimits.BoltKeyBytes}");
        return Slice(position, bytes, index);
    }

    /// <summary>Bytes of the value of an element of a leaf.</summary>
    public long ValueBytesAt(int index) => PlaceAt(index).ValueBytes;

    /// <summary>The value of an element of a leaf.</summary>
    public ReadOnlyMemory<byte> ValueAt(int index)
    {
        (long position, long keyBytes, long bytes) = PlaceAt(index);
        if (bytes > MigrationLimits.BoltValueBytes)
            throw _file.Damaged(Number, $"value {index} has {bytes} bytes, more than {MigrationLimits.BoltValueBytes}");
        return Slice(position + keyBytes, bytes, index);
    }

    private ReadOnlyMemory<byte> Slice(long position, long bytes, int index)
    {
        if (position > _bytes - bytes) throw _file.Damaged(Number, $"element {index} reaches beyond the page's end");
        if (position + bytes <= _kept.Length) return _kept.Slice((int)position, (int)bytes);
        byte[] read = new byte[bytes]; // it lies within the file, and so within its size
        _file.Read(Number, position, read);
        return read;
    }

    private (long Position, long KeyBytes, long ValueBytes) PlaceAt(int index)
    {
        ReadOnlySpan<byte> element = ElementAt(index);
        long start = HeaderBytes + ((long)index * ElementBytes);
        return IsLeaf
            ? (start + BinaryPrimitives.ReadUInt32LittleEndian(element[4..]),
                BinaryPrimitives.ReadUInt32LittleEndian(element[8..]),
                BinaryPrimitives.ReadUInt32LittleEndian(element[12..]))
            : (start + BinaryPrimitives.ReadUInt32LittleEndian(element),
                BinaryPrimitives.ReadUInt32LittleEndian(element[4..]), 0);
    }

    private ReadOnlySpan<byte> ElementAt(int index) =>
        _kept.Span.Slice(HeaderBytes + (index * ElementBytes), ElementBytes);
}
