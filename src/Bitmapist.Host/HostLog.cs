using Microsoft.Extensions.Logging;

namespace Bitmapist.Host;

/// <summary>Every line the executable logs.</summary>
internal static partial class HostLog
{
    [LoggerMessage(101, LogLevel.Information, "listening on {Address}")]
    public static partial void Listening(ILogger logger, string address);

    [LoggerMessage(102, LogLevel.Warning,
        "listening on {Address} without a password: anyone who can reach it can read and change all data")]
    public static partial void OpenToAll(ILogger logger, string address);

    [LoggerMessage(103, LogLevel.Information, "stopping")]
    public static partial void Stopping(ILogger logger);
}
