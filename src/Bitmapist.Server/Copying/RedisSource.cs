using System.Runtime.CompilerServices;
using Bitmapist.Resp.Replies;
using Bitmapist.Server.Settings;

namespace Bitmapist.Server.Copying;

/// <summary>
/// Redis 2.8 or newer, or a server like it (this one, too). Keys are named by SCAN; STRLEN tells lengths, and by its
/// WRONGTYPE error what is no string, which SCAN's TYPE would not let us count.
/// </summary>
internal sealed class RedisSource(SourceConnection connection, ValueReader values) : IKeySource
{
    private readonly Queue<(ReadOnlyMemory<byte> Name, long LengthBytes)> _strings = new();

    public async IAsyncEnumerable<SourceKey> ReadAsync(
        SlurpProgress progress, [EnumeratorCancellation] CancellationToken cancellation)
    {
        await values.FindOutAsync(cancellation).ConfigureAwait(false);
        ReadOnlyMemory<byte> cursor = "0"u8.ToArray();
        do
        {
            connection.Add("SCAN"u8, cursor, "COUNT"u8.ToArray(), ValueReader.Digits(ServerLimits.SourceKeysPerStep));
            Reply page = await connection.AskAsync(cancellation).ConfigureAwait(false);
            if (page.Kind != ReplyKind.Array || page.Items.Count != 2)
                throw new SourceException($"the source answers SCAN with {page}");
            cursor = page.Items[0].AsBytes();
            await MeasureAsync(page.Items[1].Items, progress, cancellation).ConfigureAwait(false);
            await foreach (SourceKey key in ReadStringsAsync(progress, cancellation).ConfigureAwait(false))
                yield return key;
        }
        while (!cursor.Span.SequenceEqual("0"u8));
    }

    /// <summary>Asks for the lengths of a page's keys and queues those that are strings.</summary>
    private async ValueTask MeasureAsync(
        IReadOnlyList<Reply> names, SlurpProgress progress, CancellationToken cancellation)
    {
        int received = 0;
        for (int sent = 0; received < names.Count;)
        {
            while (sent < names.Count && connection.UnsentBytes < ServerLimits.SourceBatchRequestBytes)
                connection.Add("STRLEN"u8, names[sent++].AsBytes());
            await connection.SendAsync(cancellation).ConfigureAwait(false);
            for (; received < sent; received++)
            {
                Reply length = await connection.ReceiveAsync(cancellation).ConfigureAwait(false);
                if (ValueReader.IsOtherType(length)) progress.CountOtherType();
                else if (length.IsError) throw new SourceException($"the source answers STRLEN with {length}");
                else if (length.AsInteger() > Engine.EngineLimits.StringBytes) progress.CountTooLong();
                else _strings.Enqueue((names[received].AsBytes(), length.AsInteger()));
            }
        }
    }

    private async IAsyncEnumerable<SourceKey> ReadStringsAsync(
        SlurpProgress progress, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var asked = new Queue<ReadOnlyMemory<byte>>();
        while (_strings.Count > 0)
        {
            long bytes = 0;
            while (_strings.TryPeek(out (ReadOnlyMemory<byte> Name, long LengthBytes) next)
                && next.LengthBytes <= ServerLimits.SourceWindowBytes
                && bytes < ServerLimits.SourceBatchReplyBytes
                && connection.UnsentBytes < ServerLimits.SourceBatchRequestBytes)
            {
                values.Ask(next.Name);
                asked.Enqueue(next.Name);
                bytes += next.LengthBytes;
                _strings.Dequeue();
            }

            if (asked.Count == 0)
            {
                ReadOnlyMemory<byte> name = _strings.Dequeue().Name;
                (bool isSettled, SourceKey? found) =
                    await values.ReadByWindowsAsync(name, progress, cancellation).ConfigureAwait(false);
                if (found is { } large) yield return large;
                if (isSettled) continue;
                values.Ask(name); // written to without a pause: then at the cost of the source's memory
                asked.Enqueue(name);
            }

            await values.SendAsync(cancellation).ConfigureAwait(false);
            while (asked.TryDequeue(out ReadOnlyMemory<byte> name))
            {
                if (await values.ReceiveAsync(name, progress, cancellation).ConfigureAwait(false) is { } key)
                    yield return key;
            }
        }
    }
}
