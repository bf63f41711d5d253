using Bitmapist.Storage.Files;

namespace Bitmapist.Repair;

/// <summary>What a repair salvaged, and what not.</summary>
public sealed class RepairReport
{
    private readonly List<FileDamage> _damages = [];
    private readonly HashSet<FileDamage> _named = []; // the log is read twice
    private readonly List<string> _older = [];
    private readonly List<string> _lost = [];

    /// <summary>Everything that does not match its checksum, in the order in which it was met.</summary>
    public IReadOnlyList<FileDamage> Damages => _damages;

    /// <summary>Number of the newest whole generation, from which the repair starts.</summary>
    public long Generation { get; internal set; }

    /// <summary>
    /// Bytes behind that generation: an interrupted save, or a newer generation that is damaged.
    /// </summary>
    public long BytesBehindGeneration { get; internal set; }

    /// <summary>Keys written, older versions included, and their one-bits.</summary>
    public long Keys { get; internal set; }

    public long Bits { get; internal set; }

    /// <summary>Keys written in an older version, one line each.</summary>
    public IReadOnlyList<string> Older => _older;

    /// <summary>Keys not written, one line each: those whose names are known.</summary>
    public IReadOnlyList<string> Lost => _lost;

    /// <summary>Records of the log applied.</summary>
    public long LogRecords { get; internal set; }

    /// <summary>Whole records of the log behind its first damage or gap: not applied.</summary>
    public long LogRecordsBehindDamage { get; internal set; }

    /// <summary>Effects of applied records left out, because they build on values that are lost.</summary>
    public long EffectsOnLostKeys { get; internal set; }

    internal void AddDamage(FileDamage damage)
    {
        if (_named.Add(damage)) _damages.Add(damage);
    }

    internal void AddOlder(string line) => _older.Add(line);

    internal void AddLost(string line) => _lost.Add(line);
}
