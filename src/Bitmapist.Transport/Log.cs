using System.Net;
using Microsoft.Extensions.Logging;

namespace Bitmapist.Transport;

/// <summary>Every line the transport logs.</summary>
internal static partial class Log
{
    [LoggerMessage(100, LogLevel.Information, "transport: {Kind}, {Loops} threads")]
    public static partial void Started(ILogger logger, string kind, int loops);

    [LoggerMessage(101, LogLevel.Warning, "transport: no {Kind} here ({Reason}), using {Instead}")]
    public static partial void FellBack(ILogger logger, string kind, string reason, string instead);

    [LoggerMessage(102, LogLevel.Warning, "not listening on {EndPoint}: {Reason}")]
    public static partial void LeftOut(ILogger logger, EndPoint endPoint, string reason);

    [LoggerMessage(103, LogLevel.Warning, "{EndPoint}: connections cannot be accepted just now, they wait: {Reason}")]
    public static partial void AcceptPaused(ILogger logger, EndPoint endPoint, string reason);

    [LoggerMessage(104, LogLevel.Warning, "a connection was refused: {Reason}")]
    public static partial void ConnectionRefused(ILogger logger, string reason);

    [LoggerMessage(105, LogLevel.Critical, "a transport thread failed, no connection of it is left")]
    public static partial void LoopFailed(ILogger logger, Exception failure);

    [LoggerMessage(106, LogLevel.Error, "a connection's handler failed, the connection is closed")]
    public static partial void HandlerFailed(ILogger logger, Exception bug);
}
