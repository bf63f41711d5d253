namespace Bitmapist.Engine.Keyspace;

/// <summary>What happened to a key, as keyspace notifications name it.</summary>
public enum KeyEvent
{
    /// <summary>A key came to be that was not there.</summary>
    New,
    Set,
    SetBit,
    SetRange,
    Append,
    IncrementBy,
    IncrementByFloat,
    Delete,
    Expire,
    Persist,
    RenameFrom,
    RenameTo,
    CopyTo,
    MoveFrom,
    MoveTo,
    Restore,

    /// <summary>Its time had come, and it was removed.</summary>
    Expired,

    /// <summary>A read did not find it.</summary>
    Miss,
}

/// <summary>Is told what happens to keys. Called with the key's shard held: must neither wait nor throw.</summary>
public interface IKeyEvents
{
    /// <summary>
    /// What verbs did, in their order, after the log has taken their effects: whoever is told, and waits for the log
    /// before it tells a client, shows nothing that a crash could take back.
    /// </summary>
    void Happened(KeyEvent what, int database, ReadOnlySpan<byte> name);
}

/// <summary>
/// Is told which keys may read differently from now on. Called with the key's shard held: must neither wait nor throw.
/// </summary>
public interface IKeyChanges
{
    /// <summary>A key's value, expiry time or existence changed; or a change was begun, and is taken back.</summary>
    void Changed(int database, ReadOnlySpan<byte> name);

    /// <summary>Every key of a database, or of all, was removed.</summary>
    void Flushed();
}

/// <summary>What verbs tell during a hold of shards, in their order, until the log has taken it. One thread.</summary>
internal sealed class ToldEvents
{
    private readonly List<(KeyEvent What, int Database, byte[] Name)> _events = [];
    private int _sealed;

    public bool IsEmpty => _events.Count == 0;

    public void Add(KeyEvent what, int database, ReadOnlySpan<byte> name) =>
        _events.Add((what, database, name.ToArray()));

    /// <summary>The verb that told them is at its end.</summary>
    public void Seal() => _sealed = _events.Count;

    /// <summary>Forgets what a verb told that was taken back.</summary>
    public void Unseal() => _events.RemoveRange(_sealed, _events.Count - _sealed);

    /// <summary>Forgets all.</summary>
    public void Clear()
    {
        _events.Clear();
        _sealed = 0;
    }

    /// <summary>Passes all on; nobody listens any more where <paramref name="listener"/> is null.</summary>
    public void Deliver(IKeyEvents? listener)
    {
        foreach ((KeyEvent what, int database, byte[] name) in _events) listener?.Happened(what, database, name);
        Clear();
    }
}
