using System.Globalization;
using Bitmapist.Engine.Keyspace;
using Bitmapist.Engine.Saving;
using Bitmapist.Engine.Verbs;
using Bitmapist.Resp.Replies;
using Bitmapist.Server.Logging;
using Bitmapist.Server.Settings;
using Bitmapist.Storage.Files;
using Microsoft.Extensions.Logging;

namespace Bitmapist.Server.Copying;

/// <summary>
/// Copies other servers' keys into this one's in the background, one server at a time. Every key is written as a SET
/// is: it overwrites what is there, and a client's write counts if it comes later. Thread-safe.
/// </summary>
internal sealed class Slurper(
    KeyspaceStore store, PersistentKeyspace? persistence, TimeProvider time, ILogger logger, string runId)
    : IAsyncDisposable
{
    private const string WriteFailure = "what was copied cannot be written: the server's log says why";
    private readonly Lock _gate = new();
    private CancellationTokenSource _stopping = new();
    private bool _isEnded;
    private Task _running = Task.CompletedTask;
    private volatile SlurpProgress? _latest;

    /// <summary>The slurp that runs, or the last one; null before the first.</summary>
    public SlurpProgress? Latest => _latest;

    /// <summary>Begins to copy into a database; false while another copy runs, or when the server ends.</summary>
    public bool TryStart(SlurpOptions options, int database)
    {
        lock (_gate)
        {
            // Not whether the task is over: it may have a line to log when INFO says already that the copy has ended.
            if (_latest is { Status: SlurpStatus.Running } || _isEnded) return false;
            _stopping.Dispose();
            _stopping = new CancellationTokenSource();
            var progress = new SlurpProgress(options, database, NowUnixMs());
            _latest = progress;
            CancellationToken stop = _stopping.Token;
            _running = Task.Run(() => RunAsync(progress, stop), CancellationToken.None);
            return true;
        }
    }

    /// <summary>Makes the running copy end soon; false when none runs.</summary>
    public bool TryStop()
    {
        lock (_gate)
        {
            if (_running.IsCompleted) return false;
            _stopping.Cancel();
            return true;
        }
    }

    /// <summary>
    /// Ends the running copy, waits for that, though not for ever, and begins no other. A copy that the system does not
    /// give back keeps no server from stopping: what it still writes is refused by the log.
    /// </summary>
    public async Task EndAsync()
    {
        Task running;
        lock (_gate)
        {
            _isEnded = true;
            if (!_running.IsCompleted) _stopping.Cancel();
            running = _running;
        }

        // RunAsync does not throw.
        await Task.WhenAny(running, Task.Delay(ServerLimits.StopTimeout)).ConfigureAwait(false);
    }

    public async ValueTask DisposeAsync()
    {
        await EndAsync().ConfigureAwait(false);
        if (_running.IsCompleted) _stopping.Dispose();
    }

    private long NowUnixMs() => time.GetUtcNow().ToUnixTimeMilliseconds();

    private async Task RunAsync(SlurpProgress progress, CancellationToken stop)
    {
        string source = progress.Options.ToString();
        Log.SlurpStarted(logger, source, progress.Database);
        try
        {
            await CopyAsync(progress, source, stop).ConfigureAwait(false);
            progress.End(SlurpStatus.Done, NowUnixMs());
            double seconds = (progress.EndedAtUnixMs - progress.StartedAtUnixMs) / 1000.0;
            Log.SlurpDone(logger, source, progress.Keys, progress.Bits, progress.Bytes, progress.Expiring,
                progress.WithoutBits, seconds, progress.OtherTypes, progress.Gone, progress.TooLong, progress.Unnamed);
        }
        catch (OperationCanceledException)
        {
            progress.End(SlurpStatus.Stopped, NowUnixMs());
            Log.SlurpStopped(logger, source, progress.Keys);
        }
        catch (Exception failure) // no caller awaits this: whatever it is, the server goes on without the rest
        {
            bool isOurDisk = failure is StorageException;
            progress.End(SlurpStatus.Failed, NowUnixMs(), isOurDisk ? WriteFailure : failure.Message);
            string reason = failure is SourceException ofSource ? ofSource.ForLog : failure.Message;
            Log.SlurpFailed(logger, source, progress.Keys, reason);
        }
    }

    /// <exception cref="SourceException">The source refuses, breaks the protocol or does not answer.</exception>
    /// <exception cref="StorageException">The log cannot be written.</exception>
    private async Task CopyAsync(SlurpProgress progress, string source, CancellationToken stop)
    {
        SlurpOptions options = progress.Options;
        using SourceConnection connection = await SourceConnection.OpenAsync(options, stop).ConfigureAwait(false);
        await RefuseItselfAsync(connection, progress, stop).ConfigureAwait(false);
        var values = new ValueReader(connection, time);
        if (await HasCursorsAsync(connection, stop).ConfigureAwait(false))
        {
            await CopyFromAsync(new RedisSource(connection, values), progress, source, stop).ConfigureAwait(false);
            return;
        }

        using SourceConnection names = await SourceConnection.OpenAsync(options, stop).ConfigureAwait(false);
        await CopyFromAsync(new OriginalSource(names, connection, values), progress, source, stop)
            .ConfigureAwait(false);
    }

    private async Task CopyFromAsync(
        IKeySource keys, SlurpProgress progress, string source, CancellationToken stop)
    {
        using var session = new Session(store) { Database = progress.Database };
        long reportedAt = time.GetTimestamp();
        long uncommittedBytes = 0;
        await foreach (SourceKey key in keys.ReadAsync(progress, stop).ConfigureAwait(false))
        {
            if (key.Name.Length > ServerLimits.KeyBytes)
            {
                progress.CountTooLong();
                continue;
            }

            session.Put(key.Name.Span, key.Value, key.ExpiresAtUnixMs);
            progress.CountKey(key);
            uncommittedBytes += key.Name.Length + key.Value.Bits.MemoryBytes;
            if (uncommittedBytes >= ServerLimits.SlurpCommitBytes)
            {
                await CommitAsync(session).ConfigureAwait(false);
                uncommittedBytes = 0;
            }

            if (time.GetElapsedTime(reportedAt) < ServerLimits.SlurpReportInterval) continue;
            reportedAt = time.GetTimestamp();
            Log.SlurpGoesOn(logger, source, progress.Keys, progress.Bytes);
        }

        await CommitAsync(session).ConfigureAwait(false);
    }

    /// <summary>What is copied is in the log before the copy goes on, so that the log's buffer stays small.</summary>
    private ValueTask CommitAsync(Session session)
    {
        session.ReleaseFiles();
        return persistence?.CommitAsync(session) ?? default;
    }

    /// <summary>
    /// Copying a database into itself would undo what clients write between a key's reading and writing.
    /// </summary>
    private async ValueTask RefuseItselfAsync(
        SourceConnection connection, SlurpProgress progress, CancellationToken stop)
    {
        connection.Add("INFO"u8, "server"u8.ToArray());
        Reply info = await connection.AskAsync(stop).ConfigureAwait(false);
        bool isThisServer = info.Kind == ReplyKind.BulkString
            && info.AsText().Contains($"run_id:{runId}", StringComparison.Ordinal);
        if (isThisServer && progress.Options.SourceDatabase == progress.Database)
        {
            throw new SourceException(string.Create(
                CultureInfo.InvariantCulture, $"the source is database {progress.Database} of this server itself"));
        }
    }

    /// <summary>
    /// Whether the source has SCAN as Redis has it. The original knows one form only, and refuses this one as a wrong
    /// number of arguments; a Redis before 2.8 knows none, and has KEYS, too. Another refusal, say by an ACL, is final.
    /// </summary>
    private static async ValueTask<bool> HasCursorsAsync(SourceConnection connection, CancellationToken stop)
    {
        connection.Add("SCAN"u8, "0"u8.ToArray(), "COUNT"u8.ToArray(), "1"u8.ToArray());
        Reply scan = await connection.AskAsync(stop).ConfigureAwait(false);
        if (!scan.IsError) return true;
        if (scan.AsText().StartsWith("ERR wrong number of arguments", StringComparison.Ordinal)
            || scan.AsText().StartsWith("ERR unknown command", StringComparison.Ordinal)) return false;
        throw new SourceException($"{connection.Address} refuses SCAN: {scan.AsText()}");
    }
}

/// <summary>Where SLURP copies from, and how it introduces itself there.</summary>
internal sealed record SlurpOptions(string Host, int Port)
{
    /// <summary>The database of the source.</summary>
    public int SourceDatabase { get; init; }

    /// <summary>Who authenticates; null: the default user.</summary>
    public string? User { get; init; }

    /// <summary>Null: no AUTH is sent.</summary>
    public byte[]? Password { get; init; }

    /// <summary>Whether the connection is encrypted.</summary>
    public bool Tls { get; init; }

    /// <summary>A PEM file of certificates to trust instead of the system's; null: the system's.</summary>
    public string? TrustedCertificates { get; init; }

    /// <summary>Takes whatever certificate comes.</summary>
    public bool IsAnyCertificateTrusted { get; init; }

    /// <summary>The source's address as given.</summary>
    public string Address => Host.Contains(':', StringComparison.Ordinal) ? $"[{Host}]:{Port}" : $"{Host}:{Port}";

    // A record's own text would show the password.
    public override string ToString() => $"{Address} db {SourceDatabase}";
}
