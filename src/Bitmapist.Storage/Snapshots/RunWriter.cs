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
    private readonly IndexBlockBuilder _block = new();
    private readonly ArrayBufferWriter<byte> _directory = new();
    private byte[] _blockFirstKey = [];
    private long _entries;
    private long _deletions;
    private long _blockBytes;

    public ReadOnlySpan<byte> LastKey => _block.LastKey;

    /// <summary>Adds an entry; keys ascend.</summary>
    public void Add(ReadOnlySpan<byte> key, in IndexEntry entry, ReadOnlySpan<byte> metadata)
    {
        Debug.Assert(_entries == 0 || key.SequenceCompareTo(LastKey) > 0, "Keys of a run ascend.");
        if (_block.Payload.Length == 0) _blockFirstKey = key.ToArray();
        _block.Add(key, entry, metadata);
        _entries++;
        if (entry.IsDeleted) _deletions++;
        if (_block.Payload.Length >= IndexBlockBuilder.TargetBytes) EndBlock();
    }

    /// <summary>Writes out the block begun, so that what is added from now on starts another one elsewhere.</summary>
    public void EndBlock()
    {
        if (_block.Payload.Length == 0) return;
        long offset = output.Position;
        int bytes = IndexFrame.Append(output, _block.Payload);
        _blockBytes += bytes;
        Span<byte> location = _directory.GetSpan(IndexRun.LocationBytes);
        BinaryPrimitives.WriteInt64LittleEndian(location, offset);
        BinaryPrimitives.WriteInt32LittleEndian(location[8..], bytes);
        BinaryPrimitives.WriteInt32LittleEndian(location[12..], _blockFirstKey.Length);
        _directory.Advance(IndexRun.LocationBytes);
        _directory.Write(_blockFirstKey);
        _block.Clear();
    }

    /// <summary>Writes the directory. Nothing is added afterwards.</summary>
    public RunReference Finish()
    {
        EndBlock();
        long offset = output.Position;
        int bytes = IndexFrame.Append(output, _directory.WrittenSpan);
        return new RunReference(offset, bytes, _entries, _deletions, _blockBytes);
    }
}
