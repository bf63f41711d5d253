using System.Runtime.InteropServices;
using Bitmapist.Transport.Contract;

namespace Bitmapist.Transport.IoUring;

/// <summary>
/// io_uring(7), without liburing: its three system calls, whose numbers are the same on every architecture that .NET
/// runs on (asm-generic/unistd.h), and the constants of linux/io_uring.h.
/// </summary>
internal static unsafe partial class RingApi
{
    // io_uring_setup(2): io_uring_params.flags.
    public const uint SetupCompletionEntries = 1 << 3; // IORING_SETUP_CQSIZE
    public const uint SetupClamp = 1 << 4; // IORING_SETUP_CLAMP
    public const uint SetupSubmitAll = 1 << 7; // IORING_SETUP_SUBMIT_ALL: one bad entry does not hold up the rest
    public const uint SetupSingleIssuer = 1 << 12; // IORING_SETUP_SINGLE_ISSUER: one thread submits
    public const uint SetupDeferTaskRun = 1 << 13; // IORING_SETUP_DEFER_TASKRUN: completions are worked off in enter

    // io_uring_params.features.
    public const uint FeatureSingleMap = 1 << 0; // IORING_FEAT_SINGLE_MMAP
    public const uint FeatureNoDrop = 1 << 1; // IORING_FEAT_NODROP: completions beyond the ring are kept, not lost
    public const uint FeatureFastPoll = 1 << 5; // IORING_FEAT_FAST_POLL: sockets are polled, not handed to workers
    public const uint FeatureExtendedArgument = 1 << 8; // IORING_FEAT_EXT_ARG: enter takes a timeout

    // mmap offsets.
    public const long OffsetRings = 0; // IORING_OFF_SQ_RING
    public const long OffsetEntries = 0x10000000; // IORING_OFF_SQES

    // io_uring_enter(2): flags.
    public const uint EnterGetEvents = 1 << 0; // IORING_ENTER_GETEVENTS
    public const uint EnterExtendedArgument = 1 << 3; // IORING_ENTER_EXT_ARG

    // io_uring_register(2): opcodes.
    public const uint RegisterBufferRing = 22; // IORING_REGISTER_PBUF_RING

    // io_uring_sqe.opcode.
    public const byte OpPollAdd = 6; // IORING_OP_POLL_ADD
    public const byte OpSendMessage = 9; // IORING_OP_SENDMSG
    public const byte OpAccept = 13; // IORING_OP_ACCEPT
    public const byte OpCancel = 14; // IORING_OP_ASYNC_CANCEL
    public const byte OpSend = 26; // IORING_OP_SEND
    public const byte OpReceive = 27; // IORING_OP_RECV

    // io_uring_sqe.flags.
    public const byte EntryBufferSelect = 1 << 5; // IOSQE_BUFFER_SELECT
    public const byte EntrySkipSuccess = 1 << 6; // IOSQE_CQE_SKIP_SUCCESS

    // io_uring_sqe.ioprio of receive; len of poll.
    public const ushort ReceiveMultishot = 1 << 1; // IORING_RECV_MULTISHOT
    public const uint PollMultishot = 1 << 0; // IORING_POLL_ADD_MULTI
    public const uint PollReadable = 1; // POLLIN, poll.h

    // io_uring_cqe.flags.
    public const uint CompletionBuffer = 1 << 0; // IORING_CQE_F_BUFFER
    public const uint CompletionMore = 1 << 1; // IORING_CQE_F_MORE
    public const int CompletionBufferShift = 16; // IORING_CQE_BUFFER_SHIFT

    // mmap(2), bits/mman.h.
    public const int ProtectReadWrite = 3; // PROT_READ | PROT_WRITE
    public const int MapSharedPopulated = 0x8001; // MAP_SHARED | MAP_POPULATE

    private const int SetupNumber = 425; // __NR_io_uring_setup
    private const int EnterNumber = 426; // __NR_io_uring_enter
    private const int RegisterNumber = 427; // __NR_io_uring_register

    public static int Setup(uint entries, RingParameters* parameters) =>
        (int)Call(SetupNumber, (nint)entries, (nint)parameters, 0, 0, 0, 0);

