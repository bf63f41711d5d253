using System.Security.Cryptography;

namespace Bitmapist.Engine.Keyspace;

/// <summary>
/// Where SCANs under way stand. A scan goes through the names in order, and a name does not fit into the 64 bits of a
/// cursor: so a cursor is a number that is remembered here together with the name after which the scan goes on. Numbers
/// begin at random, so that one from before a restart is unknown rather than another's; an unknown one starts over,
/// which repeats names, as SCAN may, and leaves none out. Thread-safe.
/// </summary>
internal sealed class ScanCursors
{
    private readonly Lock _gate = new();
    private readonly Dictionary<ulong, byte[]> _names = [];

    // Cursors not yet used, and cursors used: a scan under way has one of the first kind. Oldest first.
    private readonly Queue<ulong> _open = new();
    private readonly Queue<ulong> _used = new();
    private readonly HashSet<ulong> _isUsed = [];

    // Up to 2^52, so that the cursor fits the doubles in which some clients keep it.
    private ulong _last = (ulong)RandomNumberGenerator.GetInt32(1, int.MaxValue) << 20;

    /// <summary>The name after which a scan goes on; null for 0 and for a cursor that is not known (any more).</summary>
    public byte[]? Find(ulong cursor)
    {
        lock (_gate)
        {
            if (!_names.TryGetValue(cursor, out byte[]? name)) return null;
            if (!_isUsed.Add(cursor)) return name;
            _used.Enqueue(cursor);
            if (_used.Count > Limits.ScanCursors) Forget(_used.Dequeue());
            return name;
        }
    }

    /// <summary>Makes a cursor for a scan that has come to this name.</summary>
    public ulong Add(byte[] name)
    {
        lock (_gate)
        {
            ulong cursor = ++_last;
            _names.Add(cursor, name);
            _open.Enqueue(cursor);
            while (_open.Count > Limits.ScanCursors)
            {
                ulong oldest = _open.Dequeue();
                if (!_isUsed.Contains(oldest)) _names.Remove(oldest); // one that was used is in the other queue
            }

            return cursor;
        }
    }

    private void Forget(ulong cursor)
    {
        _names.Remove(cursor);
        _isUsed.Remove(cursor);
    }
}
