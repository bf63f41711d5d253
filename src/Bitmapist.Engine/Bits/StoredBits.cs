using Bitmapist.Roaring;
using Bitmapist.Storage.Files;
using Bitmapist.Storage.Snapshots;

namespace Bitmapist.Engine.Bits;

/// <summary>
/// Bits that lie in a database file. Refers to the file they were found in, so that a compaction meanwhile does not
/// matter. The first question is answered from as little as it needs; the second makes all of it resident.
/// </summary>
/// <param name="file">The file.</param>
/// <param name="stored">The entry of its index that says where they lie.</param>
/// <param name="lengthBytes">Length of the string whose bits they are.</param>
/// <param name="cardinality">How many there are.</param>
/// <param name="memory">Told of what comes into memory.</param>
internal sealed class StoredBits(
    DatabaseFile file, in StoredEntry stored, long lengthBytes, long cardinality, MemoryGauge memory) : PendingSource
{
    // Up to here reading all of a value costs about as much as reading a part: one read of a few pages.
    private const int WholeBytes = 16 * 1024;
    private const int BytesPerChunk = 8 * 1024;

    private readonly StoredEntry _stored = stored with { Key = default, Metadata = default };
    private int _looks;

    /// <summary>How many bits there are.</summary>
    public long Cardinality { get; } = cardinality;

    /// <summary>Whether a part of them can be had for less than the whole.</summary>
    public override bool IsLong { get; } = stored.ValueBytes > WholeBytes;

    /// <summary>The file the bits lie in.</summary>
    public DatabaseFile File => file;

    /// <summary>Where they lie.</summary>
    public StoredEntry Stored => _stored;

    /// <summary>Whether other bits lie in the same place, and so are the same.</summary>
    public bool IsSame(StoredBits? other) =>
        other is not null && other.File == file && other.Stored.ValueOffset == _stored.ValueOffset;

    /// <summary>Reading a large value is more than what a connection's thread should do.</summary>
    public override long Cost => (IsLong ? Costs.Read : Costs.ShortRead) + (_stored.ValueBytes / BytesPerChunk);

    /// <summary>About how many bytes of memory the bits will take.</summary>
    public long MemoryBytes => _stored.ValueBytes;

    public override long CountCost => 0;

    public override FrozenBitmap Compute()
    {
        FrozenBitmap bits = Read(() => ValueCodec.ReadFrom(file, _stored, lengthBytes)).Bits;
        memory.Add(bits.MemoryBytes);
        return bits;
    }

    public override long? TryCount() => Cardinality;

    public override bool? TryContains(uint offset) =>
        IsLong && IsFirstLook() ? Read(() => OpenReader().Contains(offset)) : null;

    /// <summary>
    /// Whether an operation had better read the bits as it goes than bring them into memory: they are many, and nobody
    /// asked before, or all that it would bring in is too much.
    /// </summary>
    /// <param name="operandsBytes">Bytes of all the operation's operands that are not in memory.</param>
    public bool IsReadInPassing(long operandsBytes) => IsLong && (IsFirstLook() | !memory.HasPlaceFor(operandsBytes));

    /// <summary>The bits for one use, not kept. O(bytes).</summary>
    /// <exception cref="DiskReadException">They cannot be read.</exception>
    public SerializedBitmap ReadOnce() => Read(() => ValueCodec.ReadBitsFrom(file, _stored, lengthBytes));

    /// <summary>
    /// Reads the bits part by part, each of which may fail as a file may (StorageException, CorruptFileException,
    /// InvalidDataException): wrap all of it in <see cref="Read"/>.
    /// </summary>
    public SerializedReader OpenReader() =>
        new(_stored.ValueBytes, (start, destination) => file.ReadValueRange(_stored, start, destination));

    /// <summary>Runs something that reads, and tells its failures as what they are to who asked.</summary>
    /// <exception cref="DiskReadException">It failed.</exception>
    public T Read<T>(Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception failure) when (failure is StorageException or CorruptFileException or InvalidDataException)
        {
            throw new DiskReadException(file.Path, failure);
        }
    }

    private bool IsFirstLook() => Interlocked.Increment(ref _looks) == 1;
}
