using System.Runtime.InteropServices;
using Bitmapist.Transport.Contract;

namespace Bitmapist.Transport.Linux;

/// <summary>
/// System calls that epoll and io_uring share. All return -1 and set errno on failure; read it with
/// <see cref="Marshal.GetLastPInvokeError"/>.
/// </summary>
internal static unsafe partial class LibC
{
    public const int CloseOnExec = 0x80000; // O_CLOEXEC = SOCK_CLOEXEC = EFD_CLOEXEC = EPOLL_CLOEXEC, fcntl.h
    public const int NonBlocking = 0x800; // O_NONBLOCK = SOCK_NONBLOCK = EFD_NONBLOCK, fcntl.h
    public const int SetStatusFlags = 4; // F_SETFL, fcntl.h
    public const int NoSignal = 0x4000; // MSG_NOSIGNAL, bits/socket.h: EPIPE rather than a signal
    public const int DontWait = 0x40; // MSG_DONTWAIT
    public const int Peek = 0x02; // MSG_PEEK
    public const int ShutdownBoth = 2; // SHUT_RDWR, sys/socket.h

    [LibraryImport("libc", EntryPoint = "accept4", SetLastError = true)]
    public static partial int Accept(int socket, byte* address, int* addressBytes, int flags); // accept(2)

    [LibraryImport("libc", EntryPoint = "recv", SetLastError = true)]
    public static partial nint Receive(int socket, byte* buffer, nint bytes, int flags); // recv(2)

    [LibraryImport("libc", EntryPoint = "send", SetLastError = true)]
    public static partial nint Send(int socket, byte* buffer, nint bytes, int flags); // send(2)

    [LibraryImport("libc", EntryPoint = "sendmsg", SetLastError = true)]
    public static partial nint SendMessage(int socket, MessageHeader* message, int flags); // sendmsg(2)

    [LibraryImport("libc", EntryPoint = "shutdown", SetLastError = true)]
    public static partial int Shutdown(int socket, int how); // shutdown(2)

    [LibraryImport("libc", EntryPoint = "close", SetLastError = true)]
    public static partial int Close(int descriptor); // close(2)

    [LibraryImport("libc", EntryPoint = "getsockname", SetLastError = true)]
    public static partial int GetLocalName(int socket, byte* address, int* addressBytes); // getsockname(2)

    [LibraryImport("libc", EntryPoint = "getpeername", SetLastError = true)]
    public static partial int GetPeerName(int socket, byte* address, int* addressBytes); // getpeername(2)

    [LibraryImport("libc", EntryPoint = "fcntl", SetLastError = true)]
    public static partial int ControlDescriptor(int descriptor, int command, int flags); // fcntl(2)

    [LibraryImport("libc", EntryPoint = "eventfd", SetLastError = true)]
    public static partial int CreateEvent(uint value, int flags); // eventfd(2)

    [LibraryImport("libc", EntryPoint = "read", SetLastError = true)]
    public static partial nint Read(int descriptor, void* buffer, nint bytes); // read(2)

    [LibraryImport("libc", EntryPoint = "write", SetLastError = true)]
    public static partial nint Write(int descriptor, void* buffer, nint bytes); // write(2)
}

/// <summary>struct iovec, sys/uio.h: a piece of memory.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct IoVector
{
    public byte* Base;
    public nint Bytes;
}

/// <summary>struct msghdr as Linux lays it out, bits/socket.h; padding follows the 4-byte lengths on 64 bits.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct MessageHeader
{
    public byte* Name;
    public int NameBytes;
    public IoVector* Vectors;
    public nint VectorCount;
    public byte* Control;
    public nint ControlBytes;
    public int Flags;
}
