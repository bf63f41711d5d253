using Bitmapist.Client.Asking;
using Bitmapist.Client.Connections;
using Bitmapist.Resp.Replies;

namespace Bitmapist.Client.Marks;

/// <summary>
/// Sends marks: one as a transaction over its keys, many as a stream of pipelines. Whatever is marked is forgotten by
/// the results kept for reuse, so that this client's questions see this client's marks. Its tasks are for callers; see
/// <see cref="CallerTask"/>. Safe for concurrent use.
/// </summary>
internal sealed class MarkWriter(ICommandChannel channel, ResultCache results)
{
    private static readonly BulkSettings s_bulk = new() { IsRepeatable = true };

    /// <summary>Sets or clears an id's bit in every key, all or nothing.</summary>
    public Task SendAsync(MarkKeys keys, uint id, bool isSet, CancellationToken cancellationToken)
    {
        var batch = new RequestBatch();
        Append(batch, keys, id, isSet);
        return SendAsync(batch, SendMode.Transaction, keys.Names, cancellationToken);
    }

    /// <summary>Sends a batch of marks of some keys.</summary>
    public Task SendAsync(
        RequestBatch batch, SendMode mode, IReadOnlyCollection<string> keys, CancellationToken cancellationToken)
    {
        batch.IsRepeatable = true; // A bit set or cleared twice is the same bit.
        return CallerTask.From(RunAsync());

        async Task RunAsync()
        {
            results.Forget(keys); // before and after: see ForgettingAsync
            try
            {
                IReadOnlyList<Reply> replies = await channel.SendAsync(batch, mode, cancellationToken).WithoutPool();
                foreach (Reply reply in replies) reply.Checked($"a mark of {keys.First()}");
            }
            finally
            {
                results.Forget(keys);
            }
        }
    }

    /// <summary>
    /// Sets or clears the bits of many ids; memory is bounded by the batches on their way. A lost connection does not
    /// end it: a mark repeated is the same mark.
    /// </summary>
    /// <returns>Ids sent and acknowledged.</returns>
    public Task<long> SendAsync(
        MarkKeys keys, IEnumerable<uint> ids, bool isSet, CancellationToken cancellationToken) =>
        ForgettingAsync(keys.Names, async () =>
        {
            BulkResult sent = await BulkSender.SendAsync(
                channel, ids, (batch, id) => Append(batch, keys, id, isSet), Forgetting(keys), cancellationToken)
                .WithoutPool();
            return sent.Items;
        });

    /// <inheritdoc cref="SendAsync(MarkKeys, IEnumerable{uint}, bool, CancellationToken)"/>
    public Task<long> SendAsync(
        MarkKeys keys, IAsyncEnumerable<uint> ids, bool isSet, CancellationToken cancellationToken) =>
        ForgettingAsync(keys.Names, async () =>
        {
            BulkResult sent = await BulkSender.SendAsync(
                channel, ids, (batch, id) => Append(batch, keys, id, isSet), Forgetting(keys), cancellationToken)
                .WithoutPool();
            return sent.Items;
        });

    /// <summary>Sets or clears the bits of many marks; memory is bounded as for many ids.</summary>
    /// <param name="keysOf">The keys of a mark.</param>
    /// <param name="marks">The marks.</param>
    /// <param name="isSet">Whether bits are set, or cleared.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>Marks sent and acknowledged.</returns>
    public Task<long> SendAsync(
        Func<EventMark, MarkKeys> keysOf, IEnumerable<EventMark> marks, bool isSet,
        CancellationToken cancellationToken) =>
        StreamAsync(new MarkStream(keysOf, results, isSet), (stream, settings) => BulkSender.SendAsync(
            channel, marks, stream.Append, settings, cancellationToken));

    /// <inheritdoc cref="SendAsync(Func{EventMark, MarkKeys}, IEnumerable{EventMark}, bool, CancellationToken)"/>
    public Task<long> SendAsync(
        Func<EventMark, MarkKeys> keysOf, IAsyncEnumerable<EventMark> marks, bool isSet,
        CancellationToken cancellationToken) =>
        StreamAsync(new MarkStream(keysOf, results, isSet), (stream, settings) => BulkSender.SendAsync(
            channel, marks, stream.Append, settings, cancellationToken));

    /// <summary>Appends a mark's requests.</summary>
    public static void Append(RequestBatch batch, MarkKeys keys, uint id, bool isSet)
    {
        foreach (byte[] key in keys.Bytes) batch.Begin("SETBIT", 3).Add(key).Add(id).Add(isSet ? 1 : 0);
    }

    /// <summary>Results are computed while ids stream, perhaps for hours: each batch acknowledged dates them.</summary>
    private BulkSettings Forgetting(MarkKeys keys) => s_bulk with { Progress = _ => results.Forget(keys.Names) };

    private static Task<long> StreamAsync(
        MarkStream stream, Func<MarkStream, BulkSettings, ValueTask<BulkResult>> send)
    {
        return CallerTask.From(RunAsync());

        async Task<long> RunAsync()
        {
            try
            {
                BulkSettings settings = s_bulk with { Progress = stream.Acknowledge };
                return (await send(stream, settings).WithoutPool()).Items;
            }
            finally
            {
                stream.Acknowledge(long.MaxValue); // After a failure: what was under way may have taken effect.
            }
        }
    }

    private Task<T> ForgettingAsync<T>(IReadOnlyCollection<string> keys, Func<Task<T>> send)
    {
        return CallerTask.From(RunAsync());

        async Task<T> RunAsync()
        {
            // Before: what is kept now is old in a moment. After: a result computed meanwhile may have missed a mark.
            results.Forget(keys);
            try
            {
                return await send().WithoutPool();
            }
            finally
            {
                results.Forget(keys);
            }
        }
    }
}
