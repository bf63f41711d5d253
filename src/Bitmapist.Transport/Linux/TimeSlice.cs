using System.Runtime.InteropServices;

namespace Bitmapist.Transport.Linux;

/// <summary>
/// How long a thread may run before another that waits for its processor, which is also how soon it gets one that
/// others use when it wakes: the scheduler of Linux (EEVDF, from 6.12 on) runs first who asked for less. sched(7).
/// </summary>
internal static unsafe partial class TimeSlice
{
    /// <summary>The least there is; a turn of a loop seldom takes longer. By default it is some milliseconds.</summary>
    private const ulong ShortNanoseconds = 100_000;

    /// <summary>
    /// Asks for short slices for the calling thread. A kernel that knows nothing of them, or allows none, leaves the
    /// thread as it is.
    /// </summary>
    public static void MakeShort()
    {
        nint number = RuntimeInformation.ProcessArchitecture switch
        {
            Architecture.X64 => 314, // __NR_sched_setattr
            Architecture.Arm64 => 274,
            _ => 0,
        };
        if (number == 0) return;
        // SCHED_OTHER; what is 0 of nice would raise the priority of a server that was started with a lower one.
        var wanted = new SchedulingAttributes
        {
            Bytes = (uint)sizeof(SchedulingAttributes), Nice = GetPriority(0, 0), Runtime = ShortNanoseconds,
        };
        _ = Call(number, 0, &wanted, 0);
    }

    [LibraryImport("libc", EntryPoint = "getpriority")]
    private static partial int GetPriority(int which, uint who); // getpriority(2); of this thread

    [LibraryImport("libc", EntryPoint = "syscall")]
    private static partial nint Call(nint number, nint thread, SchedulingAttributes* attributes, nint flags);

    /// <summary>struct sched_attr of its first version, sched_setattr(2).</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct SchedulingAttributes
    {
        public uint Bytes;
        public uint Policy;
        public ulong Flags;
        public int Nice;
        public uint Priority;
        public ulong Runtime; // nanoseconds
        public ulong Deadline;
        public ulong Period;
    }
}
