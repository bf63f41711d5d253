using Microsoft.Extensions.Logging;

namespace Bitmapist.Host.Logging;

/// <summary>Every line the executable logs.</summary>
internal static partial class HostLog
{
    [LoggerMessage(101, LogLevel.Information, "listening on {Address}")]
    public static partial void Listening(ILogger logger, string address);

    [LoggerMessage(102, LogLevel.Warning,
        "listening on {Address} without a password: anyone who can reach it can read and change all data")]
    public static partial void OpenToAll(ILogger logger, string address);

    [LoggerMessage(108, LogLevel.Warning,
        "listening on {Address}, but there is no password: only this machine is served until there is one "
        + "(BITMAPIST_REQUIREPASS or -requirepass), or protected mode is off (-protected-mode no)")]
    public static partial void OpenToThisMachine(ILogger logger, string address);

    [LoggerMessage(103, LogLevel.Information, "stopping")]
    public static partial void Stopping(ILogger logger);

    [LoggerMessage(104, LogLevel.Information, "{Path} is a database of the Go server: converting it")]
    public static partial void Converting(ILogger logger, string path);

    [LoggerMessage(105, LogLevel.Information, "converting: {Progress}")]
    public static partial void ConvertedSoFar(ILogger logger, string progress);

    [LoggerMessage(106, LogLevel.Information, "converting: {Line}")]
    public static partial void ConversionReport(ILogger logger, string line);

    [LoggerMessage(109, LogLevel.Information, "listening on {Address}, a socket that the service manager has passed")]
    public static partial void ListeningOnPassed(ILogger logger, string address);

    [LoggerMessage(110, LogLevel.Critical, "{Reason}")]
    public static partial void Ending(ILogger logger, string reason);

    [LoggerMessage(111, LogLevel.Critical,
        "what serves connections, or the log's writer, has not moved for {Seconds}s: the service manager is not told "
        + "that all is well")]
    public static partial void Stuck(ILogger logger, double seconds);

    [LoggerMessage(107, LogLevel.Information, "converted; the Go server's file is kept as {Path}")]
    public static partial void Converted(ILogger logger, string path);
}
