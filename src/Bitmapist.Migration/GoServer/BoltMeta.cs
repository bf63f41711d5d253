using System.Buffers.Binary;
using Bitmapist.Migration.Transfer;
using Bitmapist.Storage.Files;

namespace Bitmapist.Migration.GoServer;

/// <summary>
/// The meta page of a bbolt file (etcd-io/bbolt, internal/common/meta.go), little-endian, behind a page header of 16
/// bytes: magic u32 | version u32 | pageBytes u32 | flags u32 | root page u64 | root sequence u64 | freelist page u64 |
/// pages u64 | transaction u64 | FNV-1a 64 of the 56 bytes before. The first two pages are metas, written in turn.
/// </summary>
/// <param name="PageBytes">The page size: that of the machine that wrote the file.</param>
/// <param name="RootPage">Root page of the bucket of buckets.</param>
/// <param name="Pages">Pages in use: every page number is below it.</param>
/// <param name="Transaction">The last transaction; of two valid metas the higher counts.</param>
internal readonly record struct BoltMeta(int PageBytes, ulong RootPage, ulong Pages, ulong Transaction)
{
    private const uint Magic = 0xED0CDAED;
    private const uint Version = 2;
    private const int ChecksumAt = 56;
    private const int Bytes = ChecksumAt + sizeof(ulong);

    /// <summary>Whether a file looks like a bbolt file at all, damaged or not.</summary>
    public static bool IsBolt(IFile file)
    {
        Span<byte> magic = stackalloc byte[sizeof(uint)];
        if (file.Read(BoltPage.HeaderBytes, magic) == magic.Length
            && BinaryPrimitives.ReadUInt32LittleEndian(magic) == Magic)
            return true;
        return FindSecond(file) is not null;
    }

    /// <summary>The meta that counts.</summary>
    /// <exception cref="CorruptFileException">Checksum mismatch in both, or what it says cannot be.</exception>
    public static BoltMeta Find(IFile file)
    {
        BoltMeta? first = TryRead(file, 0, out string reason);
        BoltMeta? second = first is { } found
            ? TryRead(file, found.PageBytes, out _) is { } other && other.PageBytes == found.PageBytes ? other : null
            : FindSecond(file);
        if (first is null && second is null)
            throw new CorruptFileException(FileDefect.Damaged, file.Path, 0, $"neither meta page is whole: {reason}");
        BoltMeta newest = second is { } later && (first is not { } earlier || later.Transaction > earlier.Transaction)
            ? later : first!.Value;
        long pagesInFile = file.Length / newest.PageBytes;
        if (newest.Pages > (ulong)pagesInFile)
        {
            throw new CorruptFileException(FileDefect.Damaged, file.Path, file.Length,
                $"file ends after {pagesInFile} pages of {newest.PageBytes} bytes; its meta page says {newest.Pages}");
        }

        return newest;
    }

    /// <summary>The second meta when the first, which has the page size, is lost: at some page size.</summary>
    private static BoltMeta? FindSecond(IFile file)
    {
        for (int at = MigrationLimits.BoltPageBytesMin; at <= MigrationLimits.BoltPageBytesMax; at <<= 1)
            if (TryRead(file, at, out _) is { } meta && meta.PageBytes == at) return meta;
        return null;
    }

    private static BoltMeta? TryRead(IFile file, long at, out string reason)
    {
        Span<byte> meta = stackalloc byte[Bytes];
        reason = "file ends within a meta page";
        if (file.Read(at + BoltPage.HeaderBytes, meta) < Bytes) return null;
        reason = "no bbolt magic";
        if (BinaryPrimitives.ReadUInt32LittleEndian(meta) != Magic) return null;
        ulong checksum = BinaryPrimitives.ReadUInt64LittleEndian(meta[ChecksumAt..]);
        reason = "a meta page does not match its checksum";
        if (checksum != Fnv64A(meta[..ChecksumAt])) return null;
        uint version = BinaryPrimitives.ReadUInt32LittleEndian(meta[4..]);
        reason = $"bbolt format version {version} is not the {Version} this program reads";
        if (version != Version) return null;
        uint pageBytes = BinaryPrimitives.ReadUInt32LittleEndian(meta[8..]);
        reason = $"a page size of {pageBytes} bytes cannot be";
        if (pageBytes is < MigrationLimits.BoltPageBytesMin or > MigrationLimits.BoltPageBytesMax
            || !uint.IsPow2(pageBytes))
            return null;
        return new BoltMeta(
            (int)pageBytes,
            BinaryPrimitives.ReadUInt64LittleEndian(meta[16..]),
            BinaryPrimitives.ReadUInt64LittleEndian(meta[40..]),
            BinaryPrimitives.ReadUInt64LittleEndian(meta[48..]));
    }

    /// <summary>FNV-1a with 64 bits (Fowler, Noll, Vo): the hash Go calls fnv.New64a.</summary>
    private static ulong Fnv64A(ReadOnlySpan<byte> bytes)
    {
        ulong hash = 0xCBF2_9CE4_8422_2325;
        foreach (byte next in bytes) hash = (hash ^ next) * 0x0000_0100_0000_01B3;
        return hash;
    }
}
