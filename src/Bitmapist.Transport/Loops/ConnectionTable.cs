using Bitmapist.Transport.Contract;
namespace Bitmapist.Transport.Loops;

/// <summary>
/// A loop's connections by number, since the kernel gives back a number with each event. Slots are used again,
/// generations are not: an event of a connection that has just been closed finds nothing. The loop's thread's.
/// </summary>
internal sealed class ConnectionTable
{
    /// <summary>Generations below are the loop's own descriptors.</summary>
    public const uint FirstGeneration = 16;

    private readonly Stack<int> _free = new();
    private LoopConnection?[] _slots = new LoopConnection?[64];
    private int _used;
    private uint _generation = FirstGeneration;

    /// <summary>How many there are.</summary>
    public int Count => _used - _free.Count;

    /// <summary>All slots; the free ones are null.</summary>
    public ReadOnlySpan<LoopConnection?> Slots => _slots.AsSpan(0, _used);

    /// <summary>Gives a connection its slot and generation.</summary>
    public void Add(LoopConnection connection)
    {
        if (!_free.TryPop(out int slot))
        {
            slot = _used++;
            if (slot == _slots.Length) Array.Resize(ref _slots, 2 * slot);
        }

        connection.Slot = slot;
        connection.Generation = _generation;
        _generation = _generation == uint.MaxValue ? FirstGeneration : _generation + 1;
        _slots[slot] = connection;
    }

    public void Remove(LoopConnection connection)
    {
        _slots[connection.Slot] = null;
        _free.Push(connection.Slot);
    }

    /// <summary>The connection, unless it has gone.</summary>
    public LoopConnection? Find(int slot, uint generation) =>
        (uint)slot < (uint)_slots.Length && _slots[slot] is { } found && found.Generation == generation ? found : null;

    /// <summary>All there are, as of now.</summary>
    public LoopConnection[] All() => [.. _slots.OfType<LoopConnection>()];
}
