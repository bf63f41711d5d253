using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Bitmapist.Engine;

/// <summary>
/// Threads for work that takes long, a bounded number made when they are first needed: more of it at once would not be
/// done sooner. On Linux they have a lower priority than those that serve clients, which then get a processor as soon
/// as they ask for it instead of when a time slice of some milliseconds ends. First come, first served. Thread-safe.
/// </summary>
public sealed partial class BackgroundThreads
{
    /// <summary>
    /// So much nicer than others of the process, which leaves a third of their share to each. With three threads of
    /// this on two processors a fourth that wakes every 0.3 ms waits for 0.1 ms in 99 of 100 cases, and for 3 ms when
    /// all are equal (Linux 6.18).
    /// </summary>
    private const int Niceness = 5;
    private const int OfProcess = 0; // PRIO_PROCESS, sys/resource.h: on Linux one thread
    private const uint ThisThread = 0;

    // Of what the process began with: a thread has that of the thread which made it, and that may be one of these.
    private static readonly int s_niceness = OperatingSystem.IsLinux()
        ? GetPriority(OfProcess, (uint)Environment.ProcessId) + Niceness
        : 0;

    private static readonly TimeSpan s_idleMax = TimeSpan.FromSeconds(10); // then a thread ends

    private readonly object _gate = new();
    private readonly Queue<Work> _waiting = new();
    private readonly string _name;
    private readonly int _threadsMax;
    private int _threads;
    private int _idle; // of them

    /// <param name="name">Of the threads, for debuggers; 15 characters at most are shown.</param>
    /// <param name="threadsMax">So much work at once, at least 1.</param>
    public BackgroundThreads(string name, int threadsMax)
    {
        _name = name;
        _threadsMax = threadsMax;
    }

    /// <summary>
    /// Does some work when its turn has come. What awaits it goes on on the same thread. Throws what it throws.
    /// </summary>
    public Task RunAsync(Action work)
    {
        var queued = new Work(work);
        bool isNew;
        lock (_gate)
        {
            _waiting.Enqueue(queued);
            isNew = _waiting.Count > _idle && _threads < _threadsMax;
            if (isNew) _threads++;
            else Monitor.Pulse(_gate);
        }

        if (isNew) StartThread();
        return queued.Done.Task;
    }

    /// <summary>The same for work with a result.</summary>
    public async Task<T> RunAsync<T>(Func<T> work)
    {
        T? result = default;
        await RunAsync(() => { result = work(); }).ConfigureAwait(false);
        return result!;
    }

    private void StartThread()
    {
        try
        {
            new Thread(Run) { IsBackground = true, Name = _name }.UnsafeStart();
        }
        catch (Exception failure) when (failure is OutOfMemoryException or ThreadStartException)
        {
            // The system has no thread to give: one of the pool's does as much as there is.
            lock (_gate) _threads--;
            ThreadPool.UnsafeQueueUserWorkItem(static self => self.Drain(), this, preferLocal: false);
        }
    }

    private void Drain()
    {
        while (true)
        {
            Work? work;
            lock (_gate)
                if (!_waiting.TryDequeue(out work)) return;
            work.Run();
        }
    }

    private void Run()
    {
        if (OperatingSystem.IsLinux()) BeNice();
        while (TryRunNext()) continue;
    }

    /// <remarks>Not in the loop: there a thread that waits for more would keep alive what it did last.</remarks>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool TryRunNext()
    {
        Work? work = TryTake();
        work?.Run();
        return work is not null;
    }

    /// <remarks>Where it is refused the thread goes on as it is.</remarks>
    private static void BeNice() => _ = SetPriority(OfProcess, ThisThread, s_niceness);

    private Work? TryTake()
    {
        lock (_gate)
        {
            bool isInTime = true;
            while (_waiting.Count == 0)
            {
                if (!isInTime)
                {
                    _threads--;
                    return null;
                }

                _idle++;
                isInTime = Monitor.Wait(_gate, s_idleMax);
                _idle--;
            }

            return _waiting.Dequeue();
        }
    }

    [LibraryImport("libc", EntryPoint = "getpriority")]
    private static partial int GetPriority(int which, uint who); // getpriority(2)

    [LibraryImport("libc", EntryPoint = "setpriority")]
    private static partial int SetPriority(int which, uint who, int priority); // setpriority(2)

    /// <summary>Some work, and who waits for it.</summary>
    private sealed class Work(Action work)
    {
        public TaskCompletionSource Done { get; } = new(); // continues on the thread that did the work

        public void Run()
        {
            try
            {
                work();
            }
            catch (Exception failure) // it is the caller's
            {
                Done.SetException(failure);
                return;
            }

            Done.SetResult();
        }
    }
}
