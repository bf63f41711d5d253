using System.Globalization;
using Bitmapist.Resp.Replies;

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

/// <summary>
/// The batches of a bulk: one being filled, some under way, in order, and some free to be filled. Used by one flow.
/// </summary>
internal sealed class BulkWindow
{
    private readonly ICommandChannel _channel;
    private readonly BulkSettings _settings;
    private readonly CancellationToken _cancellationToken;
    private readonly Queue<Flight> _flights = new();
    private readonly Stack<RequestBatch> _free = new();
    private int _items; // in the batch being filled
    private BulkResult _acknowledged;

    public BulkWindow(ICommandChannel channel, BulkSettings settings, CancellationToken cancellationToken)
    {
        _channel = channel;
        _settings = settings;
        _cancellationToken = cancellationToken;
        Filling = NewBatch();
    }

    /// <summary>Where the next item's requests go.</summary>
    public RequestBatch Filling { get; private set; }

    /// <summary>Counts an item just written; whether <see cref="LaunchAsync"/> must follow.</summary>
    public bool IsItemLast() =>
        ++_items >= _settings.ItemsPerBatch || Filling.Wire.Length >= ClientLimits.BulkBatchBytes;

    /// <summary>Sends the batch that is being filled, when there is room for it.</summary>
    public async ValueTask LaunchAsync()
    {
        while (_flights.Count >= _settings.BatchesInFlight) await LandAsync().WithoutPool();
        _cancellationToken.ThrowIfCancellationRequested();
        Task<IReadOnlyList<Reply>> replies =
            _channel.SendAsync(Filling, SendMode.Pipeline, _cancellationToken).AsTask();
        _flights.Enqueue(new Flight(Filling, _items, replies));
        Filling = NewBatch();
        _items = 0;
    }

    /// <summary>Sends what is left and waits for every reply.</summary>
    public async ValueTask<BulkResult> FinishAsync()
    {
        if (_items > 0) await LaunchAsync().WithoutPool();
        while (_flights.Count > 0) await LandAsync().WithoutPool();
        return _acknowledged;
    }

    /// <summary>Waits until nothing is under way any more, whatever comes of it; after a failure.</summary>
    public async ValueTask SettleAsync()
    {
        while (_flights.TryDequeue(out Flight flight))
            await ((Task)flight.Replies).Quietly();
    }

    /// <summary>Waits for the oldest batch.</summary>
    private async ValueTask LandAsync()
    {
        Flight flight = _flights.Dequeue();
        IReadOnlyList<Reply> replies;
        try
        {
            replies = await flight.Replies.AndAway(); // what follows reads the source
        }
        catch (ConnectionLostException failure)
        {
            throw new ConnectionLostException($"{failure.Message} {Progress(flight)}", failure);
        }
        catch (BitmapistTimeoutException failure)
        {
            throw new BitmapistTimeoutException($"{failure.Message} {Progress(flight)}", failure);
        }

        long sum = _acknowledged.IntegerSum;
        for (int i = 0; i < replies.Count; i++)
        {
            if (replies[i].Kind == ReplyKind.Integer) sum += replies[i].AsInteger();
            else if (replies[i].IsError) throw Refusal(flight, replies[i], i);
        }

        _acknowledged = new BulkResult(
            _acknowledged.Items + flight.Items, _acknowledged.Requests + replies.Count, sum);
        flight.Batch.Clear();
        _free.Push(flight.Batch);
        _settings.Progress?.Invoke(_acknowledged.Items);
    }

    private RequestBatch NewBatch()
    {
        if (!_free.TryPop(out RequestBatch? batch)) batch = new RequestBatch();
        batch.IsRepeatable = _settings.IsRepeatable;
        return batch;
    }

    private ServerErrorException Refusal(Flight flight, Reply error, int index)
    {
        string request = RequestText.At(flight.Batch.Wire.Span, index);
        return ServerErrorException.Of(error, $"The server refused {request}. {Progress(flight)} The server's words");
    }

    private string Progress(Flight failed)
    {
        int underWay = failed.Items;
        foreach (Flight flight in _flights) underWay += flight.Items;
        return string.Create(CultureInfo.InvariantCulture,
            $"Of the bulk, the first {_acknowledged.Items:N0} items are acknowledged; the next {underWay:N0} were "
            + $"under way and may have taken effect; nothing later was sent.");
    }

    private readonly record struct Flight(RequestBatch Batch, int Items, Task<IReadOnlyList<Reply>> Replies);
}
