using System.Buffers.Binary;
using System.Runtime.Intrinsics.X86;
using System.Runtime.Intrinsics;
using Bitmapist.Storage.Files;

namespace Bitmapist.Storage.Snapshots;

/// <summary>
/// Tells for most keys that an index run does not have that it does not, without reading a block of it: a split-block
/// Bloom filter (docs/format/database.md §3) over every key of the run, deletions included, since a deletion is what
/// the run has to say of a key. It lies in memory as it does in the file. Hashed under a random key, so that nobody who
/// chooses names finds any that pass for stored ones more often than chance has it. Immutable once built; any thread.
/// </summary>
internal sealed class KeyFilter
{
    /// <summary>
    /// Bits for each key: 0.13 % of other keys pass, and each of these costs a block read, some forty misses' time; of
    /// up to 16 runs each adds its own. At 12 bits 0.54 % pass, which with a few runs costs more than all else in a
    /// miss, and at 20 bits 0.04 %, which nobody notices.
    /// </summary>
    private const int BitsPerKey = 16;

    private const uint SplitBlockKind = 1;
    private const int HeaderBytes = 32; // kind u32 | crc32c of the run's directory u32 | entries u64 | hash key 16
    private const int HashKeyAt = 16;
    private const int BlockBytes = 32; // half a cache line
    private const int WordsPerBlock = 8;
    private const int BlocksMax = (StorageLimits.FilterBytesMax - HeaderBytes) / BlockBytes;

    // A word of a block by its own multiplier: those of Parquet's specification of the same filter.
    private static ReadOnlySpan<uint> Salts =>
    [
        0x47B6_137B, 0x4497_4D91, 0x8824_AD5B, 0xA2B7_289D, 0x7054_95C7, 0x2DF1_424B, 0x9EFC_4947, 0x5C6B_FB31,
    ];

    private readonly byte[] _bytes;
    private readonly int _headerAt; // in a filter that was read its frame comes before it
    private readonly uint _blocks;

    private KeyFilter(byte[] bytes, int headerAt)
    {
        _bytes = bytes;
        _headerAt = headerAt;
        _blocks = (uint)((bytes.Length - headerAt - HeaderBytes) / BlockBytes);
        HashKey = SipKey.Read(bytes.AsSpan(headerAt + HashKeyAt));
    }

    /// <summary>What the keys are hashed with; the filters of a file share it, so that a key is hashed once.</summary>
    public SipKey HashKey { get; }

    /// <summary>Bytes in memory.</summary>
    public int MemoryBytes => _bytes.Length;

    /// <summary>The filter as a frame's payload.</summary>
    public ReadOnlySpan<byte> Payload => _bytes.AsSpan(_headerAt);

    /// <summary>Builds the filter of a run; reads the run. O(entries), 2 bytes each.</summary>
    public static KeyFilter Build(IndexRun run, in SipKey hashKey)
    {
        long entries = run.Reference.Entries;
        long blocks = Math.Clamp((entries * BitsPerKey / (BlockBytes * 8)) + 1, 1, BlocksMax);
        byte[] payload = new byte[HeaderBytes + (blocks * BlockBytes)];
        BinaryPrimitives.WriteUInt32LittleEndian(payload, SplitBlockKind);
        BinaryPrimitives.WriteUInt32LittleEndian(payload.AsSpan(4), run.DirectoryChecksum);
        BinaryPrimitives.WriteInt64LittleEndian(payload.AsSpan(8), entries);
        hashKey.Write(payload.AsSpan(HashKeyAt));
        KeyFilter filter = new(payload, headerAt: 0);
        IndexCursor cursor = new(run);
        while (cursor.MoveNext()) filter.Add(SipHash.Compute(hashKey, cursor.Key));
        return filter;
    }

