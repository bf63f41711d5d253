using Bitmapist.Bench.Peers;
using Bitmapist.Bench.Report;

namespace Bitmapist.Bench;

/// <summary>
/// The servers of one run, each started when first needed, how long to measure, and where results go.
/// </summary>
/// <param name="options">What was asked for.</param>
/// <param name="ourExecutable">This repository's server.</param>
/// <param name="rivals">What it is compared with, a column each.</param>
/// <param name="table">Has a column for ours and one for each of the rivals.</param>
/// <param name="plotDirectory">Where plots go; null for no plots.</param>
internal sealed class BenchRun(
    BenchOptions options,
    string ourExecutable,
    IReadOnlyList<PeerKind> rivals,
    ResultTable table,
    string? plotDirectory) : IDisposable
{
    private readonly Dictionary<PeerKind, Peer> _peers = [];

    public PeerKind Ours { get; } = PeerKind.Ours("ours", ourExecutable);

    public IReadOnlyList<PeerKind> Rivals => rivals;

    public ResultTable Table => table;

    public bool IsShort => options.IsShort;

    public string? PlotDirectory => plotDirectory;

    /// <summary>Whether nothing but builds of this server takes part.</summary>
    public bool ComparesBuildsOnly => rivals.Count > 0 && rivals.All(rival => rival.IsOurs);

    public int Rounds => IsShort ? 3 : 5;

    /// <summary>Long enough, in the full run, for the tiered compiler to be done with what the row calls.</summary>
    public TimeSpan WarmUp => TimeSpan.FromSeconds(IsShort ? 0.4 : 1.5);

    public TimeSpan Round => TimeSpan.FromSeconds(IsShort ? 0.3 : 1.2);

    /// <summary>A server of this build with options of its own, on files put into its directory first.</summary>
    public Peer StartOurs(Action<string>? prepare, params string[] options) =>
        new(PeerKind.Ours("ours", ourExecutable, options), prepare);

    /// <summary>The server of a kind, which other rows use too.</summary>
    public Peer Peer(PeerKind kind)
    {
        if (_peers.TryGetValue(kind, out Peer? peer) && peer.IsRunning) return peer;
        peer?.Dispose();
        return _peers[kind] = new Peer(kind);
    }

    public void Dispose()
    {
        foreach (Peer peer in _peers.Values) peer.Dispose();
    }
}
