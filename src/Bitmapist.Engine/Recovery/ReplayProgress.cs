using Bitmapist.Storage.Files;
using Bitmapist.Storage.Log;

namespace Bitmapist.Engine.Recovery;

/// <summary>Tells how far the replay of a log has come, once a second. One thread.</summary>
internal sealed class ReplayProgress
{
    private const int RecordsPerLook = 1024; // at the clock: some microseconds of replay each
    private static readonly TimeSpan s_interval = TimeSpan.FromSeconds(1);
    private readonly Dictionary<string, long> _startOf = []; // of a segment: the bytes before it
    private readonly TimeProvider _time;
    private readonly Action<long, long> _tell;
    private readonly long _allBytes;
    private long _records;
    private long _toldAt;

    /// <param name="files">The disk.</param>
    /// <param name="databasePath">The database whose log is replayed.</param>
    /// <param name="firstSequence">The first segment that is.</param>
    /// <param name="time">The clock.</param>
    /// <param name="tell">Told the bytes replayed, and all that are to be.</param>
    /// <exception cref="StorageException">A segment cannot be opened.</exception>
    public ReplayProgress(
        IFileSystem files, string databasePath, long firstSequence, TimeProvider time, Action<long, long> tell)
    {
        _time = time;
        _tell = tell;
        _toldAt = time.GetTimestamp();
        foreach ((long sequence, string path) in SegmentName.List(files, databasePath))
        {
            if (sequence < firstSequence) continue;
            _startOf[path] = _allBytes;
            using IFile file = files.Open(path, FileOpen.ReadExisting);
            _allBytes += file.Length;
        }
    }

    /// <summary>A record was replayed.</summary>
    public void Replayed(in LogRecord record)
    {
        if (++_records % RecordsPerLook != 0 || _time.GetElapsedTime(_toldAt) < s_interval) return;
        _toldAt = _time.GetTimestamp();
        _tell(_startOf.GetValueOrDefault(record.Path) + record.Offset, _allBytes);
    }
}
