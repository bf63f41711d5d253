using Bitmapist.Bench.Peers;

namespace Bitmapist.Bench.Data;

/// <summary>What a row finds on a server: the same on each.</summary>
internal interface IDataSet
{
    /// <summary>Puts it there, unless that was done for another row.</summary>
    void Fill(Peer peer);

    /// <summary>Changes a little, so that no result that was computed before is still right.</summary>
    void Change(Peer peer)
    {
    }
}
