using System.Globalization;
using Bitmapist.Migration.Transfer;
using Bitmapist.Storage.Files;

namespace Bitmapist.Migration.GoServer;

/// <summary>
/// A bbolt file, read page by page with positioned reads. Only its meta pages carry checksums, so everything else is
/// checked as it is used: page numbers, types, counts, positions, the order of keys. Holding the file open for reading
/// holds a shared lock (flock), which keeps out a server that writes to it. One thread.
/// </summary>
internal sealed class BoltFile : IDisposable
{
    private readonly IFile _file;
    private readonly BoltMeta _meta;
    private readonly ulong[] _seen; // a bit per page: no page belongs to two places

    private BoltFile(IFile file)
    {
        _file = file;
        _meta = BoltMeta.Find(file);
        _seen = new ulong[(_meta.Pages / 64) + 1];
    }

    public string Path => _file.Path;

    public long Length => _file.Length;

    public int PageBytes => _meta.PageBytes;

    /// <summary>Bytes of the pages read so far, for progress.</summary>
    public long ReadBytes { get; private set; }

    /// <summary>Opens a file that no process writes to.</summary>
    /// <exception cref="MigrationException">Another process has it open.</exception>
    /// <exception cref="CorruptFileException">Checksum mismatch in both meta pages.</exception>
    /// <exception cref="StorageException">It cannot be read.</exception>
    public static BoltFile Open(IFileSystem files, string path)
    {
        IFile file = Reading.Open(files, path);
        try
        {
            return new BoltFile(file);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>The bucket of this name at the top of the file; null where there is none.</summary>
    public BoltCursor? OpenBucket(ReadOnlySpan<byte> name)
    {
        // Finding it is no visit: the pages of the bucket of buckets are read once for each bucket looked for.
        ulong[] seen = (ulong[])_seen.Clone();
        var buckets = new BoltCursor(this, ReadPage(_meta.RootPage, depth: 0));
        while (buckets.MoveNext())
        {
            if (!buckets.Key.SequenceEqual(name)) continue;
            if (!buckets.IsBucket)
                throw Damaged(buckets.Page, $"{System.Text.Encoding.ASCII.GetString(name)} is a value, not a bucket");
            BoltPage root = OpenRoot(buckets);
            seen.CopyTo(_seen, 0);
            if (!root.IsInline) Visit(root.Number, root.Spans);
            return new BoltCursor(this, root);
        }

        seen.CopyTo(_seen, 0);
        return null;
    }

    public void Dispose() => _file.Dispose();

    /// <summary>Reads and checks a page that was not read before.</summary>
    internal BoltPage ReadPage(ulong number, int depth)
    {
        if (number < 2 || number >= _meta.Pages)
            throw Damaged(number, $"page number is out of range: pages are 2 … {_meta.Pages - 1}");
        if (depth > MigrationLimits.BoltDepth)
            throw Damaged(number, $"pages are nested deeper than {MigrationLimits.BoltDepth} levels");
        BoltPage page = BoltPage.Read(this, number);
        if (page.Spans > _meta.Pages - number)
            throw Damaged(number, $"its {page.Spans - 1} overflow pages reach beyond the file's {_meta.Pages} pages");
        Visit(number, page.Spans);
        return page;
    }

    /// <summary>Fills the buffer from a page's bytes.</summary>
    internal void Read(ulong page, long offset, Span<byte> buffer)
    {
        if (_file.Read(((long)page * PageBytes) + offset, buffer) < buffer.Length)
            throw Damaged(page, "file ends within the page");
    }

    internal CorruptFileException Damaged(ulong page, string reason)
    {
        long offset = page < _meta.Pages ? (long)page * PageBytes : 0;
        return new CorruptFileException(
            FileDefect.Damaged, Path, offset, string.Create(CultureInfo.InvariantCulture, $"page {page}: {reason}"));
    }

    /// <summary>
    /// The root of a bucket: a page of its own, or, in a small one, a page inside the value that names it
    /// (root page u64, 0 when inline | sequence u64 | inline page).
    /// </summary>
    private BoltPage OpenRoot(BoltCursor buckets)
    {
        const int HeaderBytes = 16;
        if (buckets.ValueBytes < HeaderBytes) throw Damaged(buckets.Page, "a bucket's header is cut short");
        if (buckets.ValueBytes > MigrationLimits.BoltPageBytesMax)
            throw Damaged(buckets.Page, "a bucket's header is too long");
        byte[] value = buckets.ReadValue();
        ulong root = BitConverter.ToUInt64(value);
        return root == 0
            ? BoltPage.Inline(this, buckets.Page, value.AsMemory(HeaderBytes))
            : ReadPage(root, depth: 0);
    }

    private void Visit(ulong number, ulong spans)
    {
        for (ulong page = number; page < number + spans; page++)
        {
            ref ulong word = ref _seen[page / 64];
            ulong bit = 1UL << (int)(page % 64);
            if ((word & bit) != 0) throw Damaged(page, "is reached twice: pages form a cycle or overlap");
            word |= bit;
        }

        ReadBytes += (long)spans * PageBytes;
    }
}
