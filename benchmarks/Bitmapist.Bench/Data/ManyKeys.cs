using Bitmapist.Bench.Peers;

namespace Bitmapist.Bench.Data;

/// <summary>Many keys with a few random ids each.</summary>
/// <param name="eventName">Part of the keys' names.</param>
/// <param name="keys">How many; at most 10,000,000.</param>
/// <param name="idsPerKey">How many are marked in each, repeats included.</param>
/// <param name="idEnd">Ids are below this.</param>
internal sealed class ManyKeys(string eventName, int keys, int idsPerKey, uint idEnd) : IDataSet
{
    private readonly HashSet<Peer> _filled = [];
    private uint _changes;

    /// <summary>Whether our own server has saved them, and so must ask its file about keys it does not have.</summary>
    public bool IsSaved { get; init; }

    public int Count => keys;

    /// <summary>The name of a key; its number has seven digits, or stands for one.</summary>
    public string NameOf(string number) => $"trackist_{eventName}:{number}_2026-1-1";

    /// <summary>The name of a key, 0 … <see cref="Count"/> - 1.</summary>
    public string NameOf(int number) => NameOf(FormattableString.Invariant($"{number:0000000}"));

    /// <summary>Marks as many ids as a key has.</summary>
    public IEnumerable<(string Key, uint Id)> Marks()
    {
        var random = new Random(1);
        for (int key = 0; key < keys; key++)
        {
            string name = NameOf(key);
            for (int i = 0; i < idsPerKey; i++) yield return (name, (uint)random.NextInt64(idEnd));
        }
    }

    public void Fill(Peer peer)
    {
        if (_filled.Contains(peer)) return;
        using CommandClient client = peer.Connect();
        client.Mark(Marks());
        if (IsSaved && peer.Kind.IsOurs) client.Do("SAVE");
        _filled.Add(peer);
    }

    /// <summary>One bit of every key, each time another one, above all others.</summary>
    public void Change(Peer peer)
    {
        using CommandClient client = peer.Connect();
        uint id = idEnd + _changes++;
        client.Mark(Enumerable.Range(0, keys).Select(key => (NameOf(key), id)));
    }
}
