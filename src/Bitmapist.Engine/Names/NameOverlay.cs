using Bitmapist.Engine.Stored;
using Bitmapist.Storage.Snapshots;

namespace Bitmapist.Engine.Names;

/// <summary>
/// The difference between the names of the keyspace and those in the database file. KEYS and SCAN read the file's
/// sorted index, add the names that this says are new, and leave out those it says are gone. Two layers, the newer
/// above: the changes since the last snapshot cut, and the changes before it while a save writes them. Each has a
/// sorted set of names, whose members say whether the name exists, and the databases emptied, for which nothing below
/// counts. A save that ends well drops the lower layer, since the file has it; one that fails merges it into the upper.
/// <para>A lock of its own, taken inside the shards'. Touched only when a key comes or goes.</para>
/// </summary>
internal sealed class NameOverlay
{
    private readonly Lock _gate = new();
    private NameLayer _current = new();
    private NameLayer? _saving;
    private DatabaseFile? _file;
    private Func<int, int> _numberOf = place => place; // in the file
    private volatile bool _isAnyHidden; // changes only while all shards are held

    /// <summary>Names that differ, for the account of memory.</summary>
    public long Count
    {
        get
        {
            lock (_gate) return _current.Count + (_saving?.Count ?? 0);
        }
    }

    /// <summary>A key came into being. What lies below may have the name as well.</summary>
    public void Added(int database, byte[] name)
    {
        lock (_gate) _current.Set(database, name, isPresent: true);
    }

    /// <summary>A key is gone.</summary>
    /// <param name="database">Its database.</param>
    /// <param name="name">Its name.</param>
    /// <param name="isBelow">What lies below may have it.</param>
    public void Removed(int database, byte[] name, bool isBelow)
    {
        lock (_gate)
        {
            if (isBelow) _current.Set(database, name, isPresent: false);
            else _current.Forget(database, name);
        }
    }

    /// <summary>A database was emptied; all shards are held.</summary>
    /// <returns>What it takes to take that back.</returns>
    public FlushedNames Flush(int database)
    {
        lock (_gate)
        {
            var flushed = new FlushedNames(_current.Of(database), _current.Flushed.Contains(database), _saving);
            _current.Flush(database);
            _isAnyHidden = true;
            return flushed;
        }
    }

    /// <summary>Takes back that a database was emptied, and nothing has come since; all shards are held.</summary>
    public void Unflush(int database, FlushedNames flushed)
    {
        lock (_gate)
        {
            // What was being saved then may have come back to this layer, which left out what the flush made useless.
            NameLayer? absorbed = flushed.Saving is { IsAbsorbed: true } saving ? saving : null;
            bool isFlushed = flushed.IsFlushed || (absorbed?.Flushed.Contains(database) ?? false);
            _current.Unflush(database, flushed.Names, isFlushed);
            if (absorbed is not null && !flushed.IsFlushed) _current.Absorb(absorbed, database);
            _isAnyHidden = _current.Flushed.Count > 0 || _saving is { Flushed.Count: > 0 };
        }
    }

    /// <summary>A database was emptied since the last snapshot cut, and what the file has of it must go.</summary>
    public bool IsAnyFlushed
    {
        get
        {
            lock (_gate) return _current.Flushed.Count > 0;
        }
    }

    /// <summary>A save begins; all shards are held.</summary>
    /// <returns>The databases emptied since the last one, whose stored keys the save must remove.</returns>
    public IReadOnlyCollection<int> Cut()
    {
        lock (_gate)
        {
            (_saving, _current) = (_current, new NameLayer());
            return _saving.Flushed;
        }
    }

    /// <summary>What was saved is in the file; all shards are held.</summary>
    /// <param name="file">The file.</param>
    /// <param name="numberOf">The number that the file has for a place of a database.</param>
    public void Commit(DatabaseFile file, Func<int, int> numberOf)
    {
        lock (_gate)
        {
            _saving = null;
            _file = file;
            _numberOf = numberOf;
            _isAnyHidden = _current.Flushed.Count > 0;
        }
    }

    /// <summary>Another file has taken the place of one with the same keys; all shards are held.</summary>
    public void Replace(DatabaseFile file, Func<int, int> numberOf)
    {
        lock (_gate)
        {
            _file = file;
            _numberOf = numberOf;
        }
    }

    /// <summary>The save failed; all shards are held.</summary>
    public void GiveBack()
    {
        lock (_gate)
        {
            if (_saving is { } saving) _current.Absorb(saving);
            _saving = null;
        }
    }

    /// <summary>Whether the database file's keys of a database count no longer.</summary>
    public bool IsFileHidden(int database)
    {
        if (!_isAnyHidden) return false; // asked for every key that is not resident
        lock (_gate) return _current.Flushed.Contains(database) || (_saving?.Flushed.Contains(database) ?? false);
    }

