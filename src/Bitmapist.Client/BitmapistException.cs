using Bitmapist.Resp.Replies;

namespace Bitmapist.Client;

/// <summary>What goes wrong between this library and a server. The sealed types below it say what.</summary>
public abstract class BitmapistException : Exception
{
    private protected BitmapistException(string message, Exception? inner = null)
        : base(message, inner)
    {
    }
}

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

/// <summary>The server understood the protocol and refused: a wrong type, a missing right, a full memory.</summary>
public sealed class ServerErrorException : BitmapistException
{
    internal ServerErrorException(string serverText, string context)
        : base($"{context}: {serverText}")
    {
        Context = context;
        ServerText = serverText;
        int space = serverText.IndexOf(' ', StringComparison.Ordinal);
        Code = space < 0 ? serverText : serverText[..space];
    }

    /// <summary>
    /// The error's first word, by which to tell errors apart: ERR, WRONGTYPE, NOAUTH, MISCONF …
    /// </summary>
    public string Code { get; }

    /// <summary>The server's own words, code included.</summary>
    public string ServerText { get; }

    /// <summary>Whether it is the handshake's answer to who this client is, and will not change by waiting.</summary>
    internal bool IsFinal { get; init; }

    /// <summary>What was refused, without a colon.</summary>
    internal string Context { get; }

    /// <summary>An error reply as an exception.</summary>
    /// <param name="error">The reply; <see cref="Reply.IsError"/>.</param>
    /// <param name="context">What was refused, without a colon: "The server refused SETBIT k".</param>
    internal static ServerErrorException Of(Reply error, string context) => new(error.AsText(), context);
}

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
