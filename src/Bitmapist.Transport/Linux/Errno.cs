using Bitmapist.Transport.Contract;
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
    public const int Busy = 16; // EBUSY
    public const int TimedOut = 62; // ETIME
    public const int NotOnNetwork = 64; // ENONET
    public const int ProtocolError = 71; // EPROTO
    public const int ProtocolNotAvailable = 92; // ENOPROTOOPT
    public const int NotSupported = 95; // EOPNOTSUPP
    public const int NetworkDown = 100; // ENETDOWN
    public const int NetworkUnreachable = 101; // ENETUNREACH
    public const int ConnectionAborted = 103; // ECONNABORTED
    public const int ConnectionReset = 104; // ECONNRESET
    public const int NoBuffers = 105; // ENOBUFS
    public const int HostDown = 112; // EHOSTDOWN
    public const int HostUnreachable = 113; // EHOSTUNREACH
    public const int Canceled = 125; // ECANCELED

    /// <summary>
    /// Whether accept failed by what one connection met, so that the next may fare better at once: what accept(2) says
    /// to treat so. Everything else, such as a want of descriptors or memory, would only be met again.
    /// </summary>
    public static bool IsOneConnections(int error) =>
        error is ConnectionAborted or Interrupted or OperationNotPermitted or ProtocolError or ProtocolNotAvailable
            or NotSupported or NetworkDown or NetworkUnreachable or NotOnNetwork or HostDown or HostUnreachable;

    /// <summary>The system's words for an error.</summary>
    public static string Describe(int error) => System.Runtime.InteropServices.Marshal.GetPInvokeErrorMessage(error);
}
