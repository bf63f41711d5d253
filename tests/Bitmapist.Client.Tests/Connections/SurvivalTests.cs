using System.Diagnostics.Metrics;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Bitmapist.Client.Tests.Connections;

/// <summary>What the application's own parts throw must not end the client.</summary>
public sealed class SurvivalTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public void A_socket_that_cannot_be_made_is_a_connection_that_cannot_be_made()
    {
        var options = new BitmapistOptions { Host = "127.0.0.1", Port = 6379 };
        var dialer = new Dialer(
            options, NullLogger.Instance, () => throw new SocketException((int)SocketError.TooManyOpenSockets));
        var attempt = new Attempt(TimeProvider.System, long.MaxValue);
        ConnectionLostException failure = Assert.Throws<ConnectionLostException>(() => dialer.Connect(attempt));
        Assert.StartsWith("redis://127.0.0.1:6379/0: no connection: ", failure.Message, StringComparison.Ordinal);
        Assert.IsType<SocketException>(failure.InnerException);
    }

    [Fact]
    public async Task A_logger_that_throws_costs_its_lines_only()
    {
        await using var server = new FakeServer(async session =>
        {
            await session.ReadAsync();
            if (session.Number == 1) return;
            await session.SendAsync((await session.ReadAsync())[^1] == "c" ? "$1\r\na\r\n$1\r\nc\r\n" : "-ERR\r\n");
            await session.SilenceAsync();
        });
        BitmapistOptions options = server.Options(responseTimeoutMs: 1_000);
        options.LoggerFactory = new ThrowingLogger();
        ServerConnection channel = await ServerConnection.ConnectAsync(options, Cancel);
        await Assert.ThrowsAsync<ConnectionLostException>(() => channel.AskAsync("SETBIT k 1 1"));
        // The second connection swallows a request: it times out, which is logged on a thread for that.
        await Assert.ThrowsAsync<BitmapistTimeoutException>(() => channel.AskAsync("ECHO a"));
        Assert.Equal("$1 c", await channel.AskAsync(Batches.Repeatable("ECHO c")));
        Task<string> waiting = channel.AskAsync("ECHO d");
        await channel.DisposeAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(30), Cancel);
        await Assert.ThrowsAsync<ConnectionLostException>(() => waiting);
    }

    [Fact]
    public async Task A_listener_that_throws_costs_an_attempt_only()
    {
        await using var server = new FakeServer(async session =>
        {
            if (session.Number > 2) await session.EchoAsync();
            await session.ReadAsync();
        });
        string place = $"redis://127.0.0.1:{server.Port}/0";
        int thrown = 0;
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, listener) =>
            {
                if (instrument.Name == "bitmapist.client.reconnects") listener.EnableMeasurementEvents(instrument);
            },
        };
        listener.SetMeasurementEventCallback<long>((_, _, tags, _) =>
        {
            if ((string?)tags[0].Value == place && Interlocked.Increment(ref thrown) == 1)
                throw new InvalidOperationException("no more room");
        });
        listener.Start();
        var log = new ListLogger();
        BitmapistOptions options = server.Options();
        options.LoggerFactory = log;
        ServerConnection channel = await ServerConnection.ConnectAsync(options, Cancel);
        await Assert.ThrowsAsync<ConnectionLostException>(() => channel.AskAsync("SETBIT k 1 1"));
        Assert.Equal("$1 a", await channel.AskAsync("ECHO a").WaitAsync(TimeSpan.FromSeconds(30), Cancel));
        Assert.Equal(3, server.Connections);
        Assert.EndsWith("no more room", log.Lines.Single(line => line.Id == 8).Text, StringComparison.Ordinal);
        await channel.DisposeAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(30), Cancel);
    }

    [Fact]
    public async Task A_sweep_that_fails_is_made_again()
    {
        await using var server = new FakeServer(session => session.SilenceAsync());
        var clock = new FaultyClock();
        BitmapistOptions options = server.Options(responseTimeoutMs: 300);
        options.LoggerFactory = clock.Log;
        await using ServerConnection channel = ServerConnection.Create(options, clock);
        await Assert.ThrowsAsync<BitmapistTimeoutException>(
            () => channel.AskAsync("ECHO a").WaitAsync(TimeSpan.FromSeconds(30), Cancel));
        Assert.Contains(clock.Log.Lines, line => line.Id == 8);
    }

    private sealed class ThrowingLogger : ILoggerFactory, ILogger
    {
        public ILogger CreateLogger(string categoryName) => this;

        public void AddProvider(ILoggerProvider provider)
        {
        }

        public bool IsEnabled(LogLevel logLevel) => true;

        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception,
            Func<TState, Exception?, string> formatter) => throw new IOException("the disk is full");

        public void Dispose()
        {
        }
    }

    /// <summary>The system's time; the first look at it to see whose time has run out fails.</summary>
    private sealed class FaultyClock : TimeProvider
    {
        private int _looks;

        public ListLogger Log { get; } = new();

        public override long GetTimestamp() =>
            Thread.CurrentThread.Name == "bitmapist clock" && Interlocked.Increment(ref _looks) == 1
                ? throw new InvalidOperationException("the clock stands") : base.GetTimestamp();
    }
}
