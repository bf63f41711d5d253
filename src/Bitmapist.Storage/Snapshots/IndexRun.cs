using System.Buffers;
using System.Buffers.Binary;
using Bitmapist.Storage.Files;

namespace Bitmapist.Storage.Snapshots;

/// <summary>
/// A sorted run of the index with its directory in memory, per block of about 4 KiB (some hundred keys) one key and 20
/// bytes, and its filter, 2 bytes a key. Immutable; any thread.
/// </summary>
internal sealed class IndexRun
{
    /// <summary>A block in the directory: offset u64 | bytes u32 | firstKeyBytes u32, before its first key.</summary>
    public const int LocationBytes = 16;

    private readonly byte[] _directory;
    private readonly int[] _starts;

    private IndexRun(IFile file, RunReference reference, byte[] directory, int[] starts)
    {
        File = file;
        Reference = reference;
        _directory = directory;
        _starts = starts;
    }

    public IFile File { get; }
    public RunReference Reference { get; }
    public int Blocks => _starts.Length;

    /// <summary>Knows most keys that the run does not have; null when it has none.</summary>
    public KeyFilter? Filter { get; private init; }

    /// <summary>The checksum of the directory, which has the place of every block of the run.</summary>
    public uint DirectoryChecksum => BinaryPrimitives.ReadUInt32LittleEndian(_directory);

    /// <summary>Bytes of directory and filter in memory.</summary>
    public long MemoryBytes => _directory.Length + (sizeof(int) * (long)_starts.Length) + (Filter?.MemoryBytes ?? 0);

    /// <summary>Reads and verifies directory and filter; O(blocks + bytes of the filter).</summary>
    public static IndexRun Load(IFile file, RunReference reference)
    {
        IndexRun run = LoadWithoutFilter(file, reference);
        return run.With(reference, KeyFilter.Load(run));
    }

    /// <summary>The same run with its filter, which the reference says where to find.</summary>
    public IndexRun With(RunReference reference, KeyFilter? filter) =>
        new(File, reference, _directory, _starts) { Filter = filter };

    /// <summary>Reads and verifies the directory; O(blocks).</summary>
    public static IndexRun LoadWithoutFilter(IFile file, RunReference reference)
    {
        long end = file.Length;
        if (reference.DirectoryOffset < 0 || reference.DirectoryBytes < IndexFrame.HeaderBytes
            || reference.DirectoryOffset > end - reference.DirectoryBytes)
            throw IndexFrame.Damaged(file, reference.DirectoryOffset, "index directory is not within the file");

        byte[] frame = new byte[reference.DirectoryBytes];
        _ = IndexFrame.Read(file, reference.DirectoryOffset, frame);
        List<int> starts = [];
        for (int at = IndexFrame.HeaderBytes; at < frame.Length;)
        {
            starts.Add(at);
            int keyBytes = frame.Length - at < LocationBytes
                ? -1
                : BinaryPrimitives.ReadInt32LittleEndian(frame.AsSpan(at + 12));
            if (keyBytes < 0 || keyBytes > frame.Length - at - LocationBytes)
                throw IndexFrame.Damaged(file, reference.DirectoryOffset + at, "index directory entry is cut off");
            at += LocationBytes + keyBytes;
        }

        return new IndexRun(file, reference, frame, [.. starts]);
    }

    public ReadOnlySpan<byte> FirstKey(int block)
    {
        int start = _starts[block];
        int keyBytes = BinaryPrimitives.ReadInt32LittleEndian(_directory.AsSpan(start + 12));
        return _directory.AsSpan(start + LocationBytes, keyBytes);
    }

    public (long Offset, int Bytes) Location(int block)
    {
        ReadOnlySpan<byte> location = _directory.AsSpan(_starts[block]);
        return (
            BinaryPrimitives.ReadInt64LittleEndian(location),
            BinaryPrimitives.ReadInt32LittleEndian(location[8..]));
    }

    /// <summary>Bytes of a block, its frame included.</summary>
    /// <exception cref="CorruptFileException">No block of so many bytes is there.</exception>
    public int BlockBytes(int block)
    {
        (long offset, int bytes) = Location(block);
        // A run's directory comes behind all its blocks.
        if (bytes < IndexFrame.HeaderBytes || offset < 0 || offset > Reference.DirectoryOffset - bytes)
            throw IndexFrame.Damaged(File, offset, "index block is not within the file");
        return bytes;
    }

    /// <summary>Reads and verifies a block into <paramref name="frame"/>, which is as long.</summary>
    public void ReadBlock(int block, Span<byte> frame) => _ = IndexFrame.Read(File, Location(block).Offset, frame);

    public CorruptFileException Malformed(int block) =>
        IndexFrame.Damaged(File, Location(block).Offset, "index block holds an entry that cannot be read");

    /// <summary>The only block that can hold a key: the last whose first key is not greater; -1 if none is.</summary>
    public int FindBlock(ReadOnlySpan<byte> key)
    {
        int low = 0, high = _starts.Length - 1;
        while (low <= high)
        {
            int middle = (low + high) >>> 1;
            if (FirstKey(middle).SequenceCompareTo(key) <= 0) low = middle + 1;
            else high = middle - 1;
        }

        return high;
    }
}

/// <summary>
/// Looks one key up in an index run: what a cursor's Seek does, without making any key but the one found.
/// </summary>
internal static class IndexLookup
{
    /// <summary>
    /// What a run says of a key; false when it says nothing. A binary search in memory, one block read, and a walk over
    /// its some hundred entries.
    /// </summary>
    /// <exception cref="Files.CorruptFileException">The block does not match its checksum.</exception>
    public static bool TryFind(IndexRun run, ReadOnlySpan<byte> key, out IndexEntry entry, out byte[] metadata)
    {
        entry = default;
        metadata = [];
        int block = run.FindBlock(key);
        if (block < 0) return false;
        byte[] rented = ArrayPool<byte>.Shared.Rent(run.BlockBytes(block));
        try
        {
            Span<byte> frame = rented.AsSpan(0, run.BlockBytes(block));
            run.ReadBlock(block, frame);
            return TryFindIn(run, block, frame, key, out entry, out metadata);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(rented);
        }
    }

    private static bool TryFindIn(
        IndexRun run, int block, ReadOnlySpan<byte> frame, ReadOnlySpan<byte> key, out IndexEntry entry,
        out byte[] metadata)
    {
        // Every key passed is below the wanted one, and the last of them has so many first bytes in common with it.
        int common = 0, keyBytes = 0;
        var reader = new IndexBlockReader(frame, IndexFrame.HeaderBytes);
        while (!reader.IsAtEnd)
        {
            if (!reader.TryReadKey(keyBytes, out int sharedBytes, out ReadOnlySpan<byte> rest))
                throw run.Malformed(block);
            keyBytes = sharedBytes + rest.Length;
            int order = -1; // with more in common with the key before it than that has with ours: below ours, too
            if (sharedBytes < common) order = 1; // it is above that key within what this has in common with ours
            else if (sharedBytes == common)
            {
                ReadOnlySpan<byte> wanted = key[common..];
                order = rest.SequenceCompareTo(wanted);
                if (order < 0) common += rest.CommonPrefixLength(wanted);
            }

            if (order > 0) break;
            if (!reader.TryReadEntry(out entry, out int metadataStart, out int metadataBytes))
                throw run.Malformed(block);
            if (order < 0) continue;
            metadata = metadataBytes == 0 ? [] : frame.Slice(metadataStart, metadataBytes).ToArray();
            return true;
        }

        entry = default;
        metadata = [];
        return false;
    }
}
