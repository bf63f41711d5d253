using Bitmapist.Bench.Peers;

namespace Bitmapist.Bench.Rows;

/// <summary>
/// Keys of one event as bitmapist names them, with a share of ten million users marked in each, in random order as
/// marks arrive. The same on every server.
/// </summary>
internal sealed class EventKeys(string eventName, double markedShare)
{
    public const uint Users = 10_000_000;

    private readonly HashSet<Peer> _filled = [];

    /// <summary>Four months.</summary>
    public string[] Keys { get; } = [.. Enumerable.Range(1, 4).Select(month => $"trackist_{eventName}_2026-{month}")];

    public double MarkedShare => markedShare;

    /// <summary>Marks the users, unless that was done for another row.</summary>
    public void Fill(Peer peer)
    {
        if (!_filled.Add(peer)) return;
        using CommandClient client = peer.Connect();
        for (int month = 0; month < Keys.Length; month++)
        {
            uint[] ids = MarkedIds(month);
            string key = Keys[month];
            client.Mark(ids.Select(id => (key, id)));
            long count = client.Integer("BITCOUNT", key);
            if (count != ids.Length) throw new IOException($"{peer.Name} counts {count} of {ids.Length} marks.");
        }
    }

    private uint[] MarkedIds(int seed)
    {
        var random = new Random(seed);
        var ids = new List<uint>();
        for (uint id = 0; id < Users; id++)
            if (random.NextDouble() < markedShare) ids.Add(id);
        uint[] shuffled = [.. ids];
        random.Shuffle(shuffled);
        return shuffled;
    }
}
