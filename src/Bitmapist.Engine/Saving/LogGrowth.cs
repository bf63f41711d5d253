using Bitmapist.Storage.Log;

namespace Bitmapist.Engine.Saving;

/// <summary>
/// When the log has outgrown the data, so that a save begins whatever the interval: as Redis rewrites its AOF, when it
/// is at least so many bytes, and so many percent of the live data. Thread-safe.
/// </summary>
internal sealed class LogGrowth(LogWriter log, Func<long> liveBytes, int percentage, long bytesMin)
{
    /// <summary>Percent of the database file's live bytes; 0: never.</summary>
    public int Percentage
    {
        get => Volatile.Read(ref field);
        set => Volatile.Write(ref field, value);
    } = percentage;

    /// <summary>Below so many bytes never.</summary>
    public long BytesMin
    {
        get => Volatile.Read(ref field);
        set => Volatile.Write(ref field, value);
    } = bytesMin;

    public bool IsTooMuch =>
        Percentage is > 0 and var share && log.TotalBytes is var bytes && bytes >= BytesMin
        && bytes >= (Int128)liveBytes() * share / 100;
}
