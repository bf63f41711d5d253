namespace Bitmapist.Client.Asking;

/// <summary>
/// Keys of results that this client made and that do not expire, to be deleted by it (bitmapist 3). Safe for concurrent
/// use.
/// </summary>
internal sealed class RuntimeKeys
{
    private readonly Lock _gate = new();
    private HashSet<string> _keys = [];

    /// <summary>Remembers a key whose operation is about to be sent.</summary>
    public void Add(string key)
    {
        lock (_gate) _keys.Add(key);
    }

    /// <summary>Remembers keys that were taken, but may still be there.</summary>
    public void AddAll(IEnumerable<string> keys)
    {
        lock (_gate) _keys.UnionWith(keys);
    }

    /// <summary>Forgets a key that is deleted on its own; false if it was none of these.</summary>
    public bool Remove(string key)
    {
        lock (_gate) return _keys.Remove(key);
    }

    /// <summary>Gives the keys and forgets them.</summary>
    public HashSet<string> TakeAll()
    {
        lock (_gate)
        {
            HashSet<string> taken = _keys;
            _keys = [];
            return taken;
        }
    }
}
