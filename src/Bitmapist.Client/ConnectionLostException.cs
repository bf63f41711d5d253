namespace Bitmapist.Client;

/// <summary>
/// There is no connection: it could not be made, or it ended while requests awaited their replies. In the latter case
/// the requests may have taken effect. The client connects again by itself; the next request may well succeed.
/// </summary>
public sealed class ConnectionLostException : BitmapistException
{
    internal ConnectionLostException(string message, Exception? inner = null)
        : base(message, inner)
    {
    }
}
