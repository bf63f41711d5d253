using System.Net;
using Microsoft.Extensions.Logging;

namespace Bitmapist.Transport.Contract;

/// <summary>Every line the transport logs.</summary>
internal static partial class Log
{
    [LoggerMessage(120, LogLevel.Information, "connections are carried by {Kind}, and served by {Threads}")]
    public static partial void Started(ILogger logger, string kind, string threads);

    /// <summary>
    /// A warning where it was asked for by name, a matter of course where the best there is was asked for.
    /// </summary>
    [LoggerMessage(EventId = 121, Message = "no {Kind} here ({Reason}), {Instead} instead")]
    public static partial void FellBack(ILogger logger, LogLevel level, string kind, string reason, string instead);

    [LoggerMessage(122, LogLevel.Warning, "not listening on {EndPoint}: {Reason}")]
    public static partial void LeftOut(ILogger logger, EndPoint endPoint, string reason);

    [LoggerMessage(123, LogLevel.Error, "{EndPoint}: connections cannot be accepted just now, they wait: {Reason}")]
    public static partial void AcceptPaused(ILogger logger, EndPoint endPoint, string reason);

    [LoggerMessage(124, LogLevel.Warning, "{EndPoint}: a connection could not be served: {Reason}")]
    public static partial void ConnectionLost(ILogger logger, EndPoint endPoint, string reason);

    [LoggerMessage(125, LogLevel.Critical, "a transport thread failed, no connection of it is left")]
    public static partial void LoopFailed(ILogger logger, Exception failure);

    [LoggerMessage(126, LogLevel.Error, "a connection's handler failed, the connection is closed")]
    public static partial void HandlerFailed(ILogger logger, Exception bug);
}
