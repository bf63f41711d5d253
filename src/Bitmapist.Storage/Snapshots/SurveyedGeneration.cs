namespace Bitmapist.Storage.Snapshots;

/// <summary>A whole generation of a surveyed file, by its trailer.</summary>
public sealed class SurveyedGeneration
{
    internal SurveyedGeneration(Trailer trailer) => Trailer = trailer;

    public long Number => Trailer.Generation;

    /// <summary>Where its trailer begins.</summary>
    public long TrailerOffset => Trailer.Offset;

    /// <summary>Where its trailer ends.</summary>
    public long End => Trailer.End;

    /// <summary>The first log segment not contained.</summary>
    public long FirstLogSequence => Trailer.FirstLogSequence;

    public long LiveEntries => Trailer.LiveEntries;

    public long LiveValueBytes => Trailer.LiveValueBytes;

    public int Runs => Trailer.Runs.Length;

    /// <summary>Bytes of its index blocks, directories and filters.</summary>
    public long IndexBytes => Trailer.Runs.Sum(run => run.FileBytes);

    /// <summary>Bytes of the file that a rewrite would keep.</summary>
    public long LiveBytes => DatabaseHeader.Bytes + LiveValueBytes + IndexBytes + Trailer.Bytes;

    internal Trailer Trailer { get; }
}
