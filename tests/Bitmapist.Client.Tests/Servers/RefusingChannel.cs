using Bitmapist.Resp.Replies;

namespace Bitmapist.Client.Tests.Servers;

/// <summary>A server as it was before it knew some command.</summary>
internal sealed class RefusingChannel(ICommandChannel inner, string command) : ICommandChannel
{
    public async ValueTask<IReadOnlyList<Reply>> SendAsync(
        RequestBatch batch, SendMode mode, CancellationToken cancellationToken)
    {
        string[] requests =
            [.. Enumerable.Range(0, batch.Count).Select(index => RequestText.At(batch.Wire.Span, index))];
        IReadOnlyList<Reply> replies = await inner.SendAsync(batch, mode, cancellationToken);
        return [.. replies.Select((reply, index) =>
            requests[index].StartsWith(command + ' ', StringComparison.Ordinal) ? Refusal() : reply)];
    }

    public ValueTask DisposeAsync() => inner.DisposeAsync();

    private static Reply Refusal()
    {
        var reader = new ReplyReader();
        Assert.Equal(ReplyStatus.Complete, reader.Read("-ERR unknown command\r\n"u8, out _));
        return reader.Reply;
    }
}
