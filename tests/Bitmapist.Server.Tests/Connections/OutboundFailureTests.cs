using System.IO.Pipelines;
using Bitmapist.Server.State;

namespace Bitmapist.Server.Tests.Connections;

/// <summary>
/// What keeps replies from being sent ends the connection, whatever it is: its client would wait for ever.
/// </summary>
public sealed class OutboundFailureTests
{
    private static readonly TimeSpan s_timeout = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task A_failure_that_nobody_thought_of_is_told_and_ends_the_connection()
    {
        ServerState server = PipedClient.NewServer();
        var client = new PipedClient(server, output => new FailingWriter(output, new NotSupportedException("a bug")));
        await client.WriteAsync([.. Enumerable.Repeat("COMMAND DOCS", 100)]);
        InvalidOperationException told = await Assert.ThrowsAsync<InvalidOperationException>(
            () => client.Running.WaitAsync(s_timeout, TestContext.Current.CancellationToken));
        Assert.Equal("a bug", told.InnerException!.Message);
        Assert.Equal(0, server.ClientMemory.Bytes);
        Assert.Equal(0, server.Clients.Count);
    }

    [Fact]
    public async Task A_client_that_has_gone_is_no_failure()
    {
        ServerState server = PipedClient.NewServer();
        var client = new PipedClient(server, output => new FailingWriter(output, new IOException("reset by peer")));
        await client.WriteAsync([.. Enumerable.Repeat("COMMAND DOCS", 100)]);
        await client.Running.WaitAsync(s_timeout, TestContext.Current.CancellationToken);
        Assert.Equal(0, server.ClientMemory.Bytes);
    }

    /// <summary>The second flush takes a while, and then does not end well.</summary>
    private sealed class FailingWriter(PipeWriter inner, Exception failure) : PipeWriter
    {
        private int _flushes;

        public override bool CanGetUnflushedBytes => true;

        public override long UnflushedBytes => inner.UnflushedBytes;

        public override void Advance(int bytes) => inner.Advance(bytes);

        public override Memory<byte> GetMemory(int sizeHint = 0) => inner.GetMemory(sizeHint);

        public override Span<byte> GetSpan(int sizeHint = 0) => inner.GetSpan(sizeHint);

        public override void CancelPendingFlush() => inner.CancelPendingFlush();

        public override void Complete(Exception? exception = null) => inner.Complete(exception);

        public override async ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default)
        {
            if (Interlocked.Increment(ref _flushes) == 1) return new FlushResult(isCanceled: false, isCompleted: false);
            await Eventually.AMomentAsync(20);
            throw failure;
        }
    }
}
