using Bitmapist.Engine.Keyspace;
using Bitmapist.Server.State;
using Prometheus;

namespace Bitmapist.Http.Metrics;

/// <summary>
/// The text of /metrics. It is made anew for each scrape from what the server counts anyway: values may go back, as
/// after CONFIG RESETSTAT, and nothing is kept in between. One scrape at a time; others wait. Thread-safe.
/// </summary>
internal sealed class MetricsPage(ServerState server) : IDisposable
{
    /// <summary>Prometheus's text format.</summary>
    public const string ContentType = "text/plain; version=0.0.4; charset=utf-8";

    private readonly SemaphoreSlim _scraping = new(1, 1);
    private readonly Session _session = new(server.Store);
    private int _lengthExpected = 16 * 1024;

    /// <summary>The metrics now.</summary>
    public async ValueTask<ReadOnlyMemory<byte>> WriteAsync(CancellationToken cancellation)
    {
        await _scraping.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            var text = new MemoryStream(_lengthExpected + (_lengthExpected / 8));
            var reading = new Reading(server, _session);
            await RegistryOf(reading).CollectAndExportAsTextAsync(text, CancellationToken.None).ConfigureAwait(false);
            DurationText.Append(text, reading);
            _lengthExpected = (int)text.Length;
            return text.GetBuffer().AsMemory(0, (int)text.Length);
        }
        finally
        {
            _scraping.Release();
        }
    }

    public void Dispose()
    {
        _scraping.Dispose();
        _session.Dispose();
    }

    private static CollectorRegistry RegistryOf(Reading reading)
    {
        CollectorRegistry registry = Prometheus.Metrics.NewCustomRegistry();
        MetricFactory factory = Prometheus.Metrics.WithCustomRegistry(registry);
        foreach (MetricFamily family in MetricFamilies.All)
        {
            if (family.Kind == MetricKind.Counter)
            {
                Counter counter = factory.CreateCounter(family.Name, family.Help, family.Labels);
                foreach (Sample sample in family.Read(reading)) counter.WithLabels(sample.Labels).IncTo(sample.Value);
            }
            else if (family.Kind == MetricKind.Gauge)
            {
                Gauge gauge = factory.CreateGauge(family.Name, family.Help, family.Labels);
                foreach (Sample sample in family.Read(reading)) gauge.WithLabels(sample.Labels).Set(sample.Value);
            }
        }

        return registry;
    }
}
