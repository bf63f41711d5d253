using Bitmapist.Engine.Saving;
using Microsoft.Extensions.Logging;

namespace Bitmapist.Server.Logging;

/// <summary>Every line the server logs. The first four are the original's.</summary>
internal static partial class Log
{
    [LoggerMessage(1, LogLevel.Information, "loading data from {Path}")]
    public static partial void Loading(ILogger logger, string path);

    [LoggerMessage(2, LogLevel.Information, "loaded in {Milliseconds}ms ({Keys} keys)")]
    public static partial void Loaded(ILogger logger, double milliseconds, long keys);

    [LoggerMessage(37, LogLevel.Information, "replaying the log: {Percent} % of {Bytes} bytes")]
    public static partial void Replaying(ILogger logger, long percent, long bytes);

    [LoggerMessage(3, LogLevel.Information, "periodic saving...")]
    public static partial void Saving(ILogger logger);

    [LoggerMessage(4, LogLevel.Information, "saved in {Milliseconds}ms")]
    public static partial void Saved(ILogger logger, double milliseconds);

    [LoggerMessage(5, LogLevel.Error, "saving failed, will be tried again: {Reason}")]
    public static partial void SaveFailed(ILogger logger, string reason);

    [LoggerMessage(6, LogLevel.Debug, "replies withheld, as the log could not keep what they acknowledge: {Reason}")]
    public static partial void CommitFailed(ILogger logger, string reason);

    [LoggerMessage(32, LogLevel.Error,
        "the log cannot be written: writes are refused until it can, which is tried all the time; reads go on: "
        + "{Reason}")]
    public static partial void WritesRefused(ILogger logger, string reason);

    [LoggerMessage(33, LogLevel.Error,
        "the log cannot be synced: writes are refused until a save has everything, which begins now; reads go on: "
        + "{Reason}")]
    public static partial void SyncRefused(ILogger logger, string reason);

    [LoggerMessage(34, LogLevel.Warning, "the log can be written again, writes are taken after {Milliseconds}ms")]
    public static partial void WritesResumed(ILogger logger, double milliseconds);

    [LoggerMessage(35, LogLevel.Warning,
        "the disk takes more than two seconds to sync the log: {Delays} acknowledgements waited for it")]
    public static partial void SyncBehind(ILogger logger, long delays);

