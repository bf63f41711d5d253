using Bitmapist.Engine.Keyspace;
using Bitmapist.Engine.Stored;
using Bitmapist.Storage.Snapshots;

namespace Bitmapist.Repair;

/// <summary>
/// What a repair does not know of the keyspace: single keys, and all that damaged index blocks may have named. What
/// the log says of such keys cannot be applied until it gives them a wholly new value. One thread.
/// </summary>
internal sealed class LostKeys
{
    private readonly Dictionary<KeyId, LostKey?> _keys = []; // null: known again, though its range is lost
    private readonly List<KeyRange> _ranges = [];
    private readonly HashSet<int> _flushed = [];
    private readonly List<byte> _stored = [];

    /// <summary>The single keys that are lost.</summary>
    public IEnumerable<(int Database, byte[] Name, LostKey Lost)> Keys
    {
        get
        {
            foreach ((KeyId key, LostKey? lost) in _keys)
                if (lost is not null) yield return (key.Database, key.Name, lost);
        }
    }

    public bool IsEmpty => _ranges.Count == 0 && _keys.Count == 0;

    /// <summary>Every key that an index block may have named is lost, unless it is found to be otherwise.</summary>
    public void AddRange(KeyRange range)
    {
        if (range.End is not { Length: 0 }) _ranges.Add(range);
    }

    /// <summary>Whether older versions of some are wanted and not found.</summary>
    public bool LacksOlder => _ranges.Count > 0 || _keys.Values.Any(lost => lost is { Generation: 0 });

    /// <summary>Names a key that is lost as one of a range, so that the report does, too.</summary>
    public void Name(int database, ReadOnlySpan<byte> name)
    {
        KeyId key = KeyOf(database, name);
        if (!_keys.ContainsKey(key)) _keys[key] = Unnamed;
    }

    public void Add(int database, ReadOnlySpan<byte> name, LostKey lost) => _keys[KeyOf(database, name)] = lost;

    /// <summary>A key's value is known: what it is, or that there is none.</summary>
    public void Resolve(int database, ReadOnlySpan<byte> name)
    {
        if (IsLost(database, name)) _keys[KeyOf(database, name)] = null;
    }

    /// <summary>Every key of a database is known to be missing.</summary>
    public void Flush(int database)
    {
        _flushed.Add(database);
        foreach (KeyId key in _keys.Keys.Where(key => key.Database == database).ToList()) _keys.Remove(key);
    }

    public bool IsLost(int database, ReadOnlySpan<byte> name)
    {
        if (IsEmpty) return false;
        return _keys.TryGetValue(KeyOf(database, name), out LostKey? lost)
            ? lost is not null
            : !_flushed.Contains(database) && IsInRange(database, name);
    }

    /// <summary>Notes an older version of a key if it is lost and no newer one is noted.</summary>
    public void OfferOlder(int database, ReadOnlySpan<byte> name, in StoredEntry older, long generation)
    {
        KeyId key = KeyOf(database, name);
        if (!_keys.TryGetValue(key, out LostKey? lost))
        {
            if (!IsInRange(database, name)) return;
            lost = Unnamed;
        }

        if (lost is null or { Generation: > 0 }) return;
        _keys[key] = lost with { Older = older, Generation = generation };
    }

    private static LostKey Unnamed => new(LossCause.Index, "an index block that may have named it is damaged");

    private static KeyId KeyOf(int database, ReadOnlySpan<byte> name) =>
        new(database, KeyHash.Compute(name), name.ToArray());

    private bool IsInRange(int database, ReadOnlySpan<byte> name)
    {
        KeyCodec.Write(database, name, _stored);
        foreach (KeyRange range in _ranges)
            if (range.Contains(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_stored))) return true;
        return false;
    }
}

/// <summary>A key whose newest value is unknown.</summary>
/// <param name="Cause">Why.</param>
/// <param name="Reason">The same in words.</param>
/// <param name="Older">An older version that can be read; null: none was found.</param>
/// <param name="Generation">The generation that names the older version.</param>
internal sealed record LostKey(LossCause Cause, string Reason, StoredEntry? Older = null, long Generation = 0);

/// <summary>Why a key's newest value is unknown.</summary>
internal enum LossCause
{
    /// <summary>
    /// An index block that may have named it does not match its checksum: perhaps nothing newer was there.
    /// </summary>
    Index,

    /// <summary>The value does not match its checksum.</summary>
    Value,

    /// <summary>The log makes it of the value of a key that is lost.</summary>
    Log,
}
