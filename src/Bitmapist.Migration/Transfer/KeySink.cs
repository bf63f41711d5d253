using Bitmapist.Engine.Bits;
using Bitmapist.Engine.Stored;
using Bitmapist.Storage.Files;

namespace Bitmapist.Migration.Transfer;

/// <summary>A file of keys to move in. Read once, by one thread, in bounded memory.</summary>
internal interface IMigrationSource
{
    /// <summary>Hands every key to the sink.</summary>
    /// <exception cref="CorruptFileException">Checksum mismatch, or what was read makes no sense.</exception>
    /// <exception cref="StorageException">It cannot be read, or the sink cannot write.</exception>
    void ReadInto(KeySink sink);
}

/// <summary>How far moving in or out has come.</summary>
/// <param name="Keys">Keys read so far, skipped ones included.</param>
/// <param name="Done">Bytes of the source read, or keys written, so far.</param>
/// <param name="Total">What <paramref name="Done"/> ends at.</param>
public readonly record struct MigrationProgress(long Keys, long Done, long Total);

/// <summary>Where the keys of a source go: into a new database, and into the report. One thread.</summary>
internal sealed class KeySink(
    DatabaseBuilder database, ImportReport report, long nowUnixMs, IProgress<MigrationProgress>? progress)
{
    /// <summary>Why a key is left out whose name is longer than a database of this server takes.</summary>
    public const string NameTooLong = "name too long";

    /// <summary>Why a key is left out whose string is longer than Redis's own default limit.</summary>
    public const string StringTooLong = "longer than 512 MB";

    private long _keysSeen;

    /// <summary>The instant at which expiry times are judged: that of the import's start.</summary>
    public long NowUnixMs => nowUnixMs;

    public ImportReport Report => report;

    /// <summary>Stores a key; each key of a database once.</summary>
    /// <param name="number">Number of the database.</param>
    /// <param name="name">The key.</param>
    /// <param name="value">The string.</param>
    /// <param name="expiresAtUnixMs">When it expires; 0: never.</param>
    public void Put(int number, ReadOnlySpan<byte> name, in StringValue value, long expiresAtUnixMs)
    {
        database.Put(number, name, value, expiresAtUnixMs);
        report.CountKey(number, value.Bits.Cardinality, value.LengthBytes, expiresAtUnixMs != 0);
    }

    /// <summary>Counts a key that is left out.</summary>
    public void Skip(string reason) => report.CountSkipped(reason);

    /// <summary>Says how far reading has come, after each key.</summary>
    public void Advance(long readBytes, long totalBytes)
    {
        if (++_keysSeen % MigrationLimits.KeysPerProgress == 0)
            progress?.Report(new MigrationProgress(_keysSeen, readBytes, totalBytes));
    }
}
