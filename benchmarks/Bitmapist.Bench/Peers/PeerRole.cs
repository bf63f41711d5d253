namespace Bitmapist.Bench.Peers;

/// <summary>The servers that stay up through the run.</summary>
internal enum PeerRole
{
    Ours,
    Redis,
    RedisWithLog,
}
