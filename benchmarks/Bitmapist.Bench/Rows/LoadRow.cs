using Bitmapist.Bench.Data;
using Bitmapist.Bench.Load;
using Bitmapist.Bench.Peers;
using Bitmapist.Bench.Report;

namespace Bitmapist.Bench.Rows;

/// <summary>A load put on the servers in turn.</summary>
internal abstract class LoadRow(string name, Unit unit, IDataSet data) : AlternatingRow(name, unit)
{
    /// <summary>Whether servers of the row's own are used, which are empty at first and stopped afterwards.</summary>
    public bool IsFresh { get; init; }

    /// <summary>Whether the data change a little before each round.</summary>
    public bool ChangesData { get; init; }

    /// <summary>Whether the others have a log as ours does; who has none such is left out.</summary>
    public bool RivalsHaveLog { get; init; }

    public override bool ComparesBuilds => !RivalsHaveLog;

    protected override string? ReasonAgainst(PeerKind kind) =>
        RivalsHaveLog && !kind.IsOurs && kind.WithLog is null ? "" : null;

    protected override IContestant Enter(BenchRun run, PeerKind kind) =>
        new Contestant(this, run, RivalsHaveLog ? kind.WithLog ?? kind : kind);

    protected abstract LoadGenerator Connect(Peer peer);

    protected abstract Sample Measure(Peer peer, LoadGenerator load, TimeSpan duration);

    private sealed class Contestant : IContestant
    {
        private readonly LoadRow _row;
        private readonly BenchRun _run;
        private readonly Peer _peer;
        private readonly LoadGenerator? _load;

        public Contestant(LoadRow row, BenchRun run, PeerKind kind)
        {
            _row = row;
            _run = run;
            _peer = row.IsFresh ? new Peer(kind) : run.Peer(kind);
            try
            {
                row.Data.Fill(_peer);
                _load = row.Connect(_peer);
                // A process of the row's own has compiled nothing yet.
                row.Measure(_peer, _load, row.IsFresh ? 2 * run.WarmUp : run.WarmUp);
            }
            catch
            {
                Dispose();
                throw;
            }
        }

        public Sample Measure()
        {
            if (_row.ChangesData) _row.Data.Change(_peer);
            return _row.Measure(_peer, _load!, _run.Round);
        }

        public void Dispose()
        {
            _load?.Dispose();
            if (_row.IsFresh) _peer.Dispose();
        }
    }

    private IDataSet Data => data;
}
