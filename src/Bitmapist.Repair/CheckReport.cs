using Bitmapist.Roaring;
using Bitmapist.Storage.Files;
using Bitmapist.Storage.Log;

namespace Bitmapist.Repair;

/// <summary>What a check of a database found.</summary>
public sealed class CheckReport
{
    private readonly List<FileDamage> _damages = [];

    /// <summary>Everything that does not match its checksum; empty: the database is whole.</summary>
    public IReadOnlyList<FileDamage> Damages => _damages;

    /// <summary>What every database holds, ascending by number.</summary>
    public SortedDictionary<int, DatabaseTally> Databases { get; } = [];

    /// <summary>What the bitmaps are made of.</summary>
    public ContainerCensus Containers { get; internal set; }

    /// <summary>The file's length.</summary>
    public long FileBytes { get; internal set; }

    /// <summary>Bytes of the values in use, as they are stored.</summary>
    public long ValueBytes { get; internal set; }

    /// <summary>Bytes of the index in use.</summary>
    public long IndexBytes { get; internal set; }

    /// <summary>Bytes of the file that a rewrite would leave behind: older versions, deleted keys, padding.</summary>
    public long GarbageBytes { get; internal set; }

    /// <summary>Bytes behind the newest whole generation.</summary>
    public long TornBytes { get; internal set; }

    /// <summary>Whole generations in the file.</summary>
    public int Generations { get; internal set; }

    /// <summary>Number of the newest.</summary>
    public long NewestGeneration { get; internal set; }

    /// <summary>Index runs of the newest.</summary>
    public int Runs { get; internal set; }

    /// <summary>Items of the expiry index, those of earlier expiry times included.</summary>
    public long ExpiryItems { get; internal set; }

    /// <summary>The log behind the file; null when the file could not be read so far.</summary>
    public LogSurveyResult? Log { get; internal set; }

    /// <summary>Effects in the log's records.</summary>
    public long Effects { get; internal set; }

    internal void Damaged(FileDamage damage) => _damages.Add(damage);

    internal void Damaged(string path, long offset, string reason) =>
        _damages.Add(new FileDamage(path, offset, reason));
}

/// <summary>What one database of a file holds.</summary>
/// <param name="Keys">Its keys.</param>
/// <param name="Expiring">Those with an expiry time.</param>
/// <param name="Bits">One-bits of their strings.</param>
/// <param name="StringBytes">Bytes of their strings, as GET would reply them.</param>
public readonly record struct DatabaseTally(long Keys, long Expiring, long Bits, long StringBytes);
