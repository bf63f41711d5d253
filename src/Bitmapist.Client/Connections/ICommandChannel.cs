using Bitmapist.Resp.Replies;

namespace Bitmapist.Client.Connections;

/// <summary>
/// Where requests go: the seam between what the library asks and how it is carried. Safe for concurrent use; batches of
/// several callers share one connection and never mix.
/// </summary>
internal interface ICommandChannel : IAsyncDisposable
{
    /// <summary>Sends a batch in one piece.</summary>
    /// <returns>
    /// A reply per request, in order (of a transaction: the elements of EXEC's reply). Errors of single requests are
    /// replies like others; see <see cref="Reply.IsError"/>.
    /// </returns>
    /// <exception cref="BitmapistException">The connection was lost, the time ran out, the transaction was refused, or
    /// what came back was no reply.</exception>
    /// <exception cref="OperationCanceledException">Cancelled; what was sent may still take effect.</exception>
    ValueTask<IReadOnlyList<Reply>> SendAsync(RequestBatch batch, SendMode mode, CancellationToken cancellationToken);
}
