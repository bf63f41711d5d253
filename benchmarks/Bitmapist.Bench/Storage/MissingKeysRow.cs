using Bitmapist.Bench.Peers;
using Bitmapist.Bench.Report;
using Bitmapist.Bench.Rows;

namespace Bitmapist.Bench.Storage;

/// <summary>
/// Questions about keys that never existed beside the same about keys in memory, with many others on disk; pipelined on
/// one connection. Both kinds take turns, so that whatever else the machine does hits both.
/// </summary>
/// <param name="keys">How many there are on disk.</param>
internal sealed class MissingKeysRow(int keys) : IRow
{
    private const int NamesAsked = 2192; // eight times 274, a year's days
    private const int Warm = 10;

    public string Name =>
        FormattableString.Invariant($"questions about keys that never existed, {keys:N0} others saved");

    public bool ComparesBuilds => true;

    public void Run(BenchRun run)
    {
        var database = new EventDatabase(keys);
        using var ours = new Peer(run.Ours, database.Write);
        using Peer? other = run.ComparesBuildsOnly ? new Peer(run.Rivals[0], database.Write) : null;
        var random = new Random(11);
        // Small ones: every thousandth holds more.
        string[] there = [.. Enumerable.Range(0, NamesAsked).Select(_ =>
            EventDatabase.Name((random.Next(keys / 1000) * 1000) + random.Next(900)))];
        string[] missing = [.. Enumerable.Range(0, NamesAsked).Select(_ =>
            $"trackist_nothing:{random.Next()}_2026-{random.Next(12) + 1}-{random.Next(28) + 1}")];
        int rounds = run.IsShort ? 30 : 100;
        Measure("GETBIT", names => Each(names, name => ["GETBIT", name, "123456"]), keysPerRequest: 1);
        Measure("EXISTS", names => Each(names, name => ["EXISTS", name]), keysPerRequest: 1);
        Measure("BITCOUNT", names => Each(names, name => ["BITCOUNT", name]), keysPerRequest: 1);
        Measure("BITOP OR of 20 keys, a key", names => PipelinedRequests.Unions(names, 20), keysPerRequest: 20);
        Measure("BITOP OR of 274 keys, a key", names => PipelinedRequests.Unions(names, 274), keysPerRequest: 274);

        void Measure(string what, Func<string[], PipelinedRequests> make, int keysPerRequest)
        {
            PipelinedRequests known = make(there), unknown = make(missing);
            (Sample known, Sample unknown) of = Alternate(ours, known, unknown, rounds, keysPerRequest);
            string remark = FormattableString.Invariant(
                $"in memory {of.known.Value:N0} ns, {of.unknown.Value / of.known.Value:N2} × that");
            if (other is null)
            {
                run.Table.WriteOurs($"{Name}: {what}", Unit.Nanoseconds, of.unknown.Value, remark);
                return;
            }

            (Sample known, Sample unknown) ofOther = Alternate(other, known, unknown, rounds, keysPerRequest);
            Write(what, of.unknown, ofOther.unknown, remark);
            Write($"{what}, in memory", of.known, ofOther.known, remark: "");
        }

        void Write(string what, Sample our, Sample their, string remark) =>
            run.Table.Write($"{Name}: {what}", Unit.Nanoseconds,
                [ColumnOf("ours", our), ColumnOf("other", their)], remark);
    }

    private static Column ColumnOf(string name, Sample sample)
    {
        var column = new Column(name);
        column.Samples.Add(sample);
        return column;
    }

    private static (Sample Known, Sample Unknown) Alternate(
        Peer peer, PipelinedRequests known, PipelinedRequests unknown, int rounds, int keysPerRequest)
    {
        using CommandClient client = peer.Connect();
        var times = new[] { new List<double>(), new List<double>() };
        for (int round = 0; round < rounds + Warm; round++)
        {
            for (int kind = 0; kind < 2; kind++)
            {
                PipelinedRequests requests = kind == 0 ? known : unknown;
                double ns = client.Ask(requests).TotalNanoseconds / (requests.Count * keysPerRequest);
                if (round >= Warm) times[kind].Add(ns);
            }
        }

        return (new Sample(Sample.Median(times[0])), new Sample(Sample.Median(times[1])));
    }

    private static PipelinedRequests Each(string[] names, Func<string, string[]> request)
    {
        var requests = new PipelinedRequests();
        foreach (string name in names) requests.Add(request(name));
        return requests;
    }
}
