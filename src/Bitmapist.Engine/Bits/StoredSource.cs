using Bitmapist.Engine.Durability;
using Bitmapist.Engine.Keyspace;
using Bitmapist.Roaring;
using Bitmapist.Storage.Files;
using Bitmapist.Storage.Snapshots;

namespace Bitmapist.Engine.Bits;

/// <summary>
/// Bits that lie in a database file. Refers to the file they were found in, so that a compaction meanwhile does not
/// matter. The first question is answered from as little as it needs; who comes back wants the whole in memory.
/// </summary>
internal sealed class StoredSource(DatabaseFile file, in StoredString key, MemoryGauge memory) : PendingSource
{
    // Up to here reading all of a value costs about as much as reading a part: one read of a few pages.
    private const int WholeBytes = 16 * 1024;
    private const int BytesPerChunk = 8 * 1024;

    private readonly StoredEntry _stored = key.Stored with { Key = default, Metadata = default };
    private readonly long _lengthBytes = key.LengthBytes;
    private readonly bool _isLong = key.Stored.ValueBytes > WholeBytes;
    private int _looks;

    /// <summary>How many bits there are.</summary>
    public long Cardinality { get; } = key.Cardinality;

    /// <summary>The file the bits lie in.</summary>
    public DatabaseFile File => file;

    /// <summary>Where they lie.</summary>
    public StoredEntry Stored => _stored;

    /// <summary>Whether other bits lie in the same place, and so are the same.</summary>
    public bool IsSame(StoredSource? other) =>
        other is not null && other.File == file && other.Stored.ValueOffset == _stored.ValueOffset;

    /// <summary>Reading a large value is more than what a connection's thread should do.</summary>
    public override long Cost => (_isLong ? Costs.Read : Costs.ShortRead) + (_stored.ValueBytes / BytesPerChunk);

    public override long MemoryBytes => _stored.ValueBytes;

    public override FrozenBitmap Compute()
    {
        FrozenBitmap bits = Read(() => DatabaseContents.Read(file, _lengthBytes, _stored)).Bits;
        memory.Add(bits.MemoryBytes);
        return bits;
    }

    public override bool? TryContains(uint offset)
    {
        if (!IsFirstLook()) return null;
        return Read(() => SerializedParts.Contains(offset, _stored.ValueBytes, ReadPart));
    }

    public override ReadOnlyBitmap? TryLend() =>
        IsFirstLook() ? Read(() => DatabaseContents.ReadSerialized(file, _lengthBytes, _stored)) : null;

    private bool IsFirstLook() => _isLong && Interlocked.Increment(ref _looks) == 1;

    private void ReadPart(int start, Span<byte> destination) => file.ReadValueRange(_stored, start, destination);

    private T Read<T>(Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception failure) when (failure is StorageException or CorruptFileException or InvalidDataException)
        {
            throw new ColdReadException(file.Path, failure);
        }
    }
}