    public static int Enter(
        int ring, uint toSubmit, uint minComplete, uint flags, EnterArgument* argument) =>
        (int)Call(EnterNumber, ring, (nint)toSubmit, (nint)minComplete, (nint)flags, (nint)argument,
            sizeof(EnterArgument));

    public static int Register(int ring, uint opcode, void* argument, uint count) =>
        (int)Call(RegisterNumber, ring, (nint)opcode, (nint)argument, (nint)count, 0, 0);

    [LibraryImport("libc", EntryPoint = "mmap", SetLastError = true)]
    public static partial void* Map(void* address, nuint bytes, int protection, int flags, int descriptor, long offset);

    [LibraryImport("libc", EntryPoint = "munmap", SetLastError = true)]
    public static partial int Unmap(void* address, nuint bytes);

    [LibraryImport("libc", EntryPoint = "socketpair", SetLastError = true)]
    public static partial int CreateSocketPair(int domain, int type, int protocol, int* descriptors);

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    private static partial nint Call(
        nint number, nint first, nint second, nint third, nint fourth, nint fifth, nint sixth); // syscall(2)
}

/// <summary>struct io_uring_params, 120 bytes.</summary>
[StructLayout(LayoutKind.Explicit, Size = 120)]
internal struct RingParameters
{
    [FieldOffset(0)] public uint SubmissionEntries;
    [FieldOffset(4)] public uint CompletionEntries;
    [FieldOffset(8)] public uint Flags;
    [FieldOffset(20)] public uint Features;

    // struct io_sqring_offsets at 40.
    [FieldOffset(40)] public uint SubmissionHead;
    [FieldOffset(44)] public uint SubmissionTail;
    [FieldOffset(48)] public uint SubmissionMask;
    [FieldOffset(64)] public uint SubmissionArray;

    // struct io_cqring_offsets at 80.
    [FieldOffset(80)] public uint CompletionHead;
    [FieldOffset(84)] public uint CompletionTail;
    [FieldOffset(88)] public uint CompletionMask;
    [FieldOffset(100)] public uint Completions;
}

/// <summary>struct io_uring_sqe: what is to be done, 64 bytes.</summary>
[StructLayout(LayoutKind.Explicit, Size = 64)]
internal struct SubmissionEntry
{
    [FieldOffset(0)] public byte Opcode;
    [FieldOffset(1)] public byte Flags;
    [FieldOffset(2)] public ushort IoPriority;
    [FieldOffset(4)] public int Descriptor;
    [FieldOffset(16)] public ulong Address;
    [FieldOffset(24)] public uint Length;
    [FieldOffset(28)] public uint OperationFlags;
    [FieldOffset(32)] public ulong UserData;
    [FieldOffset(40)] public ushort BufferGroup;
}

/// <summary>struct io_uring_cqe: what has been done, 16 bytes.</summary>
[StructLayout(LayoutKind.Explicit, Size = 16)]
internal struct Completion
{
    [FieldOffset(0)] public ulong UserData;

    /// <summary>What the system call would return; an error is negative.</summary>
    [FieldOffset(8)] public int Result;

    [FieldOffset(12)] public uint Flags;
}

/// <summary>struct io_uring_buf, 16 bytes; the ring's tail lies in the first one's last two.</summary>
[StructLayout(LayoutKind.Explicit, Size = 16)]
internal struct ProvidedBuffer
{
    [FieldOffset(0)] public ulong Address;
    [FieldOffset(8)] public uint Bytes;
    [FieldOffset(12)] public ushort Id;
    [FieldOffset(14)] public ushort Tail;
}

/// <summary>struct io_uring_buf_reg, 40 bytes.</summary>
[StructLayout(LayoutKind.Explicit, Size = 40)]
internal struct BufferRingRegistration
{
    [FieldOffset(0)] public ulong Address;
    [FieldOffset(8)] public uint Entries;
    [FieldOffset(12)] public ushort Group;
}

/// <summary>struct io_uring_getevents_arg, 24 bytes.</summary>
[StructLayout(LayoutKind.Explicit, Size = 24)]
internal struct EnterArgument
{
    /// <summary>Address of a <see cref="KernelTime"/>; 0: no timeout.</summary>
    [FieldOffset(16)] public ulong Timeout;
}

/// <summary>struct __kernel_timespec, linux/time_types.h.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct KernelTime
{
    public long Seconds;
    public long Nanoseconds;
}
