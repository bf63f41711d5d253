namespace Bitmapist.Transport.Linux;

/// <summary>
/// Error numbers, as asm-generic/errno-base.h and asm-generic/errno.h have them: the same on every architecture that
/// .NET runs on.
/// </summary>
internal static class Errno
{
    public const int OperationNotPermitted = 1; // EPERM
    public const int Interrupted = 4; // EINTR
    public const int TryAgain = 11; // EAGAIN
    public const int OutOfMemory = 12; // ENOMEM
    public const int InvalidArgument = 22; // EINVAL
    public const int SystemFileLimit = 23; // ENFILE
    public const int ProcessFileLimit = 24; // EMFILE
    public const int Busy = 16; // EBUSY
    public const int BrokenPipe = 32; // EPIPE
    public const int NotImplemented = 38; // ENOSYS
    public const int TimedOut = 62; // ETIME
    public const int ConnectionAborted = 103; // ECONNABORTED
    public const int ConnectionReset = 104; // ECONNRESET
    public const int NoBuffers = 105; // ENOBUFS
    public const int Canceled = 125; // ECANCELED

    /// <summary>
    /// Whether accept failed for want of something that may come back: trying on at once would spin.
    /// </summary>
    public static bool IsShortage(int error) =>
        error is ProcessFileLimit or SystemFileLimit or NoBuffers or OutOfMemory;

    /// <summary>The system's words for an error.</summary>
    public static string Describe(int error) => System.Runtime.InteropServices.Marshal.GetPInvokeErrorMessage(error);
}
