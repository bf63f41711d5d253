namespace Bitmapist.Client;

/// <summary>
/// What came back is no reply, or answers nothing that was asked: the other side is no Redis server, or bytes were
/// damaged. The connection is closed, since nothing behind such bytes can be understood, and made anew.
/// </summary>
public sealed class ProtocolViolationException : BitmapistException
{
    internal ProtocolViolationException(string message, Exception? inner = null)
        : base(message, inner)
    {
    }
}
