using System.Runtime.InteropServices;
using Bitmapist.Transport.Contract;

namespace Bitmapist.Transport.Epoll;

/// <summary>epoll(7): system calls, and struct epoll_event with its constants, from sys/epoll.h.</summary>
internal static unsafe partial class EpollApi
{
    public const int Add = 1; // EPOLL_CTL_ADD
    public const int Delete = 2; // EPOLL_CTL_DEL
    public const int Modify = 3; // EPOLL_CTL_MOD
    public const uint Readable = 0x001; // EPOLLIN
    public const uint Writable = 0x004; // EPOLLOUT
    public const uint Error = 0x008; // EPOLLERR, reported whether asked for or not
    public const uint HangUp = 0x010; // EPOLLHUP: both directions are shut; reported likewise

    /// <summary>struct epoll_event is packed on x86-64 and aligned to 8 bytes elsewhere.</summary>
    public static readonly int EventBytes = RuntimeInformation.ProcessArchitecture == Architecture.X64 ? 12 : 16;

    /// <summary>Where its 8 bytes of user data start; the events are its first 4.</summary>
    public static readonly int DataOffset = EventBytes - 8;

    [LibraryImport("libc", EntryPoint = "epoll_create1", SetLastError = true)]
    public static partial int Create(int flags); // epoll_create(2)

    [LibraryImport("libc", EntryPoint = "epoll_ctl", SetLastError = true)]
    public static partial int Control(int epoll, int operation, int descriptor, byte* interest); // epoll_ctl(2)

    [LibraryImport("libc", EntryPoint = "epoll_wait", SetLastError = true)]
    public static partial int Wait(int epoll, byte* events, int eventsMax, int timeoutMs); // epoll_wait(2)
}
