using Bitmapist.Storage.Files;

namespace Bitmapist.Storage.Snapshots;

/// <summary>A committed generation as readers see it. Immutable: a commit puts a new one in its place.</summary>
internal sealed record DatabaseState(Trailer Trailer, IndexRun[] Runs)
{
    /// <summary>Reads the directories and filters that a trailer names.</summary>
    public static DatabaseState Load(IFile file, Trailer trailer)
    {
        IndexRun[] runs = new IndexRun[trailer.Runs.Length];
        for (int i = 0; i < runs.Length; i++) runs[i] = IndexRun.Load(file, trailer.Runs[i]);
        return new DatabaseState(trailer, runs);
    }

    /// <summary>What the runs' filters are hashed with; new where there is none yet.</summary>
    public SipKey FilterKey => Array.Find(Runs, run => run.Filter is not null)?.Filter!.HashKey ?? SipKey.NewRandom();

    /// <summary>Bytes that a rewrite would keep: header, live values, the index as it is, and the trailer.</summary>
    public long LiveBytes
    {
        get
        {
            long bytes = DatabaseHeader.Bytes + Trailer.LiveValueBytes + Trailer.Bytes;
            foreach (RunReference run in Trailer.Runs) bytes += run.FileBytes;
            return bytes;
        }
    }
}
