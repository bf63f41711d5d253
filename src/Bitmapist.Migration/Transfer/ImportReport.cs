using System.Globalization;

namespace Bitmapist.Migration.Transfer;

/// <summary>What a file is, by what it begins with; its name says nothing.</summary>
public enum FileFormat
{
    /// <summary>None of those below.</summary>
    Unknown,

    /// <summary>No bytes at all.</summary>
    Empty,

    /// <summary>A database of this server, or a backup of one.</summary>
    Own,

    /// <summary>The Go server's database: a bbolt file.</summary>
    GoServer,

    /// <summary>A dump of Redis or Valkey: an RDB file; or an append-only file that begins with one.</summary>
    Rdb,

    /// <summary>An append-only file of Redis that begins with a command.</summary>
    AppendOnlyFile,

    /// <summary>The manifest of append-only files in several parts (Redis 7.0).</summary>
    AppendOnlyManifest,
}

/// <summary>What moving in brought, and what it left behind and why.</summary>
public sealed class ImportReport
{
    private readonly SortedDictionary<string, long> _skipped = new(StringComparer.Ordinal);
    private readonly List<string> _warnings = [];

    internal ImportReport(string source, FileFormat format)
    {
        Source = source;
        Format = format;
    }

    /// <summary>The file read.</summary>
    public string Source { get; }

    /// <summary>What it was.</summary>
    public FileFormat Format { get; }

    /// <summary>Keys imported.</summary>
    public long Keys { get; private set; }

    /// <summary>One-bits imported.</summary>
    public long Bits { get; private set; }

    /// <summary>Bytes of the strings imported, as STRLEN counts them.</summary>
    public long StringBytes { get; private set; }

    /// <summary>Bytes of the database file written.</summary>
    public long WrittenBytes { get; internal set; }

    /// <summary>Keys imported with an expiry time.</summary>
    public long Expiries { get; private set; }

    /// <summary>
    /// Expiry times of the Go server that had passed while their keys live: rows it forgot to remove. These keys are
    /// imported without expiry.
    /// </summary>
    public long StaleExpiries { get; internal set; }

    /// <summary>Expiry times of the Go server for keys that are not there.</summary>
    public long OrphanExpiries { get; internal set; }

    /// <summary>Expiry times of the Go server that cannot be read: their keys are imported without expiry.</summary>
    public long MalformedExpiries { get; internal set; }

    /// <summary>Bitmaps of the Go server without a bit: imported as one zero byte.</summary>
    public long EmptyBitmaps { get; internal set; }

    /// <summary>Commands of append-only files that were replayed, those passed over among them.</summary>
    public long Commands { get; internal set; }

    /// <summary>What the operator should know of the source.</summary>
    public IReadOnlyList<string> Warnings => _warnings;

    /// <summary>Keys left out, and commands on them, by reason.</summary>
    public IReadOnlyDictionary<string, long> Skipped => _skipped;

    /// <summary>Databases that the imported keys need: one more than the highest number.</summary>
    public int Databases { get; private set; } = 1;

    /// <summary>How long it took.</summary>
    public TimeSpan Elapsed { get; internal set; }

    /// <summary>Writes the report, one fact a line.</summary>
    public void WriteTo(TextWriter output)
    {
        ArgumentNullException.ThrowIfNull(output);
        string source = Format switch
        {
            FileFormat.GoServer => "database of the Go server",
            FileFormat.Rdb => "Redis dump",
            FileFormat.AppendOnlyFile or FileFormat.AppendOnlyManifest => "append-only files of Redis",
            _ => "database",
        };
        CultureInfo plain = CultureInfo.InvariantCulture;
        output.WriteLine(string.Create(plain, $"imported {Source} ({source}) in {Elapsed.TotalSeconds:F1} s"));
        output.WriteLine(string.Create(plain, $"keys imported: {Keys}"));
        output.WriteLine(string.Create(plain, $"bits set: {Bits}"));
        output.WriteLine(string.Create(plain, $"string bytes: {StringBytes}"));
        output.WriteLine(string.Create(plain, $"database bytes: {WrittenBytes}"));
        output.WriteLine(string.Create(plain, $"expiries kept: {Expiries}"));
        if (Format == FileFormat.GoServer)
        {
            output.WriteLine(string.Create(plain, $"stale expiries, keys kept without expiry: {StaleExpiries}"));
            output.WriteLine(string.Create(
                plain, $"malformed expiries, keys kept without expiry: {MalformedExpiries}"));
            output.WriteLine(string.Create(plain, $"expiries of no key, left out: {OrphanExpiries}"));
            output.WriteLine(string.Create(plain, $"empty bitmaps, kept as one zero byte: {EmptyBitmaps}"));
        }

        if (Format is FileFormat.AppendOnlyFile or FileFormat.AppendOnlyManifest)
            output.WriteLine(string.Create(plain, $"commands replayed: {Commands}"));
        output.WriteLine(string.Create(plain, $"skipped: {_skipped.Values.Sum()}"));
        foreach ((string reason, long count) in _skipped)
            output.WriteLine(string.Create(plain, $"skipped, {reason}: {count}"));
        if (Databases > 16)
            output.WriteLine(string.Create(plain, $"start the server with -databases {Databases}"));
        foreach (string warning in _warnings) output.WriteLine($"warning: {warning}");
    }

    internal void CountKey(int database, long bits, long lengthBytes, bool expires)
    {
        Keys++;
        Bits += bits;
        StringBytes += lengthBytes;
        if (expires) Expiries++;
        Databases = Math.Max(Databases, database + 1);
    }

    internal void CountSkipped(string reason, long count = 1) =>
        _skipped[reason] = _skipped.GetValueOrDefault(reason) + count;

    internal void Warn(string warning) => _warnings.Add(warning);
}
