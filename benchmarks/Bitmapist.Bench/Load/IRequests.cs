namespace Bitmapist.Bench.Load;

/// <summary>
/// What one connection sends: batches, each sent in one piece and answered before the next. One thread. The properties
/// are about the batch last given.
/// </summary>
internal interface IRequests
{
    /// <summary>Lines in the replies, which are simple strings, integers and empty arrays.</summary>
    int ReplyLines { get; }

    /// <summary>Bytes of the reply if it is one bulk string of known length; else 0, and lines are counted.</summary>
    int ReplyBytes { get; }

    /// <summary>Whether its replies end an operation; the latency of one counts from its first batch.</summary>
    bool EndsOperation { get; }

    /// <summary>The next batch's bytes; valid until the next call.</summary>
    ReadOnlySpan<byte> Next();
}
