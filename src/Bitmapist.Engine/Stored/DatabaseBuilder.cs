using Bitmapist.Engine.Bits;
using Bitmapist.Storage.Files;
using Bitmapist.Storage.Snapshots;

namespace Bitmapist.Engine.Stored;

/// <summary>
/// Writes a new database file from keys that come from elsewhere, in bounded memory. Nothing is under the path
/// before <see cref="Commit"/>; disposing without it leaves no trace. One thread.
/// </summary>
public sealed class DatabaseBuilder : IDisposable
{
    private readonly GenerationWriter _writer;
    private readonly KeyWriter _keys = new();
    private readonly KeyTotals _totals = new();

    private DatabaseBuilder(GenerationWriter writer) => _writer = writer;

    /// <summary>Keys put so far.</summary>
    public long Keys { get; private set; }

    /// <summary>Bytes written so far.</summary>
    public long WrittenBytes => _writer.WrittenBytes;

    /// <summary>Begins a file beside <paramref name="path"/> that takes its place when committed.</summary>
    /// <exception cref="StorageException">It cannot be written.</exception>
    public static DatabaseBuilder Create(IFileSystem files, string path) => new(DatabaseFile.CreateAt(files, path));

    /// <summary>Stores a key; each key of a database once, in any order (ascending costs least).</summary>
    /// <param name="database">0 … <see cref="EngineLimits.DatabasesMax"/> - 1.</param>
    /// <param name="name">Up to <see cref="EngineLimits.KeyBytes"/>.</param>
    /// <param name="value">The string.</param>
    /// <param name="expiresAtUnixMs">When it expires, unix milliseconds; 0: never.</param>
    /// <exception cref="StorageException">It cannot be written.</exception>
    public void Put(int database, ReadOnlySpan<byte> name, in StringValue value, long expiresAtUnixMs)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)database, (uint)EngineLimits.DatabasesMax);
        ArgumentOutOfRangeException.ThrowIfNegative(expiresAtUnixMs);
        _keys.Put(_writer, database, name, value, expiresAtUnixMs);
        _totals[database] = _totals[database].Add(expiresAtUnixMs, 1);
        Keys++;
    }

    /// <summary>Makes the file durable and puts it under its path, replacing what is there.</summary>
    /// <exception cref="StorageException">It cannot be written; what was there is unharmed.</exception>
    public void Commit()
    {
        KeyWriter.PutTotals(_writer, _totals);
        _writer.Commit(firstLogSequence: 1);
    }

    public void Dispose() => _writer.Dispose();
}
