using Bitmapist.Resp;
using Bitmapist.Server.Settings;

namespace Bitmapist.Server.State;

/// <summary>What one client may ask for, and how long it may ask for nothing. Any thread.</summary>
internal sealed class ClientLimits
{
    /// <summary>Redis takes no smaller bound of an argument, or of a request.</summary>
    public const long BytesMin = 1024 * 1024;

    private long _bulkBytesMax = RespLimits.BulkBytesMax;
    private long _requestBytesMax = RespLimits.RequestBytesMax;
    private int _timeoutSeconds;
    private int _keepAliveSeconds = ServerLimits.KeepAliveSeconds;

    /// <summary>
    /// Seconds after which a client that asks for nothing is closed; 0: never. Not one that is subscribed, or waits for
    /// a command of its own.
    /// </summary>
    public int TimeoutSeconds
    {
        get => Volatile.Read(ref _timeoutSeconds);
        set => Volatile.Write(ref _timeoutSeconds, value);
    }

    /// <summary>Idle seconds before a peer that connects from now on is asked whether it is there; 0: never.</summary>
    public int KeepAliveSeconds
    {
        get => Volatile.Read(ref _keepAliveSeconds);
        set
        {
            Volatile.Write(ref _keepAliveSeconds, value);
            KeepAliveChanged?.Invoke(value);
        }
    }

    /// <summary>Tells what carries connections; null before the server listens.</summary>
    public Action<int>? KeepAliveChanged { get; set; }

    /// <summary>proto-max-bulk-len: bytes of an argument.</summary>
    public long BulkBytesMax
    {
        get => Volatile.Read(ref _bulkBytesMax);
        set => Volatile.Write(ref _bulkBytesMax, value);
    }

    /// <summary>
    /// client-query-buffer-limit: bytes of a request. More than <see cref="RespLimits.RequestBytesMax"/> no request may
    /// have, whatever is set.
    /// </summary>
    public long RequestBytesMax
    {
        get => Volatile.Read(ref _requestBytesMax);
        set => Volatile.Write(ref _requestBytesMax, value);
    }
}
