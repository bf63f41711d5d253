using System.Diagnostics;
using Bitmapist.Server.State;
using Bitmapist.Server.Timing;

namespace Bitmapist.Server.Commands;

/// <summary>
/// Times a connection's calls. Asking the system's clock takes a twentieth of a SETBIT or more, so a run of calls of
/// one command is timed as a whole; that it holds a slow one is seen by a look at <see cref="CoarseClock"/> after each,
/// which changes only every two milliseconds. Where something shorter than a few of these
/// counts as slow each call is timed by itself. One thread at a time.
/// </summary>
internal sealed class CallClock(CommandContext call, ServerState server)
{
    private readonly ClientState _client = call.Client;
    private long _from; // stopwatch ticks: since when the run goes on
    private long _askedAt; // stopwatch ticks: when the clock was asked last
    private long _callsFrom; // calls of the command when its run began
    private int _sinceAsked; // calls since then
    private int _coarse;
    private bool _isTiming;
    private bool _isRest; // what a call has left is timed, not calls

    /// <summary>The time, in stopwatch ticks.</summary>
    public static long Now => Stopwatch.GetTimestamp();

    /// <summary>The last command that was found and well-formed.</summary>
    public CommandSpec? Last { get; private set; }

    /// <summary>Counts time from now on, for what is dispatched next, or for what the last call has left.</summary>
    public void Start(bool isRest = false)
    {
        _isTiming = _isRest = isRest;
        _from = _askedAt = Now;
        _sinceAsked = isRest ? 1 : 0;
        if (!server.IsLookingForSlowCalls) return;
        CoarseClock.Use();
        _coarse = CoarseClock.Now;
    }

    /// <summary>Ends counting time; the arguments are still those of the last call.</summary>
    public void Stop()
    {
        if (!_isTiming) return; // nothing was dispatched
        long now = EndRun();
        if (_sinceAsked == 1 && server.IsLookingForSlowCalls) Note(Last!, call.Args, now - _askedAt);
        _askedAt = now;
        _sinceAsked = 0;
    }

    /// <summary>A command was found and is well-formed.</summary>
    public void Begin(CommandSpec spec)
    {
        if (Last != spec)
        {
            if (_isTiming) _askedAt = EndRun();
            _sinceAsked = 0;
            Last = spec;
        }

        if (_isTiming) return;
        _callsFrom = _client.Counters.Of(spec.Index).Calls;
        _isTiming = true;
    }

    /// <summary>A call has run.</summary>
    public void EndCall(CommandSpec spec)
    {
        _sinceAsked++;
        if (CoarseClock.Now != _coarse) LookForSlow(spec);
    }

    /// <summary>A call has run that is timed by itself, since <paramref name="from"/>.</summary>
    public void NoteExact(CommandSpec spec, ArgumentList args, long from)
    {
        _askedAt = Now;
        _sinceAsked = -1; // its end is still to come
        Note(spec, args, _askedAt - from);
    }

    private void LookForSlow(CommandSpec spec)
    {
        _coarse = CoarseClock.Now;
        if (!server.IsLookingForSlowCalls || (server.Attention & Attention.EachCallsTime) != 0) return;
        long now = Now;
        long ticks = now - _askedAt;
        CommandCounts counts = _client.Counters.Of(spec.Index);
        // Those before it in this tick took what such calls take.
        if (_sinceAsked > 1 && counts.Calls > 0)
            ticks -= (_sinceAsked - 1) * (counts.Ticks / counts.Calls);
        _askedAt = now;
        _sinceAsked = 0;
        Note(spec, call.Args, ticks);
    }

    /// <summary>Counts the time since the run began, as that of its calls.</summary>
    private long EndRun()
    {
        long now = Now;
        long ticks = now - _from;
        int command = Last!.Index;
        ref CommandCounts counts = ref _client.Counters.Of(command);
        counts.Ticks += ticks;
        // A call that left something is counted when that is done.
        long calls = _isRest ? 1 : counts.Calls - _callsFrom - (call.Deferred is null ? 0 : 1);
        if (calls > 0) server.Latencies.Add(command, Nanoseconds(ticks) / calls, calls);
        _from = now;
        _isTiming = _isRest = false;
        return now;
    }

    private void Note(CommandSpec spec, ArgumentList args, long ticks)
    {
        long microseconds = Nanoseconds(ticks) / 1000;
        string kind = spec.Is(CommandFlags.Fast) ? "fast-command" : "command";
        server.LatencyEvents.Add(kind, server.NowUnixMs / 1000, microseconds / 1000);
        if (server.SlowCalls.ThresholdMicroseconds is not (>= 0 and var threshold) || microseconds < threshold) return;
        if (spec.Is(CommandFlags.SkipSlowlog) || args.Count == 0) return;
        server.SlowCalls.Add(
            server.NowUnixMs / 1000, microseconds, ShownArguments.ForSlowLog(args),
            ClientAddress.Of(_client.RemoteEndPoint), _client.Name);
    }

    private static long Nanoseconds(long ticks) => ticks * (1_000_000_000 / Stopwatch.Frequency);
}
