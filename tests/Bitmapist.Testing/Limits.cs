namespace Bitmapist.Testing;

/// <summary>How long tests wait, and how much they read, before they call it a failure.</summary>
public static class Limits
{
    /// <summary>Milliseconds without a byte from the server after which a read or a write fails.</summary>
    public const int SilenceMs = 20_000;

    /// <summary>
    /// Milliseconds a server may take from start to its first PONG, and from SIGTERM to its end: a machine with sixty
    /// runnable threads on two cores has been seen to need more than twenty seconds.
    /// </summary>
    public const int StartStopMs = 60_000;

    /// <summary>Levels of nesting in one reply. COMMAND DOCS needs 6.</summary>
    public const int ReplyDepth = 32;
}
