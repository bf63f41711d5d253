using System.Globalization;
using System.Runtime.CompilerServices;
using Bitmapist.Resp.Replies;
using Bitmapist.Server.Settings;

namespace Bitmapist.Server.Copying;

/// <summary>
/// The original, Go server, which has no cursors, no STRLEN and no GETRANGE. Its KEYS comes on a connection of its own
/// and is read as far as values are, so that the names of all keys need never be in memory.
/// </summary>
internal sealed class OriginalSource(SourceConnection names, SourceConnection connection, ValueReader values)
    : IKeySource
{
    private const byte Slash = (byte)'/';
    private const int SlashesMax = 32;

    public async IAsyncEnumerable<SourceKey> ReadAsync(
        SlurpProgress progress, [EnumeratorCancellation] CancellationToken cancellation)
    {
        long total = await CountKeysAsync(cancellation).ConfigureAwait(false);
        long named = 0;
        bool isSlashMatched = false;
        for (int slashes = 0; slashes <= SlashesMax && !isSlashMatched && (slashes == 0 || named < total); slashes++)
        {
            // In its older versions * does not match a slash: what has one, two, … of them is asked for in turn.
            string pattern = string.Join('/', Enumerable.Repeat("*", slashes + 1));
            names.Add("KEYS"u8, System.Text.Encoding.ASCII.GetBytes(pattern));
            await names.SendAsync(cancellation).ConfigureAwait(false);
            (long left, Reply? refusal) = await names.ReceiveArrayHeadAsync(cancellation).ConfigureAwait(false);
            if (refusal is not null) throw new SourceException($"the source answers KEYS with {refusal}");
            var batch = new List<ReadOnlyMemory<byte>>();
            while (left > 0)
            {
                batch.Clear();
                for (; left > 0 && connection.UnsentBytes < ServerLimits.SourceBatchRequestBytes; left--)
                {
                    Reply name = await names.ReceiveAsync(cancellation).ConfigureAwait(false);
                    isSlashMatched |= slashes == 0 && name.AsBytes().Span.Contains(Slash);
                    batch.Add(name.AsBytes());
                    values.Ask(name.AsBytes());
                }

                named += batch.Count;
                await values.SendAsync(cancellation).ConfigureAwait(false);
                foreach (ReadOnlyMemory<byte> name in batch)
                {
                    if (await values.ReceiveAsync(name, progress, cancellation).ConfigureAwait(false) is { } key)
                        yield return key;
                }
            }
        }

        if (named < total) progress.CountUnnamed(total - named);
    }

    /// <summary>The number of keys by INFO keys: a line <c>keys_total:N</c>.</summary>
    private async ValueTask<long> CountKeysAsync(CancellationToken cancellation)
    {
        const string Field = "keys_total:";
        connection.Add("INFO"u8, "keys"u8.ToArray());
        Reply info = await connection.AskAsync(cancellation).ConfigureAwait(false);
        if (info.Kind != ReplyKind.BulkString) return 0;
        foreach (string line in info.AsText().Split('\n', StringSplitOptions.TrimEntries))
        {
            if (line.StartsWith(Field, StringComparison.Ordinal)
                && long.TryParse(line.AsSpan(Field.Length), CultureInfo.InvariantCulture, out long total))
                return total;
        }

        return 0;
    }
}
