using Microsoft.Extensions.Logging;

namespace Bitmapist.Server;

/// <summary>Every line the server logs. The first four are the original's.</summary>
internal static partial class Log
{
    [LoggerMessage(1, LogLevel.Information, "loading data from {Path}")]
    public static partial void Loading(ILogger logger, string path);

    [LoggerMessage(2, LogLevel.Information, "loaded in {Milliseconds}ms")]
    public static partial void Loaded(ILogger logger, double milliseconds);

    [LoggerMessage(3, LogLevel.Information, "periodic saving...")]
    public static partial void Saving(ILogger logger);

    [LoggerMessage(4, LogLevel.Information, "saved in {Milliseconds}ms")]
    public static partial void Saved(ILogger logger, double milliseconds);

    [LoggerMessage(5, LogLevel.Error, "saving failed, will be tried again: {Reason}")]
    public static partial void SaveFailed(ILogger logger, string reason);

    [LoggerMessage(6, LogLevel.Error, "the log cannot be written, replies withheld: {Reason}")]
    public static partial void CommitFailed(ILogger logger, string reason);

    [LoggerMessage(7, LogLevel.Error, "command {Command} failed, its connection is closed")]
    public static partial void CommandFailed(ILogger logger, string command, Exception bug);
}
