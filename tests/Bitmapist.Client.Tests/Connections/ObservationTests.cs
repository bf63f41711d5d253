using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Bitmapist.Client.Tests.Connections;

/// <summary>What operators see: log lines and metrics; and how applications get a client.</summary>
public sealed class ObservationTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Connecting_and_losing_are_logged()
    {
        await using var server = new FakeServer(async session =>
        {
            await session.ReadAsync();
            if (session.Number == 1) session.Close();
            else await session.SendAsync(":1\r\n");
            await session.EchoAsync();
        });
        var log = new ListLogger();
        BitmapistOptions options = server.Options();
        options.LoggerFactory = log;
        await using (ServerConnection channel = await ServerConnection.ConnectAsync(options, Cancel))
            Assert.Equal(":1", await channel.AskAsync(Batches.Repeatable("GETBIT k 1")));
        string place = $"redis://127.0.0.1:{server.Port}/0";
        Assert.Collection(log.Lines,
            line => Assert.StartsWith($"connected to {place} in ", line.Text, StringComparison.Ordinal),
            line => Assert.Equal((2, LogLevel.Warning, $"connection to {place} lost: the server closed it; "
                + "batches to be sent again: 1, failed: 0"), (line.Id, line.Level, line.Text)),
            line => Assert.StartsWith($"connected to {place} in ", line.Text, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Requests_round_trips_bytes_losses_and_durations_are_measured()
    {
        await using var server = new FakeServer(async session =>
        {
            await session.SkipAsync(2);
            await session.SendAsync(":1\r\n:2\r\n");
            await session.ReadAsync();
            session.Close();
        });
        string place = $"redis://127.0.0.1:{server.Port}/0";
        var sums = new ConcurrentDictionary<string, double>();
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, listener) =>
            {
                if (instrument.Meter.Name == "Bitmapist.Client") listener.EnableMeasurementEvents(instrument);
            },
        };
        void Add(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
        {
            Assert.Equal("server.address", tags[0].Key);
            if ((string?)tags[0].Value == place) sums.AddOrUpdate(instrument.Name, value, (_, sum) => sum + value);
        }

        listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Add(instrument, value, tags));
        listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Add(instrument, value, tags));
        listener.Start();
        await using (ServerConnection channel = await server.ConnectAsync())
        {
            RequestBatch batch = Batches.Of("GETBIT k 1", "GETBIT k 2");
            await channel.AskAsync(batch);
            await Assert.ThrowsAsync<ConnectionLostException>(() => channel.AskAsync("PING"));
            await Eventually.IsAsync(() => sums.ContainsKey("bitmapist.client.reconnects"), "a second connection");
            Assert.Equal(batch.Wire.Length + "*1\r\n$4\r\nPING\r\n".Length, sums["bitmapist.client.sent"]);
        }

        Assert.Equal(2, sums["bitmapist.client.requests"]);
        Assert.Equal(1, sums["bitmapist.client.round_trips"]);
        Assert.Equal(1, sums["bitmapist.client.failures"]);
        Assert.Equal(8, sums["bitmapist.client.received"]);
        Assert.True(sums["bitmapist.client.duration"] > 0);
    }

    [Fact]
    public async Task An_application_gets_one_client_that_connects_when_it_is_used()
    {
        int port = Bitmapist.Testing.Servers.ServerProcess.FreePort();
        await using ServiceProvider provider = new ServiceCollection()
            .AddLogging()
            .AddBitmapist($"redis://127.0.0.1:{port}/3?prefix=app_")
            .BuildServiceProvider();
        var client = provider.GetRequiredService<BitmapistClient>(); // nothing listens there, and nothing fails
        Assert.Same(client, provider.GetRequiredService<BitmapistClient>());
        Assert.Equal(("app_", 3, port), (client.Options.KeyPrefix, client.Options.Database, client.Options.Port));
        Assert.NotNull(client.Options.LoggerFactory);
    }

    [Fact]
    public async Task An_application_may_set_options_itself()
    {
        await using ServiceProvider provider = new ServiceCollection()
            .AddSingleton<TimeProvider>(new Bitmapist.Testing.Files.ManualTime())
            .AddBitmapist("elsewhere:7000")
            .AddBitmapist(options => options.Port = 7001)
            .BuildServiceProvider();
        BitmapistOptions options = provider.GetRequiredService<BitmapistClient>().Options;
        Assert.Equal(("localhost", 7001), (options.Host, options.Port)); // the last registration counts
        Assert.IsType<Bitmapist.Testing.Files.ManualTime>(options.TimeProvider);
    }

    [Fact]
    public void A_wrong_connection_string_shows_at_registration() =>
        Assert.Throws<FormatException>(() => new ServiceCollection().AddBitmapist("http://host"));
}
