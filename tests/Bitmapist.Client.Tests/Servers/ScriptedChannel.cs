using System.Text;
using Bitmapist.Client.Connections;
using Bitmapist.Resp.Replies;

namespace Bitmapist.Client.Tests.Servers;

/// <summary>Answers each request as a test says, and keeps what was sent.</summary>
/// <param name="answer">Gives the reply on the wire to a request: its command and first argument, and a space.</param>
internal sealed class ScriptedChannel(Func<string, string> answer) : ICommandChannel
{
    /// <summary>Every request, with whether its batch was repeatable.</summary>
    public List<(string Request, bool IsRepeatable)> Sent { get; } = [];

    public ValueTask<IReadOnlyList<Reply>> SendAsync(
        RequestBatch batch, SendMode mode, CancellationToken cancellationToken)
    {
        var replies = new List<Reply>();
        foreach (string[] arguments in WireRequests.Of(batch.Wire))
        {
            string request = string.Join(' ', arguments.Take(2));
            Sent.Add((request, batch.IsRepeatable));
            var reader = new ReplyReader();
            Assert.Equal(ReplyStatus.Complete, reader.Read(Encoding.UTF8.GetBytes(answer(request)), out _));
            replies.Add(reader.Reply);
        }

        return ValueTask.FromResult<IReadOnlyList<Reply>>(replies);
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
