using Bitmapist.Bench.Load;
using Bitmapist.Bench.Peers;
using Bitmapist.Bench.Report;

namespace Bitmapist.Bench.Rows;

/// <summary>
/// A load put on one server, then on the other, round after round, so that whatever else the machine does hits both.
/// </summary>
internal abstract class AlternatingRow(string name, Unit unit) : IRow
{
    public string Name => name;

    public bool ComparesBuilds => Rival == PeerRole.Redis;

    /// <summary>The server to compare with.</summary>
    public PeerRole Rival { get; init; } = PeerRole.Redis;

    public string Remark { get; init; } = "";

    public void Run(BenchRun run)
    {
        Peer ours = run.Peer(PeerRole.Ours), theirs = run.Peer(Rival);
        Prepare(ours);
        Prepare(theirs);
        using LoadGenerator onOurs = Connect(ours), onTheirs = Connect(theirs);
        Measure(ours, onOurs, run.WarmUp);
        Measure(theirs, onTheirs, run.WarmUp);
        var ourSamples = new List<Sample>();
        var theirSamples = new List<Sample>();
        for (int round = 0; round < run.Rounds; round++)
        {
            ourSamples.Add(Measure(ours, onOurs, run.Round));
            theirSamples.Add(Measure(theirs, onTheirs, run.Round));
        }

        ResultTable.Write(Name, unit, ourSamples, theirSamples, Remark);
    }

    /// <summary>Brings a server's data into the state the row starts from.</summary>
    protected abstract void Prepare(Peer peer);

    protected abstract LoadGenerator Connect(Peer peer);

    protected abstract Sample Measure(Peer peer, LoadGenerator load, TimeSpan duration);
}
