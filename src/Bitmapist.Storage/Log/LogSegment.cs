using Bitmapist.Storage.Files;

namespace Bitmapist.Storage.Log;

/// <summary>A segment being written: the file and its end. Writes come from the holder of the write gate.</summary>
internal sealed class LogSegment : IDisposable
{
    private readonly IFile file;
    private long bytes;

    private LogSegment(IFile file, long sequence)
    {
        this.file = file;
        Sequence = sequence;
    }

    public long Sequence { get; }

    /// <summary>Bytes written, header included.</summary>
    public long Bytes => Volatile.Read(ref bytes);

    /// <summary>Creates the file with its header; neither it nor its name is durable yet.</summary>
    public static LogSegment Create(IFileSystem files, string databasePath, SegmentHeader contents)
    {
        Span<byte> header = stackalloc byte[SegmentHeader.Bytes];
        contents.Write(header);
        IFile file = files.Open(SegmentName.For(databasePath, contents.Sequence), FileOpen.CreateNew);
        LogSegment segment = new(file, contents.Sequence);
        try
        {
            if (files.Exists(databasePath)) files.CopyPermissions(databasePath, file.Path);
            segment.Write(header);
            return segment;
        }
        catch
        {
            segment.Dispose();
            throw;
        }
    }

    public void Write(ReadOnlySpan<byte> records)
    {
        file.Write(bytes, records);
        Volatile.Write(ref bytes, bytes + records.Length);
    }

    public void Sync() => file.Sync();

    /// <summary>Whether the file still stands under its name.</summary>
    public bool IsInPlace => file.Place == FilePlace.Own;

    public void Dispose() => file.Dispose();
}
