namespace Bitmapist.Engine.Names;

/// <summary>
/// One layer of <see cref="NameOverlay"/>: names added to what is below, and names removed from it, sorted. Touched
/// under the overlay's lock.
/// </summary>
internal sealed class NameLayer
{
    private readonly Dictionary<int, SortedSet<NameState>> _byDatabase = [];

    /// <summary>Databases that were emptied: nothing below counts for them.</summary>
    public HashSet<int> Flushed { get; } = [];

    /// <summary>Its save failed, and the layer above took it over.</summary>
    public bool IsAbsorbed { get; private set; }

    /// <summary>Names, of all databases.</summary>
    public long Count => _byDatabase.Values.Sum(names => (long)names.Count);

    /// <summary>The names of a database that differ; null when none does.</summary>
    public SortedSet<NameState>? Of(int database) => _byDatabase.GetValueOrDefault(database);

    public void Set(int database, byte[] name, bool isPresent)
    {
        if (!_byDatabase.TryGetValue(database, out SortedSet<NameState>? names))
            _byDatabase.Add(database, names = new SortedSet<NameState>(NameOrder.Instance));
        var state = new NameState(name, isPresent);
        if (names.Add(state)) return;
        names.Remove(state); // the order looks at the name alone
        names.Add(state);
    }

    public void Forget(int database, byte[] name) => Of(database)?.Remove(new NameState(name, default));

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
    public void Unflush(int database, SortedSet<NameState>? names, bool isFlushed)
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
        SortedSet<NameState>? own = Of(database);
        foreach (NameState state in older.Of(database) ?? [])
            if (own is null || !own.Contains(state)) Set(database, state.Name, state.IsPresent);
    }
}

/// <summary>What <see cref="NameOverlay"/> says of a name.</summary>
/// <param name="Name">The key's name.</param>
/// <param name="IsPresent">The key exists though the database file does not have it; else the other way round.</param>
internal readonly record struct NameState(byte[] Name, bool IsPresent);

/// <summary>Bytewise order of names; null comes after every name.</summary>
internal sealed class NameOrder : IComparer<NameState>
{
    public static readonly NameOrder Instance = new();

    public int Compare(NameState x, NameState y)
    {
        if (x.Name is null || y.Name is null) return (x.Name is null ? 1 : 0) - (y.Name is null ? 1 : 0);
        return x.Name.AsSpan().SequenceCompareTo(y.Name);
    }
}
