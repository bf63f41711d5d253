using Bitmapist.Engine.Keyspace;
using Bitmapist.Storage.Files;
using Bitmapist.Storage.Log;

namespace Bitmapist.Engine.Saving;

/// <summary>
/// Looks after the log. When it fails: takes back what it does not have, refuses writes, and brings it back to work by
/// trying to write, or, after a failed fsync, by a save. While it works: begins a save when it has outgrown the data,
/// writes what nobody commits, and tells when the disk is behind. Thread-safe.
/// </summary>
internal sealed class LogKeeper : IAsyncDisposable
{
    private static readonly TimeSpan s_interval = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan s_probeFirst = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan s_probeLongest = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_saveFirst = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_saveLongest = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan s_delayTold = TimeSpan.FromMinutes(1);

    private readonly KeyspaceStore _store;
    private readonly LogWriter _log;
    private readonly TimeProvider _time;
    private readonly IPersistenceEvents _events;
    private readonly LogGrowth _growth;
    private readonly Func<bool> _startSave;
    private readonly Session _session;
    private readonly Lock _changing = new(); // of the state; its holder may take all shards
    private readonly SemaphoreSlim _asked = new(0, 1);
    private readonly CancellationTokenSource _stopping = new();
    private ITimer? _timer;
    private readonly Backoff _probes;
    private readonly Backoff _saves;
    private Task _running = Task.CompletedTask;
    private volatile LogFailure? _failure;
    private long _failures;
    private long _looks;
    private long _delaysTold;
    private long _delayToldAt;

    /// <param name="store">The keyspace.</param>
    /// <param name="log">Its log.</param>
    /// <param name="growth">When the log has outgrown the data.</param>
    /// <param name="time">The clock.</param>
    /// <param name="events">Who is told.</param>
    /// <param name="startSave">Begins a save in the background unless one is under way.</param>
    public LogKeeper(
        KeyspaceStore store, LogWriter log, LogGrowth growth, TimeProvider time, IPersistenceEvents events,
        Func<bool> startSave)
    {
        _store = store;
        _log = log;
        _growth = growth;
        _time = time;
        _events = events;
        _startSave = startSave;
        _session = new Session(store);
        _probes = new Backoff(time, s_probeFirst, s_probeLongest);
        _saves = new Backoff(time, s_saveFirst, s_saveLongest);
        log.Failing = Settle;
    }

    /// <summary>Why writes are refused; null while they are not.</summary>
    public LogFailure? Failure => _failure;

    /// <summary>How often it came to that.</summary>
    public long Failures => Volatile.Read(ref _failures);

    /// <summary>How many turns its work has made.</summary>
    public long Looks => Volatile.Read(ref _looks);

    /// <summary>Begins to look, once.</summary>
    public void Start()
    {
        _timer = _time.CreateTimer(_ => Ask(), null, s_interval, s_interval);
        _running = RunAsync();
    }

    /// <summary>A save ended, or there is something to look at.</summary>
    public void Ask()
    {
        try
        {
            if (_asked.CurrentCount == 0) _asked.Release();
        }
        catch (SemaphoreFullException)
        {
            // Somebody else asked at the same time.
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_timer is not null) await _timer.DisposeAsync().ConfigureAwait(false);
        await _stopping.CancelAsync().ConfigureAwait(false);
        await _running.ConfigureAwait(false);
        _stopping.Dispose(); // not the semaphore: a save that ends may still ask
        _session.Dispose();
    }

    private async Task RunAsync()
    {
        while (await WaitAsync().ConfigureAwait(false))
        {
            try
            {
                if (_log.Failure is null && _failure is null) LookAfter();
                else Mend();
            }
            catch (Exception failure) // whatever it is, the next turn looks again
            {
                _events.BackgroundWorkFailed("looking after the log", failure);
            }

            Volatile.Write(ref _looks, _looks + 1);
        }
    }

