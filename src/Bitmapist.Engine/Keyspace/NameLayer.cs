namespace Bitmapist.Engine.Keyspace;

/// <summary>
/// In which names the keyspace differs from what lies below, in order: names added, and names removed. Touched under
/// the lock of <see cref="NameOverlay"/>.
/// </summary>
internal sealed class NameLayer
{
    private readonly Dictionary<int, SortedSet<NameState>> _byDatabase = [];

    /// <summary>Databases that were emptied: nothing below counts for them.</summary>
    public HashSet<int> Flushed { get; } = [];

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

    /// <summary>Puts an older layer, whose save failed, beneath this one. O(names of the older one).</summary>
    public void Absorb(NameLayer older)
    {
        foreach ((int database, SortedSet<NameState> names) in older._byDatabase)
        {
            if (Flushed.Contains(database)) continue;
            SortedSet<NameState>? own = Of(database);
            foreach (NameState state in names)
                if (own is null || !own.Contains(state)) Set(database, state.Name, state.IsPresent);
        }

        Flushed.UnionWith(older.Flushed);
    }
}
