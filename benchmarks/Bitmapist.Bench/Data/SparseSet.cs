using Bitmapist.Bench.Load;
using Bitmapist.Bench.Peers;

namespace Bitmapist.Bench.Data;

/// <summary>
/// One set of random ids, read the way the client streams it: windows of its string, one after the other.
/// </summary>
/// <param name="ids">How many.</param>
internal sealed class SparseSet(int ids) : IDataSet
{
    private const uint IdEnd = 20_000_000;
    private const int WindowBytes = 256 * 1024;

    private readonly HashSet<Peer> _filled = [];

    public BatchTemplate[] Windows { get; } =
    [
        .. Enumerable.Range(0, (int)Math.Ceiling(IdEnd / 8.0 / WindowBytes)).Select(window =>
        {
            int first = window * WindowBytes;
            return BatchTemplate.Range(NameOf(ids), first, Math.Min(WindowBytes, (int)(IdEnd / 8) - first));
        }),
    ];

    public void Fill(Peer peer)
    {
        if (_filled.Contains(peer)) return;
        var random = new Random(7);
        var some = new HashSet<uint>();
        while (some.Count < ids) some.Add((uint)random.NextInt64(IdEnd));
        using CommandClient client = peer.Connect();
        client.Set(NameOf(ids), new byte[IdEnd / 8]); // as long as the windows together, whatever the highest id
        client.Mark(some.Select(id => (NameOf(ids), id)));
        _filled.Add(peer);
    }

    private static string NameOf(int ids) => FormattableString.Invariant($"trackist_streamed{ids}_2026-1");
}
