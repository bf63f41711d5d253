using Bitmapist.Client.Connections;
using Bitmapist.Client.Keys;

namespace Bitmapist.Client.Asking;

/// <summary>What every question of a client needs. Safe for concurrent use.</summary>
internal sealed class AskingContext
{
    private readonly ClientSettings _settings;

    public AskingContext(ICommandChannel channel, ClientSettings settings)
        : this(channel, settings, new KeyNames(settings.KeyPrefix), new ResultCache(settings.Time),
            new KeyOwnership(settings.KeyPrefix, settings.ForeignPrefixes, settings.OwnsPrefix))
    {
    }

    private AskingContext(
        ICommandChannel channel, ClientSettings settings, KeyNames keys, ResultCache results, KeyOwnership ownership)
    {
        _settings = settings;
        Channel = channel;
        Keys = keys;
        Results = results;
        Ownership = ownership;
    }

    /// <summary>How long bitmapist4 keeps a result of periods that are over; marks of those have stopped.</summary>
    public static readonly TimeSpan LifetimeWhenOver = TimeSpan.FromHours(24);

    /// <summary>How long bitmapist4 keeps a result of a period still in progress.</summary>
    public static readonly TimeSpan LifetimeInProgress = TimeSpan.FromSeconds(60);

    public ICommandChannel Channel { get; }

    public KeyNames Keys { get; }

    /// <summary>Which of the keys under the prefix are this client's.</summary>
    public KeyOwnership Ownership { get; }

    /// <summary>Whether results expire and are used again (bitmapist4), or run each time and stay (3).</summary>
    public bool ResultsExpire => _settings.Layout == KeyLayout.Bitmapist4;

    public TimeProvider Time => _settings.Time;

    public ResultCache Results { get; }

    /// <summary>Results that stay until they are deleted (bitmapist 3).</summary>
    public RuntimeKeys Runtime { get; } = new();

    /// <summary>The same, with lasting results of its own: to delete them without touching anyone else's.</summary>
    public AskingContext WithOwnRuntimeKeys() => new(Channel, _settings, Keys, Results, Ownership);
}

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
