using System.Buffers;

namespace Bitmapist.Storage.Snapshots;

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
