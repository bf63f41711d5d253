using Bitmapist.Bench.Peers;
using Bitmapist.Bench.Report;
using Bitmapist.Bench.Storage;

namespace Bitmapist.Bench.Rows;

/// <summary>
/// Time from before exec to the first PONG, of an empty server and of one that was stopped with its keys saved; files
/// in the page cache. With keys builds of this server alone are asked: 100,000 bitmaps with ids up to ten million are
/// over 100 GB of plain strings.
/// </summary>
/// <param name="keys">How many, of a database made beforehand.</param>
internal sealed class StartRow(int keys) : AlternatingRow(
    keys == 0 ? "start, empty" : FormattableString.Invariant($"start, {keys:N0} keys"), Unit.Milliseconds)
{
    protected override string? ReasonAgainst(PeerKind kind) => keys > 0 && !kind.IsOurs ? "" : null;

    protected override IContestant Enter(BenchRun run, PeerKind kind) => new Contestant(kind, keys);

    private sealed class Contestant : IContestant
    {
        private readonly Peer _peer;
        private readonly int _keys;

        public Contestant(PeerKind kind, int keys)
        {
            _keys = keys;
            _peer = new Peer(kind, keys == 0 ? null : new EventDatabase(keys).Write);
        }

        public Sample Measure()
        {
            if (_keys == 0) _peer.Kill();
            else _peer.SaveAndStop();
            var sample = new Sample(_peer.Start().TotalMilliseconds);
            using CommandClient client = _peer.Connect();
            long count = client.Integer("DBSIZE");
            if (count != _keys) throw new IOException($"came up with {count} of {_keys} keys.");
            return sample;
        }

        public void Dispose() => _peer.Dispose();
    }
}
