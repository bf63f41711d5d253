using System.Security.Cryptography;

namespace Bitmapist.Engine.Names;

/// <summary>
/// The cursors of SCANs under way. A SCAN walks the names in order. Its cursor is only a number of 64 bits, too small
/// for a name, so the last name visited is remembered here under that number. An unknown cursor starts the walk over:
/// that repeats names, which SCAN may, and leaves none out. The first number is random, so that a cursor from before a
/// restart is unknown instead of another scan's. Thread-safe.
/// </summary>
internal sealed class ScanCursors
{
    private readonly Lock _gate = new();
    private readonly Dictionary<ulong, Place> _places = [];

    // A client uses only the newest cursor of its scan. Used and unused ones are therefore bounded apart, each oldest
    // first: the steps of other scans push out used cursors alone, and a scan's newest is forgotten only when as many
    // scans were begun and abandoned since.
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
