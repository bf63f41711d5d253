using Bitmapist.Client.Asking;
using Bitmapist.Client.Connections;
using Bitmapist.Resp.Replies;

namespace Bitmapist.Client.Marks;

/// <summary>
/// Sends marks: one as a transaction over its keys, many as a stream of pipelines. Whatever is marked is forgotten by
/// the results kept for reuse, so that this client's questions see this client's marks. Safe for concurrent use.
/// </summary>
internal sealed class MarkWriter(ICommandChannel channel, ResultCache results)
{
    private const int RequestsPerBatch = 4_096; // About 200 KiB on the wire.
    private const int BatchesInFlightMax = 4; // One being written, one travelling, one being run, one being answered.

    /// <summary>Sets or clears an id's bit in every key, all or nothing.</summary>
    public async Task SendAsync(MarkKeys keys, uint id, bool isSet, CancellationToken cancellationToken)
    {
        var batch = new RequestBatch();
        Append(batch, keys, id, isSet);
        await SendAsync(batch, SendMode.Transaction, keys.Names, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Sends a batch of marks of some keys.</summary>
    public async Task SendAsync(
        RequestBatch batch, SendMode mode, IReadOnlyCollection<string> keys, CancellationToken cancellationToken)
    {
        // Before: what is kept now is old in a moment. After: a result computed meanwhile may have missed the mark.
        results.Forget(keys);
        try
        {
            IReadOnlyList<Reply> replies = await channel.SendAsync(batch, mode, cancellationToken).ConfigureAwait(false);
            foreach (Reply reply in replies) reply.Checked($"a mark of {keys.First()}");
        }
        finally
        {
            results.Forget(keys);
        }
    }

    /// <summary>Sets or clears the bits of many ids; memory is bounded by the batches on their way.</summary>
    /// <returns>Ids sent and acknowledged.</returns>
    public async Task<long> SendAsync(
        MarkKeys keys, IAsyncEnumerable<uint> ids, bool isSet, CancellationToken cancellationToken)
    {
        var inFlight = new Queue<Task<RequestBatch>>();
        long count = 0;
        try
        {
            RequestBatch batch = new();
            await foreach (uint id in ids.WithCancellation(cancellationToken).ConfigureAwait(false))
            {
                Append(batch, keys, id, isSet);
                count++;
                if (batch.Count < RequestsPerBatch) continue;
                inFlight.Enqueue(RunAsync(batch));
                batch = inFlight.Count < BatchesInFlightMax
                    ? new() : await inFlight.Dequeue().ConfigureAwait(false);
            }

            if (batch.Count > 0) inFlight.Enqueue(RunAsync(batch));
            while (inFlight.TryDequeue(out Task<RequestBatch>? oldest)) await oldest.ConfigureAwait(false);
            return count;
        }
        finally
        {
            // After a failure: the others end too, and their failures are the first one's.
            foreach (Task<RequestBatch> rest in inFlight)
                await ((Task)rest).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        async Task<RequestBatch> RunAsync(RequestBatch batch)
        {
            await SendAsync(batch, SendMode.Pipeline, keys.Names, cancellationToken).ConfigureAwait(false);
            batch.Clear();
            return batch;
        }
    }

    /// <summary>Appends a mark's requests.</summary>
    public static void Append(RequestBatch batch, MarkKeys keys, uint id, bool isSet)
    {
        foreach (byte[] key in keys.Bytes) batch.Begin("SETBIT", 3).Add(key).Add(id).Add(isSet ? 1 : 0);
    }
}
