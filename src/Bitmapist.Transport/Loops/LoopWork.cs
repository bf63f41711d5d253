using Bitmapist.Transport.Contract;
namespace Bitmapist.Transport.Loops;

/// <summary>What a connection asks its loop for.</summary>
[Flags]
internal enum LoopWork
{
    None = 0,

    /// <summary>Send what was flushed.</summary>
    Send = 1,

    /// <summary>Go on receiving: unread bytes were consumed.</summary>
    Receive = 2,

    /// <summary>Close after what was flushed is sent.</summary>
    Close = 4,

    /// <summary>Close now.</summary>
    Abort = 8,

    /// <summary>End a pending read.</summary>
    CancelRead = 16,
}
