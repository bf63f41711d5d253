using Microsoft.Extensions.Logging;

namespace Bitmapist.Server;

/// <summary>Every line the server logs. The first four are the original's.</summary>
internal static partial class Log
{
    [LoggerMessage(1, LogLevel.Information, "loading data from {Path}")]
    public static partial void Loading(ILogger logger, string path);

    [LoggerMessage(2, LogLevel.Information, "loaded in {Milliseconds}ms ({Keys} keys)")]
    public static partial void Loaded(ILogger logger, double milliseconds, long keys);

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

    [LoggerMessage(8, LogLevel.Warning,
        "{Path} ended in an unfinished write: {Bytes} bytes from offset {Offset} on dropped")]
    public static partial void TornTail(ILogger logger, string path, long offset, long bytes);

    [LoggerMessage(9, LogLevel.Information, "backup written to {Path} in {Milliseconds}ms")]
    public static partial void BackedUp(ILogger logger, string path, double milliseconds);

    [LoggerMessage(10, LogLevel.Error, "backup failed: {Reason}")]
    public static partial void BackupFailed(ILogger logger, string reason);

    [LoggerMessage(11, LogLevel.Warning, "no backup: no file is configured (-bak)")]
    public static partial void NoBackupPath(ILogger logger);

    [LoggerMessage(13, LogLevel.Warning,
        "{Configured} clients are configured, but open files are limited (ulimit -n): taking {ClientsMax} at most")]
    public static partial void ClientsLimited(ILogger logger, int configured, int clientsMax);

    [LoggerMessage(12, LogLevel.Debug, "client {Client}: {Command}")]
    public static partial void Command(ILogger logger, long client, string command);
}
