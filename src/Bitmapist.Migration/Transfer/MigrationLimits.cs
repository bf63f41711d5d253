namespace Bitmapist.Migration.Transfer;

/// <summary>Bounds of this assembly; what crosses one in a foreign file is refused, or skipped and counted.</summary>
internal static class MigrationLimits
{
    /// <summary>
    /// Longest key in a bbolt file, in bytes: the 32 KiB that bbolt itself accepts, so a longer one is damage.
    /// </summary>
    public const int BoltKeyBytes = 32 * 1024;

    /// <summary>
    /// Longest value in a bbolt file, in bytes: the largest portable bitmap, 512 MiB of bitsets and its header, fits
    /// twice; what a database file of ours takes.
    /// </summary>
    public const int BoltValueBytes = Storage.StorageLimits.ValueBytesMax;

    /// <summary>Smallest page of a bbolt file, in bytes: from here on bbolt looks for its second meta page.</summary>
    public const int BoltPageBytesMin = 1024;

    /// <summary>Largest page of a bbolt file, in bytes: where it stops looking.</summary>
    public const int BoltPageBytesMax = BoltPageBytesMin << 15;

    /// <summary>
    /// Levels of pages below a bucket's root. Ten million keys make five; 40 would need more keys than a file of
    /// 2^63 bytes holds, so that depth is damage.
    /// </summary>
    public const int BoltDepth = 40;

    /// <summary>
    /// Bytes of a page's span that are read at once and kept; the rest of a long one is read as needed.
    /// </summary>
    public const int BoltPageBytesKept = 64 * 1024;

    /// <summary>Longest auxiliary text of an RDB file that is looked at, in bytes.</summary>
    public const int RdbTextBytes = 64 * 1024;

    /// <summary>
    /// Arguments of a command in an append-only file, 16 bytes of memory each: deleting this many keys at once is the
    /// most that is replayed.
    /// </summary>
    public const int AofArguments = 16 * 1024 * 1024;

    /// <summary>Longest manifest of append-only files, in bytes; Redis's own have some hundred.</summary>
    public const int AofManifestBytes = 1024 * 1024;

    /// <summary>Bytes of bitmaps in memory while append-only files are replayed; the rest is on disk.</summary>
    public const long ReplayMemoryBytes = 64 * 1024 * 1024;

    /// <summary>Bytes of effects after which a replay saves, so that the log beside its database is dropped.</summary>
    public const long ReplayLogBytes = 512 * 1024 * 1024;

    /// <summary>Bytes of commands after which a replay waits for its log, which buffers them.</summary>
    public const long ReplayCommitBytes = 1024 * 1024;

    /// <summary>
    /// A compressed string of up to this many bytes is kept while its length is found out; a longer one is compressed
    /// a second time instead.
    /// </summary>
    public const int PackedBytesKept = 4 << 20;

    /// <summary>Redis does not compress shorter strings, in bytes; nor would it pay.</summary>
    public const int UnpackedBytes = 20;

    /// <summary>Keys between two reports of progress.</summary>
    public const int KeysPerProgress = 1024;
}
