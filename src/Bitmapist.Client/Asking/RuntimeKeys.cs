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

    /// <summary>Forgets a key that was deleted on its own.</summary>
    public void Remove(string key)
    {
        lock (_gate) _keys.Remove(key);
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
