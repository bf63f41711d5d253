using Bitmapist.Resp.Replies;

namespace Bitmapist.Client;

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