    /// <summary>
    /// Reads and verifies the filter of a run; null when it has none, or one of a kind made by a later version, without
    /// which it works as well.
    /// </summary>
    public static KeyFilter? Load(IndexRun run)
    {
        RunReference reference = run.Reference;
        if (reference is { FilterOffset: 0, FilterBytes: 0 }) return null;
        IFile file = run.File;
        long offset = reference.FilterOffset;
        const int HeadBytes = IndexFrame.HeaderBytes + HeaderBytes;
        if (offset < 0 || reference.FilterBytes < HeadBytes || offset > file.Length - reference.FilterBytes)
            throw IndexFrame.Damaged(file, offset, "key filter is not within the file");
        byte[] frame = new byte[reference.FilterBytes];
        ReadOnlySpan<byte> payload = IndexFrame.Read(file, offset, frame, "key filter");
        if (BinaryPrimitives.ReadUInt32LittleEndian(payload) != SplitBlockKind) return null;
        if (BinaryPrimitives.ReadUInt32LittleEndian(payload[4..]) != run.DirectoryChecksum
            || BinaryPrimitives.ReadInt64LittleEndian(payload[8..]) != reference.Entries)
            throw IndexFrame.Damaged(file, offset, "key filter is not the one of this index run");
        if (frame.Length == HeadBytes || (frame.Length - HeadBytes) % BlockBytes != 0)
            throw IndexFrame.Damaged(file, offset, "key filter is cut off");
        return new KeyFilter(frame, IndexFrame.HeaderBytes);
    }

    /// <summary>Whether the run may have the key of this hash; false is certain. O(1), one place in memory.</summary>
    public bool MayContain(ulong hash)
    {
        ReadOnlySpan<byte> block = BlockOf(hash);
        return Avx2.IsSupported ? HasBitsVector(block, (uint)hash) : HasBitsScalar(block, (uint)hash);
    }

    /// <summary>Whether a block has the eight bits, one in each word, that the lower half of a hash chooses.</summary>
    internal static bool HasBitsScalar(ReadOnlySpan<byte> block, uint hash)
    {
        for (int i = 0; i < WordsPerBlock; i++)
        {
            uint bit = BitOf(hash, i);
            if ((block[(int)(bit >> 3)] & (1 << (int)(bit & 7))) == 0) return false;
        }

        return true;
    }

    /// <summary>The same without a branch, which the processor would guess wrong for every other key.</summary>
    internal static bool HasBitsVector(ReadOnlySpan<byte> block, uint hash)
    {
        Vector256<uint> bits = (Vector256.Create(hash) * Vector256.Create<uint>(Salts)) >>> 27;
        Vector256<uint> wanted = Avx2.ShiftLeftLogicalVariable(Vector256<uint>.One, bits);
        return Vector256.AndNot(wanted, Vector256.Create(block).AsUInt32()) == Vector256<uint>.Zero;
    }

    private void Add(ulong hash)
    {
        Span<byte> block = BlockOf(hash);
        for (int i = 0; i < WordsPerBlock; i++)
        {
            uint bit = BitOf((uint)hash, i);
            block[(int)(bit >> 3)] |= (byte)(1 << (int)(bit & 7));
        }
    }

    /// <summary>The block that the upper half of a hash chooses.</summary>
    private Span<byte> BlockOf(ulong hash)
    {
        int block = (int)(((hash >> 32) * _blocks) >> 32);
        return _bytes.AsSpan(_headerAt + HeaderBytes + (block * BlockBytes), BlockBytes);
    }

    /// <summary>The bit of a block that lies in a word; words are little-endian, as bytes are numbered.</summary>
    private static uint BitOf(uint hash, int word) => ((uint)word * 32) + ((hash * Salts[word]) >> 27);
}

/// <summary>A key that is looked for in several index runs, hashed once for the filters of all of them.</summary>
internal ref struct FilteredKey(ReadOnlySpan<byte> key)
{
    private readonly ReadOnlySpan<byte> _key = key;
    private SipKey _hashKey;
    private ulong _hash;
    private bool _isHashed;

    /// <summary>Whether the run may have the key; a run without a filter may.</summary>
    public bool MayBeIn(IndexRun run)
    {
        if (run.Filter is not { } filter) return true;
        if (!_isHashed || filter.HashKey != _hashKey)
        {
            _hashKey = filter.HashKey;
            _hash = SipHash.Compute(_hashKey, _key);
            _isHashed = true;
        }

        return filter.MayContain(_hash);
    }
}