    /// <summary>
    /// The names of a database from <paramref name="from"/> on, as of now if all shards are held. O(1) under locks,
    /// unless few names are asked for: then O(log names + names gathered), outside them.
    /// </summary>
    /// <param name="files">Keeps the file open, which the listing is read from later.</param>
    /// <param name="database">The database.</param>
    /// <param name="from">The first name of interest; it is included.</param>
    /// <param name="end">The first name of no interest any more; null: to the end.</param>
    /// <param name="countMax">After so many names that differ from the file the listing may end, at least 1.</param>
    public NameListing List(
        HeldFiles files, int database, byte[] from, byte[]? end, int countMax = int.MaxValue)
    {
        FrozenNames above, below;
        DatabaseFile? file;
        int number;
        lock (_gate)
        {
            bool isSavingHidden = _current.Flushed.Contains(database);
            bool isFileHidden = isSavingHidden || (_saving?.Flushed.Contains(database) ?? false);
            above = _current.Of(database)?.Freeze() ?? default;
            below = isSavingHidden ? default : _saving?.Of(database)?.Freeze() ?? default;
            file = isFileHidden ? null : _file;
            if (file is not null) files.Hold(file);
            number = _numberOf(database);
        }

        IEnumerable<NameState> states = Merge(above.Read(from, end), below.Read(from, end));
        if (countMax == int.MaxValue)
        {
            long count = above.CountFrom(from, end) + below.CountFrom(from, end);
            return new NameListing(number, from, end, states, count, file);
        }

        List<NameState> some = [.. states.Take(countMax)];
        // Behind the last of these the file's names cannot be told from removed ones.
        if (some.Count == countMax) end = [.. some[^1].Name, 0];
        return new NameListing(number, from, end, some, some.Count, file);
    }

    /// <summary>Both in order; where they speak of the same name, the first counts.</summary>
    private static IEnumerable<NameState> Merge(IEnumerable<NameState> above, IEnumerable<NameState> below)
    {
        using IEnumerator<NameState> upper = above.GetEnumerator(), lower = below.GetEnumerator();
        bool hasUpper = upper.MoveNext(), hasLower = lower.MoveNext();
        while (hasUpper || hasLower)
        {
            int order = !hasUpper ? 1 : !hasLower ? -1 : upper.Current.CompareTo(lower.Current);
            yield return order <= 0 ? upper.Current : lower.Current;
            if (order >= 0) hasLower = lower.MoveNext();
            if (order <= 0) hasUpper = upper.MoveNext();
        }
    }
}

/// <summary>What <see cref="NameOverlay"/> knew of a database before it was emptied.</summary>
/// <param name="Names">The names that differed since the last snapshot cut; null: none.</param>
/// <param name="IsFlushed">It had been emptied since that cut.</param>
/// <param name="Saving">The layer that was being saved; null: none.</param>
internal sealed record FlushedNames(NameSet? Names, bool IsFlushed, NameLayer? Saving);

/// <summary>
/// One layer of <see cref="NameOverlay"/>: names added to what is below, and names removed from it, sorted. Touched
/// under the overlay's lock.
/// </summary>
internal sealed class NameLayer
{
    private readonly Dictionary<int, NameSet> _byDatabase = [];

    /// <summary>Databases that were emptied: nothing below counts for them.</summary>
    public HashSet<int> Flushed { get; } = [];

    /// <summary>Its save failed, and the layer above took it over.</summary>
    public bool IsAbsorbed { get; private set; }

    /// <summary>Names, of all databases.</summary>
    public long Count => _byDatabase.Values.Sum(names => (long)names.Count);

    /// <summary>The names of a database that differ; null when none does.</summary>
    public NameSet? Of(int database) => _byDatabase.GetValueOrDefault(database);

    public void Set(int database, byte[] name, bool isPresent)
    {
        if (!_byDatabase.TryGetValue(database, out NameSet? names))
            _byDatabase.Add(database, names = new NameSet());
        names.Set(name, isPresent);
    }

    public void Forget(int database, byte[] name) => Of(database)?.Remove(name);

    public void Flush(int database)
    {
        _byDatabase.Remove(database);
        Flushed.Add(database);
    }

    /// <summary>
    /// Takes back that a database was emptied.
    /// </summary>
    /// <param name="database">The database.</param>
    /// <param name="names">Its names as they were.</param>
    /// <param name="isFlushed">It had been emptied before.</param>
    public void Unflush(int database, NameSet? names, bool isFlushed)
    {
        if (names is null) _byDatabase.Remove(database);
        else _byDatabase[database] = names;
        if (!isFlushed) Flushed.Remove(database);
    }

    /// <summary>Puts an older layer, whose save failed, beneath this one. O(names of the older one).</summary>
    public void Absorb(NameLayer older)
    {
        foreach (int database in older._byDatabase.Keys)
            if (!Flushed.Contains(database)) Absorb(older, database);
        Flushed.UnionWith(older.Flushed);
        older.IsAbsorbed = true;
    }

    /// <summary>Puts the names that an older layer has of a database beneath this one's.</summary>
    public void Absorb(NameLayer older, int database)
    {
        if (older.Of(database) is not { } names) return;
        NameSet? own = Of(database);
        foreach (NameState state in names.Freeze().Read([], end: null))
            if (own is null || !own.Contains(state.Name)) Set(database, state.Name, state.IsPresent);
    }
}

/// <summary>What <see cref="NameOverlay"/> says of a name.</summary>
/// <param name="Name">The key's name.</param>
/// <param name="IsPresent">The key exists though the database file does not have it; else the other way round.</param>
internal readonly record struct NameState(byte[] Name, bool IsPresent)
{
    /// <summary>Bytewise order of names.</summary>
    public int CompareTo(in NameState other) => Name.AsSpan().SequenceCompareTo(other.Name);
}
