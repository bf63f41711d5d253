using Bitmapist.Storage.Files;

namespace Bitmapist.Storage.Snapshots;

/// <summary>A key that is looked for in several index runs, hashed once for the filters of all of them.</summary>
internal ref struct FilteredKey(ReadOnlySpan<byte> key)
{
    private readonly ReadOnlySpan<byte> key = key;
    private SipKey hashKey;
    private ulong hash;
    private bool isHashed;

    /// <summary>Whether the run may have the key; a run without a filter may.</summary>
    public bool MayBeIn(IndexRun run)
    {
        if (run.Filter is not { } filter) return true;
        if (!isHashed || filter.HashKey != hashKey)
        {
            hashKey = filter.HashKey;
            hash = SipHash.Compute(hashKey, key);
            isHashed = true;
        }

        return filter.MayContain(hash);
    }
}
