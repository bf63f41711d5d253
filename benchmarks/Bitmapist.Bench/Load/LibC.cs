using System.Runtime.InteropServices;

namespace Bitmapist.Bench.Load;

/// <summary>
/// The few system calls of the load generator. Called directly because .NET's socket engine adds a thread and several
/// microseconds per request, which a generator that shares two cores with the server cannot afford. Linux only.
/// </summary>
internal static unsafe partial class LibC
{
    public const int EpollControlAdd = 1, EpollIn = 1;
    public const int DontWait = 0x40; // MSG_DONTWAIT
    public const int NoSignal = 0x4000; // MSG_NOSIGNAL
    public const int TryAgain = 11, Interrupted = 4; // EAGAIN, EINTR
    public const int ThreadCpuClock = 3; // CLOCK_THREAD_CPUTIME_ID
    public const int SetTimerSlack = 29; // PR_SET_TIMERSLACK

    /// <summary>struct epoll_event is packed on x86-64 and aligned to 8 bytes elsewhere.</summary>
    public static readonly int EpollEventBytes =
        RuntimeInformation.ProcessArchitecture == Architecture.X64 ? 12 : 16;

    /// <summary>Where its 8 bytes of user data start.</summary>
    public static readonly int EpollDataOffset = EpollEventBytes - 8;

    [LibraryImport("libc", EntryPoint = "epoll_create1")]
    public static partial int EpollCreate(int flags);

    [LibraryImport("libc", EntryPoint = "epoll_ctl")]
    public static partial int EpollControl(int epoll, int operation, int socket, byte* interest);

    [LibraryImport("libc", EntryPoint = "epoll_pwait2")]
    public static partial int EpollWait(int epoll, byte* events, int eventsMax, long* timeout, void* signalMask);

    [LibraryImport("libc", EntryPoint = "recv")]
    public static partial nint Receive(int socket, byte* buffer, nint bufferBytes, int flags);

    [LibraryImport("libc", EntryPoint = "send")]
    public static partial nint Send(int socket, byte* buffer, nint bufferBytes, int flags);

    [LibraryImport("libc", EntryPoint = "close")]
    public static partial int Close(int descriptor);

    [LibraryImport("libc", EntryPoint = "prctl")]
    public static partial int ProcessControl(int option, nuint argument, nuint unused1, nuint unused2, nuint unused3);

    /// <summary>CPU nanoseconds that the calling thread has used.</summary>
    public static long ThreadCpuNs()
    {
        long* time = stackalloc long[2];
        _ = ClockGetTime(ThreadCpuClock, time);
        return (time[0] * 1_000_000_000) + time[1];
    }

    [LibraryImport("libc", EntryPoint = "clock_gettime")]
    private static partial int ClockGetTime(int clock, long* time);
}
