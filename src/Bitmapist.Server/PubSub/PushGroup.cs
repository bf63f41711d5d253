namespace Bitmapist.Server.PubSub;

/// <summary>Those who get the same messages: monitors. Thread-safe.</summary>
/// <param name="whenAny">Told, one change after the other, whether there is anybody.</param>
internal sealed class PushGroup(Action<bool> whenAny)
{
    private readonly Lock _gate = new();
    private IPushTarget[] _members = []; // replaced, never changed

    public int Count => Volatile.Read(ref _members).Length;

    /// <summary>Whether it was none before.</summary>
    public bool Add(IPushTarget member)
    {
        lock (_gate)
        {
            if (_members.Contains(member)) return false;
            Volatile.Write(ref _members, [.. _members, member]);
            whenAny(true);
            return true;
        }
    }

    public void Remove(IPushTarget member)
    {
        lock (_gate)
        {
            Volatile.Write(ref _members, [.. _members.Where(other => other != member)]);
            whenAny(_members.Length > 0);
        }
    }

    /// <summary>Sends a message to all, in the same order as every other.</summary>
    public void Push(byte[] message)
    {
        lock (_gate)
            foreach (IPushTarget member in _members) member.Push(message);
    }
}
