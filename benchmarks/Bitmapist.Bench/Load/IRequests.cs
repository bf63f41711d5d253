namespace Bitmapist.Bench.Load;

/// <summary>
/// What one connection sends: batches, each sent in one piece and answered before the next. One thread.
/// </summary>
internal interface IRequests
{
    /// <summary>
    /// Lines in the replies to the batch last given; all replies here are simple strings and integers.
    /// </summary>
    int ReplyLines { get; }

    /// <summary>The next batch's bytes; valid until the next call.</summary>
    ReadOnlySpan<byte> Next();
}
