using System.Globalization;
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

/// <summary>
/// Writes the marks of an import, each with keys of its own, and makes results kept for reuse forget what is marked.
/// Used by one flow; its memory is bounded: the keys met last, and those of marks under way.
/// </summary>
/// <param name="keysOf">The keys of a mark.</param>
/// <param name="results">What must forget them.</param>
/// <param name="isSet">Whether bits are set, or cleared.</param>
internal sealed class MarkStream(Func<EventMark, MarkKeys> keysOf, ResultCache results, bool isSet)
{
    // Imports come in some order of time, so that neighbours share their keys, which are long to make.
    private readonly Dictionary<(string Name, long Hour), MarkKeys> _kept = [];
    private readonly Dictionary<MarkKeys, long> _underWay = []; // and the number of the last mark of each
    private long _marks;

    /// <summary>Keys remembered, for the hours of events met last.</summary>
    public int Kept => _kept.Count;

    /// <summary>Keys of marks not yet acknowledged.</summary>
    public int UnderWay => _underWay.Count;

    /// <summary>Appends a mark's requests.</summary>
    /// <exception cref="ArgumentException">A default mark, or one outside the years 1 … 9998.</exception>
    public void Append(RequestBatch batch, EventMark mark)
    {
        if (string.IsNullOrEmpty(mark.Name))
        {
            throw new ArgumentException(string.Create(
                CultureInfo.InvariantCulture, $"Mark number {_marks + 1:N0} has no event name."), nameof(mark));
        }

        MarkKeys keys = KeysOf(mark);
        MarkWriter.Append(batch, keys, mark.Id, isSet);
        if (!_underWay.ContainsKey(keys)) results.Forget(keys.Names);
        _underWay[keys] = ++_marks;
    }

    /// <summary>
    /// Forgets what was computed while marks were under way: a result may have missed those acknowledged now. A stream
    /// may last for hours, so this cannot wait for its end. O(keys under way).
    /// </summary>
    /// <param name="marks">The number of marks acknowledged, all of them the first.</param>
    public void Acknowledge(long marks)
    {
        foreach ((MarkKeys keys, long last) in _underWay)
        {
            results.Forget(keys.Names);
            if (last <= marks) _underWay.Remove(keys);
        }
    }

    private MarkKeys KeysOf(EventMark mark)
    {
        (string, long) hour = (mark.Name, mark.At.UtcTicks / TimeSpan.TicksPerHour);
        if (_kept.TryGetValue(hour, out MarkKeys? keys)) return keys;
        keys = keysOf(mark);
        if (_kept.Count >= ClientLimits.MarkKeysKeptMax) _kept.Clear();
        _kept.Add(hour, keys);
        return keys;
    }
}
