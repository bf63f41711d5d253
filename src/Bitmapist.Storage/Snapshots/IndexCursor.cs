using System.Buffers.Binary;
using Bitmapist.Storage.Files;

namespace Bitmapist.Storage.Snapshots;

/// <summary>
/// Walks one index run in key order, a block in memory at a time. Begins before the first entry. One thread.
/// </summary>
internal sealed class IndexCursor(IndexRun run)
{
    private byte[] frame = [];
    private int frameBytes;
    private int block = -1;
    private int at;
    private byte[] key = new byte[64];
    private int keyBytes;
    private int metadataStart;
    private int metadataBytes;

    /// <summary>Whether the cursor stands on an entry.</summary>
    public bool IsValid { get; private set; }

    public ReadOnlySpan<byte> Key => key.AsSpan(0, keyBytes);

    public ReadOnlySpan<byte> Metadata => frame.AsSpan(metadataStart, metadataBytes);

    public IndexEntry Entry { get; private set; }

    /// <summary>Moves to the next entry; false at the end of the run.</summary>
    public bool MoveNext()
    {
        while (at >= frameBytes)
        {
            if (block + 1 >= run.Blocks)
            {
                IsValid = false;
                return false;
            }

            LoadBlock(block + 1);
        }

        Decode();
        IsValid = true;
        return true;
    }

    /// <summary>Moves to the first entry whose key is not below <paramref name="wanted"/>; false if none is.</summary>
    public bool Seek(ReadOnlySpan<byte> wanted)
    {
        if (run.Blocks == 0) return false;
        LoadBlock(Math.Max(0, run.FindBlock(wanted)));
        MoveNext();
        while (IsValid && Key.SequenceCompareTo(wanted) < 0) MoveNext();
        return IsValid;
    }

    /// <summary>
    /// The same for keys sought in ascending order since the cursor was made, none of them skipped with MoveNext: where
    /// they stand as close together as the run's, each costs a step or none.
    /// </summary>
    public bool SeekForward(ReadOnlySpan<byte> wanted)
    {
        if (block < 0) return Seek(wanted);
        if (!IsValid || Key.SequenceCompareTo(wanted) >= 0) return IsValid;
        bool inLaterBlock = block + 1 < run.Blocks && run.FirstKey(block + 1).SequenceCompareTo(wanted) <= 0;
        if (inLaterBlock) return Seek(wanted);
        while (MoveNext())
        {
            if (Key.SequenceCompareTo(wanted) >= 0) return true;
        }

        return false;
    }

    /// <summary>The key of an entry of a block, both chosen by chance. The run has entries.</summary>
    public byte[] SampleKey(Random random)
    {
        LoadBlock(random.Next(run.Blocks));
        byte[] chosen = [];
        for (int seen = 1; at < frameBytes; seen++)
        {
            Decode();
            if (random.Next(seen) == 0) chosen = Key.ToArray(); // so each of a block's entries is as likely
        }

        return chosen;
    }

    private void LoadBlock(int index)
    {
        (long offset, int bytes) = run.Location(index);
        if (bytes < IndexFrame.HeaderBytes || offset < 0 || offset > run.File.Length - bytes)
            throw IndexFrame.Damaged(run.File, offset, "index block is not within the file");
        if (frame.Length < bytes) frame = new byte[bytes];
        _ = IndexFrame.Read(run.File, offset, frame.AsSpan(0, bytes));
        block = index;
        frameBytes = bytes;
        at = IndexFrame.HeaderBytes;
        keyBytes = 0;
    }

    private void Decode()
    {
        ReadOnlySpan<byte> bytes = frame.AsSpan(0, frameBytes);
        int shared = ReadCount(bytes, keyBytes);
        int rest = ReadCount(bytes, bytes.Length);
        if (rest > bytes.Length - at - 1) throw Malformed();
        if (shared + rest > key.Length) Array.Resize(ref key, (shared + rest) * 2);
        bytes.Slice(at, rest).CopyTo(key.AsSpan(shared));
        keyBytes = shared + rest;
        at += rest;

        byte kind = bytes[at++];
        metadataBytes = 0;
        if (kind == IndexBlockBuilder.DeletionKind)
        {
            Entry = IndexEntry.Deleted;
            return;
        }

        if (kind != IndexBlockBuilder.ValueKind) throw Malformed();
        metadataBytes = ReadCount(bytes, bytes.Length - at);
        metadataStart = at;
        at += metadataBytes;
        if (at > bytes.Length || !Varint.TryRead(bytes, ref at, out long valueOffset)) throw Malformed();
        int valueBytes = ReadCount(bytes, Limits.ValueBytesMax);
        if (at + 4 > bytes.Length) throw Malformed();
        Entry = new IndexEntry(false, valueOffset, valueBytes, BinaryPrimitives.ReadUInt32LittleEndian(bytes[at..]));
        at += 4;
    }

    private int ReadCount(ReadOnlySpan<byte> bytes, int max)
    {
        if (!Varint.TryRead(bytes, ref at, out long value) || value > max) throw Malformed();
        return (int)value;
    }

    private CorruptFileException Malformed() =>
        IndexFrame.Damaged(run.File, run.Location(block).Offset, "index block holds an entry that cannot be read");
}
