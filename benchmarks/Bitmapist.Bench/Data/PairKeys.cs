using Bitmapist.Bench.Load;
using Bitmapist.Bench.Peers;

namespace Bitmapist.Bench.Data;

/// <summary>
/// Month keys of two events. Each key of the one with each of the other is a pair, and bitmapist gives the result of
/// each pair a name of its own.
/// </summary>
internal sealed class PairKeys(EventKeys left, EventKeys right) : IDataSet
{
    public EventKeys Left => left;

    public int Pairs => left.Keys.Length * right.Keys.Length;

    public void Fill(Peer peer)
    {
        left.Fill(peer);
        right.Fill(peer);
    }

    public void Change(Peer peer)
    {
        left.Change(peer);
        right.Change(peer);
    }

    /// <summary>
    /// As bitmapist 3 asks, pair by pair: BITOP under the name it gives the result, and once that is answered,
    /// BITCOUNT.
    /// </summary>
    /// <param name="operation">AND or OR.</param>
    /// <param name="marksBefore">Whether a user is marked in the left key before each pair.</param>
    public BatchTemplate[] Questions(string operation, bool marksBefore)
    {
        var steps = new List<BatchTemplate>();
        foreach (string one in left.Keys)
        {
            foreach (string two in right.Keys)
            {
                string result = $"trackist_bitop_{operation}_{one}-{two}";
                if (marksBefore) steps.Add(BatchTemplate.Step("SETBIT", one, BatchTemplate.Number, "1"));
                steps.Add(BatchTemplate.Step("BITOP", operation, result, one, two));
                steps.Add(new BatchTemplate(1, [["BITCOUNT", result]]));
            }
        }

        return [.. steps];
    }
}
