using Bitmapist.Storage;

namespace Bitmapist.Engine;

/// <summary>
/// Bounds of the engine. Each has a unit; what crosses one is refused by the caller's parsing, or asserted.
/// </summary>
public static class EngineLimits
{
    /// <summary>Longest string, in bytes: 2^32 bits, so that every 32-bit offset fits (Redis: 512 MiB).</summary>
    public const long StringBytes = 512L * 1024 * 1024;

    /// <summary>
    /// Longest name of a key, in bytes: the file's limit on a stored key less what comes before a name in its longest
    /// form, an item of the expiry index.
    /// </summary>
    public const int KeyBytes = StorageLimits.KeyBytesMax - KeyPrefixBytes;

    /// <summary>
    /// Bytes before a name in an item of the expiry index: a database number, a kind, a time, the key's database.
    /// </summary>
    internal const int KeyPrefixBytes = 2 + 1 + 8 + 2;

    /// <summary>Shards of the keyspace, a power of two; 64 so that a set of shards is one 64-bit word.</summary>
    public const int Shards = 64;

    /// <summary>
    /// Databases a server may have; the number is stored in two bytes with each key, and the highest one is taken by
    /// what the engine keeps there for itself.
    /// </summary>
    public const int DatabasesMax = 65_535;

    /// <summary>
    /// Expired keys removed, and expiry times that count no more dropped, during one hold of a shard's lock by the
    /// background pass.
    /// </summary>
    internal const int ExpiredPerHold = 128;

    /// <summary>Bytes of a log record of deletions of expired keys, one key's more or less.</summary>
    internal const int ExpiredRecordBytes = 1 << 20;

    /// <summary>Entries looked at by the sweep of the hot set during one hold of a shard's lock.</summary>
    internal const int SweptPerHold = 512;

    /// <summary>
    /// Scans that may be under way at once, some hundred bytes each; the oldest beyond start over when they go on.
    /// </summary>
    internal const int ScanCursors = 65_536;

    /// <summary>Bytes of names that the cursors of scans keep, all together.</summary>
    internal const long ScanCursorBytes = 64 * 1024 * 1024;

    /// <summary>
    /// Keys a shard remembers not to be in the database file, some hundred bytes each; then it begins anew.
    /// </summary>
    internal const int AbsentPerShard = 256;

    /// <summary>Bytes of the longest name remembered so.</summary>
    internal const int AbsentNameBytes = 1024;

    /// <summary>Entries captured for a snapshot during one hold of a shard's lock.</summary>
    internal const int CapturedPerHold = 256;

    /// <summary>
    /// Unfinished bit operations that may be stacked before the next one is computed first:
    /// bounds the recursion of <see cref="Bits.PendingBits.Force"/> and the operands it keeps alive.
    /// </summary>
    internal const int PendingDepthMax = 16;
}