    private async Task<bool> WaitAsync()
    {
        try
        {
            await _asked.WaitAsync(_stopping.Token).ConfigureAwait(false);
            await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding); // never on the asking thread
            return true;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    /// <summary>
    /// The log began to fail, or an fsync failed while writes did: takes back what it does not have. Called by the
    /// thread that noticed, before anybody is told of the failure.
    /// </summary>
    private void Settle()
    {
        LogFailure failure;
        lock (_changing)
        {
            bool isSync = _log.IsSyncFailed;
            if (_log.Failure is not { } reason || (_failure is { } known && known.IsSync == isSync)) return;
            long retained;
            using (TransactionScope scope = _session.HoldAll())
            {
                retained = LogLoss.Refuse(_session);
                scope.Complete();
            }

            failure = new LogFailure(isSync, reason, _time.GetUtcNow().ToUnixTimeMilliseconds())
            {
                RetainedPosition = retained,
            };
            if (_failure is null) Volatile.Write(ref _failures, _failures + 1);
            _failure = failure;
            _probes.Reset();
            _saves.Reset();
        }

        _events.WritesRefused(failure);
        Ask();
    }

    private void Mend()
    {
        Settle(); // should who noticed have been kept from it
        if (!TryResume(out LogFailure? mended)) return;
        _events.WritesResumed(_time.GetUtcNow() - DateTimeOffset.FromUnixTimeMilliseconds(mended!.SinceUnixMs));
    }

    private bool TryResume(out LogFailure? mended)
    {
        lock (_changing)
        {
            mended = _failure;
            if (mended is null) return false;
            if (_log.NeedsSnapshot)
            {
                if (_saves.IsOver && _startSave()) _saves.Tried();
                return false;
            }

            if (!_probes.IsOver) return false;
            _probes.Tried();
            if (!_log.TryResume()) return false;
            using (TransactionScope scope = _session.HoldAll())
            {
                LogLoss.Allow(_session);
                scope.Complete();
            }

            _failure = null;
            return true;
        }
    }

    private void LookAfter()
    {
        if (_log.AppendedPosition > _log.WrittenPosition) _log.TryWrite(); // such as deletions of expired keys
        LogLoss.TrimUndo(_store);
        if (_growth.IsTooMuch && _saves.IsOver)
        {
            long bytes = _log.TotalBytes;
            if (_startSave())
            {
                _saves.Tried();
                _events.LogOutgrewData(bytes);
            }
        }
        else if (!_growth.IsTooMuch)
        {
            _saves.Reset();
        }

        TellDelays();
    }

    private void TellDelays()
    {
        long delays = _log.DelayedCommits;
        if (delays == _delaysTold || (_delaysTold > 0 && _time.GetElapsedTime(_delayToldAt) < s_delayTold)) return;
        _events.SyncBehind(delays - _delaysTold);
        _delaysTold = delays;
        _delayToldAt = _time.GetTimestamp();
    }
}

/// <summary>When something that fails may be tried again: after twice the time each time, up to a bound.</summary>
internal sealed class Backoff(TimeProvider time, TimeSpan first, TimeSpan longest)
{
    private TimeSpan? _wait; // null: nothing has failed
    private long _triedAt;

    /// <summary>Whether it may be tried now.</summary>
    public bool IsOver => _wait is not { } wait || time.GetElapsedTime(_triedAt) >= wait;

    /// <summary>It is tried now, and may fail.</summary>
    public void Tried()
    {
        _wait = _wait is not { } wait ? first : wait + wait < longest ? wait + wait : longest;
        _triedAt = time.GetTimestamp();
    }

    /// <summary>All is well: the next attempt need not wait.</summary>
    public void Reset() => _wait = null;
}

/// <summary>Why writes are refused now.</summary>
/// <param name="IsSync">
/// An fsync failed: they are taken again after a save, which the server begins by itself. Else a write failed: they are
/// taken as soon as one succeeds, which the server tries by itself.
/// </param>
/// <param name="Reason">What failed first.</param>
/// <param name="SinceUnixMs">When.</param>
public sealed record LogFailure(bool IsSync, StorageException Reason, long SinceUnixMs)
{
    /// <summary>The log's position behind which everything was taken back.</summary>
    internal long RetainedPosition { get; init; }
}

/// <summary>
/// When the log has outgrown the data, so that a save begins whatever the interval: as Redis rewrites its AOF, when it
/// is at least so many bytes, and so many percent of the live data. Thread-safe.
/// </summary>
internal sealed class LogGrowth(LogWriter log, Func<long> liveBytes, int percentage, long bytesMin)
{
    /// <summary>Percent of the database file's live bytes; 0: never.</summary>
    public int Percentage
    {
        get => Volatile.Read(ref field);
        set => Volatile.Write(ref field, value);
    } = percentage;

    /// <summary>Below so many bytes never.</summary>
    public long BytesMin
    {
        get => Volatile.Read(ref field);
        set => Volatile.Write(ref field, value);
    } = bytesMin;

    public bool IsTooMuch =>
        Percentage is > 0 and var share && log.TotalBytes is var bytes && bytes >= BytesMin
        && bytes >= (Int128)liveBytes() * share / 100;
}
