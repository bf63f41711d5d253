namespace Bitmapist.Client;

/// <summary>
/// What came back is no reply, or not one to what was asked: the other side is no Redis server, or bytes were damaged.
/// A connection that carries what cannot be understood is closed and made anew.
/// </summary>
public sealed class ProtocolViolationException : BitmapistException
{
    internal ProtocolViolationException(string message, Exception? inner = null)
        : base(message, inner)
    {
    }
}
