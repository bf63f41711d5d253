namespace Bitmapist.Transport.Contract;

/// <summary>How connections are carried.</summary>
public sealed record TransportOptions
{
    /// <summary>Which carrier; one that the system lacks is replaced by the next best, and the log says so.</summary>
    public TransportKind Kind { get; init; }

    /// <summary>
    /// Threads that serve connections; 0: as many as <see cref="TransportLimits.LoopsDefault"/> has it. Pipelines has
    /// none.
    /// </summary>
    public int Loops { get; init; }

    /// <summary>Connections that the system completes before they are accepted.</summary>
    public int Backlog { get; init; } = TransportLimits.BacklogDefault;

    /// <summary>
    /// Idle seconds after which a TCP peer is asked whether it is still there; 0: never. Changed by
    /// <see cref="TransportServer.SetKeepAlive"/> while it runs.
    /// </summary>
    public int KeepAliveSeconds { get; set; } = TransportLimits.KeepAliveSecondsDefault;

    /// <summary>Unread bytes of one connection above which nothing more is taken from its socket.</summary>
    public int InputPauseBytes { get; init; } = TransportLimits.InputPauseBytesDefault;

    /// <summary>Unsent bytes of one connection above which a flush waits.</summary>
    public int OutputPauseBytes { get; init; } = TransportLimits.OutputPauseBytesDefault;

    /// <summary>How long a closing connection waits for its peer to take what it was sent.</summary>
    public TimeSpan ClosePatience { get; init; } = TransportLimits.ClosePatienceDefault;

    /// <summary>
    /// Asked for each accepted connection, on the accepting thread: false refuses it, before anything is made for it.
    /// A caller that counts admitted connections counts them back when they were served, or in <see cref="Withdraw"/>.
    /// Null: all are admitted.
    /// </summary>
    public Func<bool>? Admit { get; init; }

    /// <summary>
    /// Called for each connection that was admitted and is not served all the same, since it broke before that: what
    /// was counted for it is to be counted back. From any thread.
    /// </summary>
    public Action? Withdraw { get; init; }

    /// <summary>What a refused connection is sent before it is closed.</summary>
    public ReadOnlyMemory<byte> Refusal { get; init; }

    /// <summary>For tests: says why io_uring is to be taken for missing.</summary>
    internal string? IoUringDenial { get; init; }

    /// <summary>For tests: the error number that accepting meets, asked for at each attempt; 0: none.</summary>
    internal Func<int>? AcceptError { get; init; }

    /// <summary>For tests: returned buffers are overwritten at once, so that a use after return shows.</summary>
    internal bool PoisonReturnedBlocks { get; init; }
}
