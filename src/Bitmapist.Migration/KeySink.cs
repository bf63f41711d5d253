using Bitmapist.Engine.Bits;
using Bitmapist.Engine.Durability;

namespace Bitmapist.Migration;

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
        if (++_keysSeen % Limits.KeysPerProgress == 0)
            progress?.Report(new MigrationProgress(_keysSeen, readBytes, totalBytes));
    }
}
