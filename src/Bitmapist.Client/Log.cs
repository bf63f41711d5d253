using Bitmapist.Client.Connections;
using Microsoft.Extensions.Logging;

namespace Bitmapist.Client;

/// <summary>Every line the client logs, in category "Bitmapist.Client".</summary>
internal static partial class Log
{
    [LoggerMessage(1, LogLevel.Information, "connected to {Address} in {Milliseconds} ms")]
    public static partial void Connected(ILogger logger, string address, long milliseconds);

    [LoggerMessage(2, LogLevel.Warning,
        "connection to {Address} lost: {Reason}; batches to be sent again: {Repeated}, failed: {Failed}")]
    public static partial void Lost(ILogger logger, string address, string reason, int repeated, int failed);

    [LoggerMessage(3, LogLevel.Error,
        "{Address} broke the protocol, connection closed: {Reason}; batches failed: {Failed}")]
    public static partial void Violated(ILogger logger, string address, string reason, int failed);

    [LoggerMessage(4, LogLevel.Warning, "attempt {Attempt} failed, next in {DelayMs} ms: {Reason}")]
    public static partial void ConnectFailed(ILogger logger, int attempt, int delayMs, string reason);

    [LoggerMessage(5, LogLevel.Error, "attempt {Attempt} refused, requests fail, next in {DelayMs} ms: {Reason}")]
    public static partial void ConnectRefused(ILogger logger, int attempt, int delayMs, string reason);

    [LoggerMessage(6, LogLevel.Debug, "{Address} does not take a client's name: {Reason}")]
    public static partial void NameRefused(ILogger logger, string address, string reason);

    [LoggerMessage(7, LogLevel.Warning, "{Address} did not answer {Batches} batches within {TimeoutMs} ms")]
    public static partial void TimedOut(ILogger logger, string address, int batches, int timeoutMs);

    [LoggerMessage(8, LogLevel.Error, "unexpected failure, the client goes on: {Reason}")]
    public static partial void Faulted(ILogger logger, string reason, Exception failure);
}
