namespace Bitmapist.Bench.Peers;

/// <summary>The servers that stay up through the run.</summary>
internal enum PeerRole
{
    Ours,
    Redis,
    RedisWithLog,

    /// <summary>Ours with everything in memory alone, which only a program that hosts it can have.</summary>
    OursWithoutLog,
}
