using Bitmapist.Resp.Replies;

namespace Bitmapist.Client.Tests.Connections;

/// <summary>Requests as a test writes them: words between single spaces.</summary>
internal static class Batches
{
    public static RequestBatch Of(params ReadOnlySpan<string> requests)
    {
        var batch = new RequestBatch();
        foreach (string request in requests)
        {
            string[] words = request.Split(' ');
            batch.Begin(words[0], words.Length - 1);
            foreach (string word in words.AsSpan(1)) batch.Add(word);
        }

        return batch;
    }

    public static RequestBatch Repeatable(params ReadOnlySpan<string> requests)
    {
        RequestBatch batch = Of(requests);
        batch.IsRepeatable = true;
        return batch;
    }

    /// <summary>Sends requests as a pipeline; replies as <see cref="Reply.ToString"/> shows them.</summary>
    public static Task<string> AskAsync(this ICommandChannel channel, params ReadOnlySpan<string> requests) =>
        channel.AskAsync(Of(requests));

    /// <summary>What follows may block: it is the test's, and so not for the connection's threads.</summary>
    public static async Task<string> AskAsync(
        this ICommandChannel channel, RequestBatch batch, SendMode mode = SendMode.Pipeline,
        CancellationToken? cancellationToken = null)
    {
        IReadOnlyList<Reply> replies = await CallerTask.From(channel.SendAsync(
            batch, mode, cancellationToken ?? TestContext.Current.CancellationToken).AsTask());
        return string.Join(' ', replies);
    }
}
