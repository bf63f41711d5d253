using System.Security.Cryptography;

namespace Bitmapist.Engine.Names;

/// <summary>
/// Where SCANs under way stand. A scan goes through the names in order, and a name does not fit into the 64 bits of a
/// cursor: so a cursor is a number that is remembered here together with the name after which the scan goes on. Numbers
/// begin at random, so that one from before a restart is unknown rather than another's; an unknown one starts over,
/// which repeats names, as SCAN may, and leaves none out. Thread-safe.
/// </summary>
internal sealed class ScanCursors
{
    private readonly Lock _gate = new();
    private readonly Dictionary<ulong, Place> _places = [];

    // Of a scan under way one cursor is unused, and those before are used: so it is forgotten only when as many other
    // scans were begun and left, however many steps others make. Oldest first.
    private readonly LinkedList<ulong> _unused = [];
    private readonly LinkedList<ulong> _used = [];

    private long _nameBytes;

    // Up to 2^52, so that the cursor fits the doubles in which some clients keep it.
    private ulong _last = (ulong)RandomNumberGenerator.GetInt32(1, int.MaxValue) << 20;

    /// <summary>The name after which a scan goes on; null for 0 and for a cursor that is not known.</summary>
    public byte[]? Find(ulong cursor)
    {
        lock (_gate)
        {
            if (!_places.TryGetValue(cursor, out Place place)) return null;
            if (place.Node.List != _unused) return place.Name;
            _unused.Remove(place.Node);
            Append(_used, place.Node);
            return place.Name;
        }
    }

    /// <summary>Makes a cursor for a scan that has come to this name.</summary>
    public ulong Add(byte[] name)
    {
        lock (_gate)
        {
            var node = new LinkedListNode<ulong>(++_last);
            _places.Add(_last, new Place(name, node));
            _nameBytes += name.Length;
            Append(_unused, node);
            return _last;
        }
    }

    private void Append(LinkedList<ulong> list, LinkedListNode<ulong> node)
    {
        list.AddLast(node);
        if (list.Count > EngineLimits.ScanCursors) ForgetOldest(list);
        while (_nameBytes > EngineLimits.ScanCursorBytes && _places.Count > 1)
            ForgetOldest(_used.Count > 0 ? _used : _unused);
    }

    private void ForgetOldest(LinkedList<ulong> list)
    {
        _places.Remove(list.First!.Value, out Place place);
        _nameBytes -= place.Name.Length;
        list.RemoveFirst();
    }

    private readonly record struct Place(byte[] Name, LinkedListNode<ulong> Node);
}
