namespace Bitmapist.Client.Connections;

/// <summary>
/// Sends an unbounded sequence of requests in bounded memory: they are gathered into batches, several of which are
/// under way at a time, and whose buffers are used again.
/// </summary>
internal static class BulkSender
{
    /// <summary>Sends what <paramref name="write"/> makes of each item, and waits for every reply.</summary>
    /// <param name="channel">Where to.</param>
    /// <param name="items">Enumerated once, on the caller's flow.</param>
    /// <param name="write">Adds an item's requests to a batch: one or more, all of them before it returns.</param>
    /// <param name="settings">How.</param>
    /// <param name="cancellationToken">Stops the bulk; what was sent may still take effect.</param>
    /// <exception cref="ServerErrorException">A request was refused; the message names it, and says how many items were
    /// acknowledged before. Batches under way with it may have taken effect.</exception>
    /// <exception cref="BitmapistException">The connection was lost, or the time ran out; same message.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public static async ValueTask<BulkResult> SendAsync<T>(
        ICommandChannel channel, IEnumerable<T> items, Action<RequestBatch, T> write, BulkSettings settings,
        CancellationToken cancellationToken)
    {
        var window = new BulkWindow(channel, settings, cancellationToken);
        try
        {
            foreach (T item in items)
            {
                write(window.Filling, item);
                if (window.IsItemLast()) await window.LaunchAsync().WithoutPool();
            }

            return await window.FinishAsync().WithoutPool();
        }
        finally
        {
            await window.SettleAsync().WithoutPool();
        }
    }

    /// <inheritdoc cref="SendAsync{T}(ICommandChannel, IEnumerable{T}, Action{RequestBatch, T}, BulkSettings,
    /// CancellationToken)"/>
    public static async ValueTask<BulkResult> SendAsync<T>(
        ICommandChannel channel, IAsyncEnumerable<T> items, Action<RequestBatch, T> write, BulkSettings settings,
        CancellationToken cancellationToken)
    {
        var window = new BulkWindow(channel, settings, cancellationToken);
        try
        {
            IAsyncEnumerator<T> each = items.GetAsyncEnumerator(cancellationToken);
            try
            {
                while (await each.MoveNextAsync().WithoutPool())
                {
                    write(window.Filling, each.Current);
                    if (window.IsItemLast()) await window.LaunchAsync().WithoutPool();
                }
            }
            finally
            {
                await each.DisposeAsync().WithoutPool();
            }

            return await window.FinishAsync().WithoutPool();
        }
        finally
        {
            await window.SettleAsync().WithoutPool();
        }
    }
}

/// <summary>What a bulk came to.</summary>
/// <param name="Items">Items written and acknowledged.</param>
/// <param name="Requests">Requests they made.</param>
/// <param name="IntegerSum">Sum of the integers replied: of SETBITs, the bits that were set before.</param>
internal readonly record struct BulkResult(long Items, long Requests, long IntegerSum);

/// <summary>How a bulk is sent.</summary>
internal sealed record BulkSettings
{
    /// <summary>
    /// Whether requests may run again when the connection is lost; see <see cref="RequestBatch.IsRepeatable"/>. Then a
    /// bulk survives losses; otherwise the first one ends it.
    /// </summary>
    public bool IsRepeatable { get; init; }

    /// <summary>Items per batch at most; a batch also ends when it has enough bytes for one write.</summary>
    public int ItemsPerBatch { get; init; } = int.MaxValue;

    /// <summary>Batches under way at most.</summary>
    public int BatchesInFlight { get; init; } = ClientLimits.BulkBatchesInFlight;

    /// <summary>Told the number of items acknowledged so far, after each batch; on the caller's flow.</summary>
    public Action<long>? Progress { get; init; }
}
