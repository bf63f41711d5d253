using Bitmapist.Bench.Peers;

namespace Bitmapist.Bench;

/// <summary>The servers of one run, each started when first needed, and how long to measure.</summary>
/// <param name="ourExecutable">This repository's server.</param>
/// <param name="otherExecutable">Another build of it, to compare with in the place of Redis; null for Redis.</param>
/// <param name="isShort">Whether to give each row a fraction of the time.</param>
internal sealed class BenchRun(string ourExecutable, string? otherExecutable, bool isShort) : IDisposable
{
    private readonly Dictionary<PeerRole, Peer> _peers = [];

    /// <summary>A server of this build with options of its own, on files put into its directory first.</summary>
    public Peer StartOurs(Action<string>? prepare, params string[] options) =>
        new(PeerKind.Ours(ourExecutable, options), prepare);

    public bool IsShort => isShort;

    public bool IsAgainstRedis => otherExecutable is null;

    public int Rounds => 3;

    /// <summary>Long enough, in the full run, for the tiered compiler to be done with what the row calls.</summary>
    public TimeSpan WarmUp => TimeSpan.FromSeconds(isShort ? 0.4 : 1.5);

    public TimeSpan Round => TimeSpan.FromSeconds(isShort ? 0.3 : 1.5);

    /// <summary>The server of a role, which other rows use too.</summary>
    public Peer Peer(PeerRole role)
    {
        if (!_peers.TryGetValue(role, out Peer? peer)) _peers.Add(role, peer = StartFresh(role));
        return peer;
    }

    /// <summary>A server of the caller's own, empty or on files put into its directory first.</summary>
    public Peer StartFresh(PeerRole role, Action<string>? prepare = null) => new(
        role switch
        {
            PeerRole.Ours => PeerKind.Ours(ourExecutable),
            PeerRole.Redis => otherExecutable is null ? PeerKind.Redis : PeerKind.Ours(otherExecutable),
            PeerRole.OursWithoutLog => PeerKind.OursWithoutLog,
            _ => PeerKind.RedisWithLog,
        },
        prepare);

    public void Dispose()
    {
        foreach (Peer peer in _peers.Values) peer.Dispose();
    }
}
