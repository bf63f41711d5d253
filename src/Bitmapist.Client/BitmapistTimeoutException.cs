namespace Bitmapist.Client;

/// <summary>
/// An answer did not come in time. The request may still take effect; its late reply is read and dropped.
/// </summary>
public sealed class BitmapistTimeoutException : BitmapistException
{
    internal BitmapistTimeoutException(string message, Exception? inner = null)
        : base(message, inner)
    {
    }
}
