using Bitmapist.Client.Connections;
using Bitmapist.Client.Events;
using Bitmapist.Client.Tests.Connections;
using Bitmapist.Resp.Replies;

namespace Bitmapist.Client.Tests.Asking;

public sealed class OddReplyTests
{
    [Fact]
    public async Task A_reply_of_another_kind_than_its_command_has_is_a_protocol_violation()
    {
        await using var client = new BitmapistClient(new OkChannel(), ClientSettings.Of(KeyLayout.Bitmapist4));
        var violation = await Assert.ThrowsAsync<ProtocolViolationException>(
            () => client.CountAsync(new UniqueEvents("a"), TestContext.Current.CancellationToken));
        Assert.Contains("BITCOUNT bitmapist_a_u", violation.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<ProtocolViolationException>(() => client.CountAsync(
            new UniqueEvents("a") & new UniqueEvents("b"), TestContext.Current.CancellationToken));
    }

    public static TheoryData<string> Operations => [.. ClientOperations.Names];

    /// <summary>Whatever is asked: what is no answer is a violation of the protocol, and nothing else.</summary>
    [Theory]
    [MemberData(nameof(Operations))]
    public async Task No_operation_fails_with_anything_else(string name)
    {
        await using var client = new BitmapistClient(new OkChannel(), ClientSettings.Of(KeyLayout.Bitmapist4));
        Exception? failure = await Record.ExceptionAsync(
            () => ClientOperations.RunAsync(name, client, TestContext.Current.CancellationToken));
        bool reads = !name.Contains("ark", StringComparison.Ordinal) && name != "Transaction"; // marks need no answer
        if (reads) Assert.IsType<ProtocolViolationException>(failure);
        else Assert.Null(failure);
    }

    /// <summary>Answers everything with +OK.</summary>
    private sealed class OkChannel : ICommandChannel
    {
        public ValueTask<IReadOnlyList<Reply>> SendAsync(
            RequestBatch batch, SendMode mode, CancellationToken cancellationToken)
        {
            var reader = new ReplyReader();
            Assert.Equal(ReplyStatus.Complete, reader.Read("+OK\r\n"u8, out _));
            IReadOnlyList<Reply> replies = [.. Enumerable.Repeat(reader.Reply, batch.Count)];
            return ValueTask.FromResult(replies);
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
