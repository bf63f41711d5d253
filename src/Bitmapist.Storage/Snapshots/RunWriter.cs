using System.Buffers;
using System.Buffers.Binary;
using System.Diagnostics;

namespace Bitmapist.Storage.Snapshots;

/// <summary>
/// Writes one index run: its blocks as they fill, and at the end the directory that says which key each begins with.
/// The blocks need not be neighbours in the file; values may be written between them. Memory: 16 bytes and a key a
/// block.
/// </summary>
internal sealed class RunWriter(FileAppender output)
{
    private readonly IndexBlockBuilder block = new();
    private readonly ArrayBufferWriter<byte> directory = new();
    private byte[] blockFirstKey = [];
    private long entries;
    private long deletions;
    private long blockBytes;

    public ReadOnlySpan<byte> LastKey => block.LastKey;

    /// <summary>Adds an entry; keys ascend.</summary>
    public void Add(ReadOnlySpan<byte> key, in IndexEntry entry, ReadOnlySpan<byte> metadata)
    {
        Debug.Assert(entries == 0 || key.SequenceCompareTo(LastKey) > 0, "Keys of a run ascend.");
        if (block.Payload.Length == 0) blockFirstKey = key.ToArray();
        block.Add(key, entry, metadata);
        entries++;
        if (entry.IsDeleted) deletions++;
        if (block.Payload.Length >= IndexBlockBuilder.TargetBytes) EndBlock();
    }

    /// <summary>Writes out the block begun, so that what is added from now on starts another one elsewhere.</summary>
    public void EndBlock()
    {
        if (block.Payload.Length == 0) return;
        long offset = output.Position;
        int bytes = IndexFrame.Append(output, block.Payload);
        blockBytes += bytes;
        Span<byte> location = directory.GetSpan(IndexRun.LocationBytes);
        BinaryPrimitives.WriteInt64LittleEndian(location, offset);
        BinaryPrimitives.WriteInt32LittleEndian(location[8..], bytes);
        BinaryPrimitives.WriteInt32LittleEndian(location[12..], blockFirstKey.Length);
        directory.Advance(IndexRun.LocationBytes);
        directory.Write(blockFirstKey);
        block.Clear();
    }

    /// <summary>Writes the directory. Nothing is added afterwards.</summary>
    public RunReference Finish()
    {
        EndBlock();
        long offset = output.Position;
        int bytes = IndexFrame.Append(output, directory.WrittenSpan);
        return new RunReference(offset, bytes, entries, deletions, blockBytes);
    }
}
