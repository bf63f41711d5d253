using Bitmapist.Storage.Files;

namespace Bitmapist.Storage.Log;

/// <summary>
/// A segment being written: the file and the end of its last whole record. Writes come from the holder of the write
/// gate, syncs from the log's own thread.
/// </summary>
internal sealed class LogSegment : IDisposable
{
    private static readonly byte[] s_zeros = new byte[64 << 10];

    private readonly IFile _file;
    private long _bytes;
    private bool _isTailDirty;

    private LogSegment(IFile file, long sequence)
    {
        _file = file;
        Sequence = sequence;
    }

    public long Sequence { get; }

    /// <summary>Bytes of whole records written, header included.</summary>
    public long Bytes => Volatile.Read(ref _bytes);

    /// <summary>
    /// Creates the file with its header; neither it nor its name is durable yet. What fails may leave a file behind,
    /// which is to be removed before it is tried again.
    /// </summary>
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

    /// <summary>Appends whole records, behind the last whole one whatever an earlier failure left there.</summary>
    public void Write(ReadOnlySpan<byte> records)
    {
        CutTail();
        _isTailDirty = true; // a write that fails may have left any part of it
        _file.Write(_bytes, records);
        _isTailDirty = false;
        Volatile.Write(ref _bytes, _bytes + records.Length);
    }

    /// <summary>Removes what a failed write may have left behind the last whole record.</summary>
    public void CutTail()
    {
        if (!_isTailDirty) return;
        _file.Truncate(_bytes);
        _isTailDirty = false;
    }

    /// <summary>
    /// Shows that this many bytes could be written, by writing them and cutting them off again. Zeros, which no reader
    /// takes for a record should the process end in between.
    /// </summary>
    public void Probe(int probeBytes)
    {
        CutTail();
        _isTailDirty = true;
        try
        {
            for (int done = 0; done < probeBytes; done += s_zeros.Length)
                _file.Write(_bytes + done, s_zeros.AsSpan(0, Math.Min(s_zeros.Length, probeBytes - done)));
        }
        catch (StorageException)
        {
            CutTail(); // what little room there is is left to others
            throw;
        }

        CutTail();
    }

    public void Sync() => _file.Sync();

    /// <summary>Whether the file is still under its name.</summary>
    public bool IsInPlace => _file.Place == FilePlace.Own;

    public void Dispose() => _file.Dispose();
}
