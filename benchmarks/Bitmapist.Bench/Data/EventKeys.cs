using System.Globalization;
using Bitmapist.Bench.Peers;

namespace Bitmapist.Bench.Data;

/// <summary>
/// Month keys of one event as bitmapist names them, with a share of the users marked in each. The same on every server.
/// </summary>
/// <param name="eventName">Part of the keys' names, and what their users are drawn by.</param>
/// <param name="markedShare">0 to 1.</param>
/// <param name="users">Ids are below this.</param>
/// <param name="months">How many keys.</param>
internal sealed class EventKeys(string eventName, double markedShare, uint users = 10_000_000, int months = 4)
    : IDataSet
{
    private readonly HashSet<Peer> _filled = [];
    private uint _changes;

    public string[] Keys { get; } = [.. Enumerable.Range(0, months).Select(month =>
        FormattableString.Invariant($"trackist_{eventName}_{2026 + (month / 12)}-{(month % 12) + 1}"))];

    /// <summary>
    /// Whether the keys are stored as strings, which is quicker than marking users one by one in random order, as marks
    /// arrive.
    /// </summary>
    public bool IsStored { get; init; }

    /// <summary>Users and their marked share, as in "10M 5%".</summary>
    public string Size => string.Create(CultureInfo.InvariantCulture, $"{users / 1_000_000}M {markedShare * 100:0.#}%");

    public void Fill(Peer peer)
    {
        if (_filled.Contains(peer)) return;
        using CommandClient client = peer.Connect();
        for (int month = 0; month < Keys.Length; month++)
        {
            var random = new Random(SeedOf(Keys[month]));
            string key = Keys[month];
            uint[] ids = [.. MarkedIds(random)];
            if (IsStored)
            {
                client.Set(key, BytesOf(ids));
            }
            else
            {
                client.Set(key, new byte[users / 8]); // Garnet 2.2 leaves garbage in strings that grow
                random.Shuffle(ids);
                client.Mark(ids.Select(id => (key, id)));
            }

            long count = client.Integer("BITCOUNT", key);
            if (count != ids.Length) throw new IOException($"{peer.Name} counts {count} of {ids.Length} marks.");
        }

        _filled.Add(peer);
    }

    /// <summary>One bit of every key.</summary>
    public void Change(Peer peer)
    {
        using CommandClient client = peer.Connect();
        uint id = _changes++ * 65_537 % users; // in another container each time
        foreach (string key in Keys) client.Flip(key, id);
    }

    /// <summary>Ascending. Draws the distances, not every user: they are distributed geometrically.</summary>
    private IEnumerable<uint> MarkedIds(Random random)
    {
        double scale = Math.Log(1 - markedShare);
        for (double id = Distance() - 1; id < users; id += Distance()) yield return (uint)id;

        double Distance() => Math.Floor(Math.Log(1 - random.NextDouble()) / scale) + 1;
    }

    private static byte[] BytesOf(uint[] ids)
    {
        byte[] bytes = new byte[(ids[^1] / 8) + 1];
        foreach (uint id in ids) bytes[id / 8] |= (byte)(0x80 >> (int)(id % 8)); // the first bit is a byte's highest
        return bytes;
    }

    private static int SeedOf(string key) => key.Aggregate(7, (seed, character) => unchecked((seed * 31) + character));
}