    [LoggerMessage(36, LogLevel.Information, "saving, as the log has {Bytes} bytes, more than the data...")]
    public static partial void LogOutgrewData(ILogger logger, long bytes);

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
        "the limit of {Limit} open files (ulimit -n) is too low for {Configured} clients: maxclients has been reduced "
        + "to {ClientsMax}; for more, increase 'ulimit -n'")]
    public static partial void ClientsLimited(ILogger logger, long limit, int configured, int clientsMax);

    [LoggerMessage(14, LogLevel.Warning,
        "the database file could not be written anew without its garbage, will be tried again: {Reason}")]
    public static partial void CompactionFailed(ILogger logger, string reason);

    [LoggerMessage(30, LogLevel.Warning, "{Path} was gone and is there again, with every key")]
    public static partial void Restored(ILogger logger, string path);

    [LoggerMessage(31, LogLevel.Warning,
        "part of the log of {Path} was deleted or moved while in use: every change is in the database file now")]
    public static partial void LogMissing(ILogger logger, string path);

    [LoggerMessage(17, LogLevel.Warning,
        "client {Client} from {Address} is cut off: {Bytes} bytes of requests and replies wait for it, and all clients "
        + "together may have {BytesMax} (maxmemory-clients)")]
    public static partial void ClientCutOff(ILogger logger, long client, string address, long bytes, long bytesMax);

    [LoggerMessage(18, LogLevel.Warning,
        "client {Client} from {Address} is cut off: the replies of its transaction, which took effect, have more than "
        + "{BytesMax} bytes")]
    public static partial void TransactionCutOff(ILogger logger, long client, string address, long bytesMax);

    [LoggerMessage(19, LogLevel.Error, "{Work} failed, will be tried again: {Reason}")]
    public static partial void BackgroundWorkFailed(ILogger logger, string work, string reason, Exception? bug);

    [LoggerMessage(25, LogLevel.Error, "commands that need what is on disk fail: {Reason}")]
    public static partial void Unreadable(ILogger logger, string reason);

    [LoggerMessage(40, LogLevel.Error, "the users cannot be saved: {Reason}")]
    public static partial void UsersUnsaved(ILogger logger, string reason);

    [LoggerMessage(41, LogLevel.Error, "certificates stay as they are: {Reason}")]
    public static partial void CertificatesRefused(ILogger logger, string reason);

    [LoggerMessage(45, LogLevel.Error, "tls-port stays as it is: {Reason}")]
    public static partial void NotListening(ILogger logger, string reason);

    [LoggerMessage(42, LogLevel.Warning, "client from {Address} is refused: it did not agree on TLS: {Reason}")]
    public static partial void HandshakeFailed(ILogger logger, string address, string reason);

    [LoggerMessage(43, LogLevel.Warning,
        "client from {Address} is refused: protected mode is on and the default user needs no password")]
    public static partial void Denied(ILogger logger, string address);

    [LoggerMessage(20, LogLevel.Information, "importing redis dataset from {Source} into db {Database}")]
    public static partial void SlurpStarted(ILogger logger, string source, int database);

    [LoggerMessage(21, LogLevel.Information, "importing from {Source}: {Keys} keys, {Bytes} bytes so far")]
    public static partial void SlurpGoesOn(ILogger logger, string source, long keys, long bytes);

    [LoggerMessage(22, LogLevel.Information,
        "imported {Keys} keys ({Bits} bits, {Bytes} bytes, {Expiring} with expiry, {WithoutBits} without bits) "
        + "from {Source} in {Seconds}s; skipped: {OtherTypes} non-strings, {Gone} gone meanwhile, {TooLong} too long, "
        + "{Unnamed} not named by the source")]
    public static partial void SlurpDone(
        ILogger logger, string source, long keys, long bits, long bytes, long expiring, long withoutBits,
        double seconds, long otherTypes, long gone, long tooLong, long unnamed);

    [LoggerMessage(23, LogLevel.Error,
        "redis import error after {Keys} keys from {Source}, which stay; it may be repeated: {Reason}")]
    public static partial void SlurpFailed(ILogger logger, string source, long keys, string reason);

    [LoggerMessage(24, LogLevel.Warning,
        "import from {Source} stopped after {Keys} keys, which stay; it may be repeated")]
    public static partial void SlurpStopped(ILogger logger, string source, long keys);

    [LoggerMessage(44, LogLevel.Warning,
        "client {Client} ({Address}) is cut off: it does not take its {Bytes} bytes, more than "
        + "client-output-buffer-limit")]
    public static partial void OutputLimitReached(ILogger logger, long client, string address, long bytes);

    [LoggerMessage(12, LogLevel.Debug, "client {Client}: {Command}")]
    public static partial void Command(ILogger logger, long client, string command);
}

/// <summary>Logs what happens to the database.</summary>
internal sealed class PersistenceLogger(ILogger logger) : IPersistenceEvents
{
    public void Loading(string path) => Log.Loading(logger, path);

    public void Replaying(long doneBytes, long allBytes) =>
        Log.Replaying(logger, allBytes == 0 ? 100 : Math.Min(100, doneBytes * 100 / allBytes), allBytes);

    public void Loaded(TimeSpan elapsed, long keys) => Log.Loaded(logger, Milliseconds(elapsed), keys);

    public void TornTail(string path, long offset, long bytes) => Log.TornTail(logger, path, offset, bytes);

    public void Saving() => Log.Saving(logger);

    public void Saved(TimeSpan elapsed) => Log.Saved(logger, Milliseconds(elapsed));

    public void SaveFailed(Exception failure) => Log.SaveFailed(logger, failure.Message);

    public void Restored(string path) => Log.Restored(logger, path);

    public void LogMissing(string path) => Log.LogMissing(logger, path);

    public void CompactionFailed(Exception failure) => Log.CompactionFailed(logger, failure.Message);

    public void BackedUp(string path, TimeSpan elapsed) => Log.BackedUp(logger, path, Milliseconds(elapsed));

    public void WritesRefused(LogFailure failure)
    {
        ArgumentNullException.ThrowIfNull(failure);
        if (failure.IsSync) Log.SyncRefused(logger, failure.Reason.Message);
        else Log.WritesRefused(logger, failure.Reason.Message);
    }

    public void WritesResumed(TimeSpan refusedFor) => Log.WritesResumed(logger, Milliseconds(refusedFor));

    public void SyncBehind(long delays) => Log.SyncBehind(logger, delays);

    public void LogOutgrewData(long logBytes) => Log.LogOutgrewData(logger, logBytes);

    public void BackgroundWorkFailed(string work, Exception failure) =>
        Log.BackgroundWorkFailed(logger, work, failure.Message, failure);

    private static double Milliseconds(TimeSpan elapsed) => Math.Round(elapsed.TotalMilliseconds, 3);
}
