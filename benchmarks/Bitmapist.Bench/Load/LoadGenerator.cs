using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Bitmapist.Bench.Load;

/// <summary>
/// Drives connections from one thread: epoll, one receive and one send per batch, nothing allocated. Eager connections
/// send as soon as they are answered; paced ones when their turn comes, however the others fare.
/// </summary>
internal sealed unsafe class LoadGenerator : IDisposable
{
    private const int EventsMax = 128;
    private const int BufferBytes = 256 * 1024;
    private const long WaitMaxNs = 1_000_000_000;
    private const long PatienceNs = 60_000_000_000; // for the replies that are missing when the time is over

    private readonly LoadConnection[] _connections;
    private readonly int _eagerCount;
    private readonly int _epoll = LibC.EpollCreate(0);
    private readonly byte[] _events = GC.AllocateArray<byte>(EventsMax * LibC.EpollEventBytes, pinned: true);
    private readonly byte[] _buffer = GC.AllocateArray<byte>(BufferBytes, pinned: true);
    private int _busyCount;
    private long _endAt;

    /// <param name="eager">Owned from here on, as are the paced ones.</param>
    /// <param name="paced">May be empty.</param>
    public LoadGenerator(IEnumerable<LoadConnection> eager, IEnumerable<LoadConnection> paced)
    {
        Debug.Assert(Stopwatch.Frequency == 1_000_000_000, "Timestamps are nanoseconds on Linux.");
        LoadConnection[] eagerOnes = [.. eager];
        _eagerCount = eagerOnes.Length;
        _connections = [.. eagerOnes, .. paced];
        byte* interest = stackalloc byte[LibC.EpollEventBytes];
        for (int i = 0; i < _connections.Length; i++)
        {
            *(int*)interest = LibC.EpollIn;
            *(long*)(interest + LibC.EpollDataOffset) = i;
            if (LibC.EpollControl(_epoll, LibC.EpollControlAdd, _connections[i].Descriptor, interest) != 0)
                throw new IOException($"epoll_ctl failed: error {Marshal.GetLastSystemError()}");
        }

        _ = LibC.ProcessControl(LibC.SetTimerSlack, 1, 0, 0, 0); // wake up when a paced request is due, not 50 µs later
    }

    /// <summary>Runs until the time is over and every operation begun has been answered.</summary>
    /// <param name="duration">How long to go on sending.</param>
    /// <param name="pacedIntervalNs">Time between two requests of the paced connections together.</param>
    /// <param name="stop">Ends it sooner.</param>
    public LoadResult Run(TimeSpan duration, long pacedIntervalNs = 0, CancellationToken stop = default)
    {
        bool isPaced = _connections.Length > _eagerCount;
        var latencies = new LatencyHistogram();
        for (int i = 0; i < _connections.Length; i++)
            _connections[i].Reset(!isPaced || i >= _eagerCount ? latencies : null);
        long cpuBefore = LibC.ThreadCpuNs();
        long startedAt = Stopwatch.GetTimestamp();
        _endAt = startedAt + (long)duration.TotalNanoseconds;
        for (int i = 0; i < _eagerCount; i++) Send(_connections[i], startedAt);
        long dueAt = startedAt;
        int pacedTurn = 0;
        while (true)
        {
            long now = Stopwatch.GetTimestamp();
            if (stop.IsCancellationRequested) _endAt = Math.Min(_endAt, now);
            for (; isPaced && dueAt <= now && dueAt < _endAt; dueAt += pacedIntervalNs)
            {
                SendPaced(_connections[_eagerCount + pacedTurn], dueAt, now);
                pacedTurn = (pacedTurn + 1) % (_connections.Length - _eagerCount);
            }

            if (now >= _endAt && _busyCount == 0) break;
            if (now > _endAt + PatienceNs) throw new IOException("The server leaves requests without a reply.");
            long next = isPaced && now < _endAt ? Math.Min(dueAt, _endAt) - now : WaitMaxNs;
            Handle(Wait(Math.Clamp(next, 0, WaitMaxNs)));
        }

        TimeSpan elapsed = Stopwatch.GetElapsedTime(startedAt);
        long cpuNs = LibC.ThreadCpuNs() - cpuBefore;
        return new LoadResult(
            elapsed,
            _connections[.._eagerCount].Sum(connection => connection.Batches),
            _connections[_eagerCount..].Sum(connection => connection.Batches),
            cpuNs / elapsed.TotalNanoseconds,
            latencies);
    }

    public void Dispose()
    {
        foreach (LoadConnection connection in _connections) connection.Dispose();
        _ = LibC.Close(_epoll);
    }

    private int Wait(long timeoutNs)
    {
        long* timeout = stackalloc long[2];
        timeout[0] = timeoutNs / 1_000_000_000;
        timeout[1] = timeoutNs % 1_000_000_000;
        fixed (byte* events = _events) return LibC.EpollWait(_epoll, events, EventsMax, timeout, null);
    }

    private void Handle(int eventCount)
    {
        for (int i = 0; i < eventCount; i++) // -1 (interrupted by a signal) counts as none
        {
            int at = (i * LibC.EpollEventBytes) + LibC.EpollDataOffset;
            int index = (int)MemoryMarshal.Read<long>(_events.AsSpan(at));
            LoadConnection connection = _connections[index];
            long now = connection.Receive(_buffer);
            if (now == 0) continue;
            _busyCount--;
            if (index < _eagerCount)
            {
                if (now < _endAt || connection.IsWithinOperation) Send(connection, now);
            }
            else if (connection.Overdue.TryDequeue(out long dueAt))
            {
                Send(connection, dueAt);
            }
        }
    }

    /// <summary>
    /// A request that finds its connection free counts from now: the generator's own lateness is not the server's.
    /// </summary>
    private void SendPaced(LoadConnection connection, long dueAt, long now)
    {
        if (connection.IsBusy) connection.Overdue.Enqueue(dueAt);
        else Send(connection, now);
    }

    private void Send(LoadConnection connection, long startedAt)
    {
        connection.Send(startedAt);
        _busyCount++;
    }
}
