using System.Buffers;
using System.Buffers.Binary;
using Bitmapist.Engine.Bits;
using Bitmapist.Engine.Stored;
using Bitmapist.Storage.Files;
using Bitmapist.Storage.Snapshots;

namespace Bitmapist.Engine.Keyspace;

/// <summary>
/// The keys of the database file, of which only some are resident: what is in a shard's table, or among its removed
/// keys, counts before what the file says. The file is replaced while all shards are held. Any thread.
/// </summary>
internal sealed class DiskKeys
{
    private const int StackBytes = 256;

    private readonly KeyspaceStore _store;
    private volatile DatabaseFile _file;
    private volatile DatabasePlaces _numbers = DatabasePlaces.Initial;
    private (long FirstLogSequence, DatabasePlaces Numbers) _attempted = (-1, DatabasePlaces.Initial);

    public DiskKeys(KeyspaceStore store, DatabaseFile file)
    {
        _store = store;
        _file = file;
        Expiries = new DiskExpiries(store, this);
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
    public DiskExpiries Expiries { get; }

    /// <summary>
    /// The numbers that databases have in the file, for it has them as they were at its snapshot's cut: the number of a
    /// place is that of the database which was there then. Changes only while all shards are held.
    /// </summary>
    public DatabasePlaces Numbers => _numbers;

    /// <summary>
    /// A save that gives databases these numbers is about to be written. Whatever becomes of it, a file whose log
    /// begins with this segment has them.
    /// </summary>
    public void NoteAttempt(long firstLogSequence, DatabasePlaces numbers) => _attempted = (firstLogSequence, numbers);

    /// <summary>The numbers that databases have in a file that takes this one's place.</summary>
    public DatabasePlaces NumbersOf(DatabaseFile file) =>
        file.FirstLogSequence == _attempted.FirstLogSequence ? _attempted.Numbers : _numbers;

    /// <summary>A save is complete; all shards are held.</summary>
    public void Replace(DatabaseFile newer, DatabasePlaces numbers)
    {
        bool isRenumbered = !numbers.IsSame(_numbers);
        _file = newer;
        _numbers = numbers;
        if (isRenumbered) Expiries.StartAnew(); // items of one time are in another order
        else Expiries.LookAgain();
    }

    /// <summary>
    /// Whether a key may be in the file; false, as for nearly every key that is not, is certain and takes no read.
    /// </summary>
    public bool MayHave(int place, ReadOnlySpan<byte> name)
    {
        int count = KeyCodec.DatabaseBytes + name.Length;
        byte[]? rented = count > StackBytes ? ArrayPool<byte>.Shared.Rent(count) : null;
        Span<byte> stored = rented ?? stackalloc byte[StackBytes];
        BinaryPrimitives.WriteUInt16BigEndian(stored, (ushort)_numbers.DatabaseAt(place));
        name.CopyTo(stored[KeyCodec.DatabaseBytes..]);
        bool mayHave = _file.MayHave(stored[..count]);
        if (rented is not null) ArrayPool<byte>.Shared.Return(rented);
        return mayHave;
    }

    /// <summary>
    /// Makes a key of the file resident, its bits unread; null when there is no such key. Its shard is held, and it is
    /// neither in its table nor among the shard's removed keys.
    /// </summary>
    /// <exception cref="DiskReadException">The index cannot be read, or does not match its checksum.</exception>
    public Entry? Load(Shard shard, int place, ulong hash, ReadOnlySpan<byte> name)
    {
        if (!TryFind(place, name, out StoredString key, out DatabaseFile file))
        {
            shard.NoteAbsent(place, hash, name);
            return null;
        }

        var entry = new Entry(place, hash, name.ToArray())
        {
            LengthBytes = key.LengthBytes,
            ExpiresAtUnixMs = key.ExpiresAtUnixMs,
            IsSaved = true,
            LastUsed = _store.Clock,
        };
        entry.SetBits(PendingBits.From(
            new StoredBits(file, key.Stored, key.LengthBytes, key.Cardinality, _store.Memory)));
        shard.Table(place).Add(entry);
        if (entry.ExpiresAtUnixMs != 0) shard.Expiries.Schedule(entry, shard);
        shard.Loads++;
        _store.Memory.Add(entry.MemoryBytes);
        return entry;
    }

    /// <summary>Looks a key up in the file: one block of some hundred keys is read per index run that may have
    /// it.</summary>
    /// <exception cref="DiskReadException">The index cannot be read or does not match its checksum.</exception>
    private bool TryFind(int place, ReadOnlySpan<byte> name, out StoredString key, out DatabaseFile file)
    {
        file = _file;
        int count = KeyCodec.DatabaseBytes + name.Length;
        byte[]? rented = count > StackBytes ? ArrayPool<byte>.Shared.Rent(count) : null;
        Span<byte> stored = rented ?? stackalloc byte[StackBytes];
        BinaryPrimitives.WriteUInt16BigEndian(stored, (ushort)_numbers.DatabaseAt(place));
        name.CopyTo(stored[KeyCodec.DatabaseBytes..]);
        try
        {
            key = default;
            if (!file.TryFind(stored[..count], out StoredEntry entry)) return false;
            key = DatabaseReader.Parse(file, entry);
            return true;
        }
        catch (Exception failure) when (failure is StorageException or CorruptFileException)
        {
            throw new DiskReadException(file.Path, failure);
        }
        finally
        {
            if (rented is not null) ArrayPool<byte>.Shared.Return(rented);
        }
    }

    /// <summary>The name of a key that the file has, or had; null when another database's came up.</summary>
    /// <exception cref="DiskReadException">The index cannot be read or does not match its checksum.</exception>
    public byte[]? SampleName(int place, Random random)
    {
        using FileHold held = Hold();
        DatabaseFile file = held.File;
        try
        {
            byte[]? key = file.SampleKey(random);
            int number = _numbers.DatabaseAt(place);
            return key is not null && KeyCodec.IsOfKeyspace(key) && KeyCodec.Read(key, out _) == number
                ? key[KeyCodec.DatabaseBytes..]
                : null;
        }
        catch (Exception failure) when (failure is StorageException or CorruptFileException or InvalidDataException)
        {
            throw new DiskReadException(file.Path, failure);
        }
    }
}
