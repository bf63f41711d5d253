using System.Buffers;
using System.Buffers.Binary;
using Bitmapist.Engine.Bits;
using Bitmapist.Engine.Durability;
using Bitmapist.Engine.Expiry;
using Bitmapist.Storage.Files;
using Bitmapist.Storage.Snapshots;

namespace Bitmapist.Engine.Keyspace;

/// <summary>
/// The keys of the database file, of which only some are resident: what stands in a shard's table, or among its removed
/// keys, counts before what the file says. The file is replaced while all shards are held. Any thread.
/// </summary>
internal sealed class ColdKeys
{
    private const int StackBytes = 256;

    private volatile DatabaseFile _file;

    public ColdKeys(KeyspaceStore store, DatabaseFile file)
    {
        _file = file;
        Expiries = new ColdExpiries(store, this);
    }

    /// <summary>The newest generation. A reader may go on with an older one: nothing is changed in place.</summary>
    public DatabaseFile File => _file;

    /// <summary>The newest generation, kept open for a reader that holds no shard until it disposes this.</summary>
    public FileHold Hold()
    {
        while (true)
        {
            DatabaseFile file = _file;
            if (file.TryHold()) return new FileHold(file); // else it has just been replaced
        }
    }

    /// <summary>When keys of the file expire.</summary>
    public ColdExpiries Expiries { get; }

    /// <summary>A save is complete; all shards are held.</summary>
    public void Replace(DatabaseFile newer)
    {
        _file = newer;
        Expiries.LookAgain();
    }

    /// <summary>
    /// Whether a key may be in the file; false, as for nearly every key that is not, is certain and takes no read.
    /// </summary>
    public bool MayHave(int database, ReadOnlySpan<byte> name)
    {
        int count = StoredKeys.DatabaseBytes + name.Length;
        byte[]? rented = count > StackBytes ? ArrayPool<byte>.Shared.Rent(count) : null;
        Span<byte> stored = rented ?? stackalloc byte[StackBytes];
        BinaryPrimitives.WriteUInt16BigEndian(stored, (ushort)database);
        name.CopyTo(stored[StoredKeys.DatabaseBytes..]);
        bool mayHave = _file.MayHave(stored[..count]);
        if (rented is not null) ArrayPool<byte>.Shared.Return(rented);
        return mayHave;
    }

    /// <summary>Looks a key up in the file: one block of some hundred keys is read per index run that may have
    /// it.</summary>
    /// <exception cref="ColdReadException">The index cannot be read or does not prove itself.</exception>
    public bool TryFind(int database, ReadOnlySpan<byte> name, out StoredString key, out DatabaseFile file)
    {
        file = _file;
        int count = StoredKeys.DatabaseBytes + name.Length;
        byte[]? rented = count > StackBytes ? ArrayPool<byte>.Shared.Rent(count) : null;
        Span<byte> stored = rented ?? stackalloc byte[StackBytes];
        BinaryPrimitives.WriteUInt16BigEndian(stored, (ushort)database);
        name.CopyTo(stored[StoredKeys.DatabaseBytes..]);
        try
        {
            key = default;
            if (!file.TryFind(stored[..count], out StoredEntry entry)) return false;
            key = DatabaseContents.Parse(file, entry);
            return true;
        }
        catch (Exception failure) when (failure is StorageException or CorruptFileException)
        {
            throw new ColdReadException(file.Path, failure);
        }
        finally
        {
            if (rented is not null) ArrayPool<byte>.Shared.Return(rented);
        }
    }

    /// <summary>The name of a key that the file has, or had; null when another database's came up.</summary>
    /// <exception cref="ColdReadException">The index cannot be read or does not prove itself.</exception>
    public byte[]? SampleName(int database, Random random)
    {
        using FileHold held = Hold();
        DatabaseFile file = held.File;
        try
        {
            byte[]? key = file.SampleKey(random);
            return key is not null && StoredKeys.IsOfKeyspace(key) && StoredKeys.Read(key, out _) == database
                ? key[StoredKeys.DatabaseBytes..]
                : null;
        }
        catch (Exception failure) when (failure is StorageException or CorruptFileException or InvalidDataException)
        {
            throw new ColdReadException(file.Path, failure);
        }
    }
}
