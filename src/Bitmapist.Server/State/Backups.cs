using Bitmapist.Engine.Saving;
using Bitmapist.Server.Logging;
using Bitmapist.Server.Settings;
using Bitmapist.Storage.Snapshots;
using Microsoft.Extensions.Logging;

namespace Bitmapist.Server.State;

/// <summary>Backups asked for by a signal or a command: one at a time, in the background. Thread-safe.</summary>
internal sealed class Backups(PersistentKeyspace? persistence, string databasePath, ILogger logger)
{
    private int _isRunning;

    public bool IsRunning => Volatile.Read(ref _isRunning) != 0;

    /// <summary>Whether the last backup failed; false before the first.</summary>
    public bool LastFailed { get; private set; }

    /// <summary>When the last backup ended well; 0: none did.</summary>
    public long LastUnixSeconds { get; private set; }

    /// <summary>
    /// The file that a client may have written under a name: beside the database, and none of its own files, so that
    /// a client cannot write elsewhere.
    /// </summary>
    /// <returns>Null, with a reason, when the name is not allowed.</returns>
    public string? PathOf(string name, out string reason)
    {
        reason = "a backup's name is that of a file beside the database: letters, digits, dots, dashes, underscores";
        bool isPlain = name.Length is > 0 and <= ServerLimits.BackupNameCharacters && name[0] != '.'
            && name.All(character => char.IsAsciiLetterOrDigit(character) || character is '.' or '-' or '_');
        if (!isPlain) return null;
        string full = Path.GetFullPath(databasePath);
        reason = "the database's own files are no backup";
        if (name.StartsWith(Path.GetFileName(full), StringComparison.Ordinal)) return null;
        string path = Path.Combine(Path.GetDirectoryName(full)!, name);
        reason = "a file of that name exists and is no backup";
        return !File.Exists(path) || IsReplaceable(path) ? path : null;
    }

    /// <summary>Whether a file is a database that no server has, or had, for its own: a backup.</summary>
    private static bool IsReplaceable(string path)
    {
        bool isLink = File.ResolveLinkTarget(path, returnFinalTarget: false) is not null;
        if (isLink || File.Exists(path + ".lock")) return false;
        try
        {
            using FileStream file = File.OpenRead(path);
            Span<byte> head = stackalloc byte[DatabaseFile.Magic.Length];
            return file.ReadAtLeast(head, head.Length, throwOnEndOfStream: false) == head.Length
                && head.SequenceEqual(DatabaseFile.Magic);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    /// <summary>Begins a backup to a path unless one is running; how it ends is logged.</summary>
    /// <returns>The backup, or null when another is running.</returns>
    public Task? TryStart(string path)
    {
        if (persistence is null || Interlocked.Exchange(ref _isRunning, 1) != 0) return null;
        return RunAsync(persistence, path);
    }

    private async Task RunAsync(PersistentKeyspace keyspace, string path)
    {
        try
        {
            await keyspace.BackupAsync(path).ConfigureAwait(false);
            LastFailed = false;
            LastUnixSeconds = DateTimeOffset.UtcNow.ToUnixTimeSeconds();
        }
        catch (Exception failure) // no caller awaits this
        {
            LastFailed = true;
            Log.BackupFailed(logger, failure.Message);
        }
        finally
        {
            Volatile.Write(ref _isRunning, 0);
        }
    }
}
