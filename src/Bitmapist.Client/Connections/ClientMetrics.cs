using System.Diagnostics.Metrics;

namespace Bitmapist.Client.Connections;

/// <summary>
/// What a connection did, for listeners to the meter "Bitmapist.Client" (dotnet-counters, OpenTelemetry). Every
/// measurement carries the tag <c>server.address</c>. Costs next to nothing while nobody listens.
/// </summary>
internal sealed class ClientMetrics(string address)
{
    /// <summary>The meter's name.</summary>
    public const string MeterName = "Bitmapist.Client";

    private static readonly Meter s_meter = new(MeterName);

    private static readonly Counter<long> s_requests = s_meter.CreateCounter<long>(
        "bitmapist.client.requests", "{request}", "Requests answered.");

    private static readonly Counter<long> s_roundTrips = s_meter.CreateCounter<long>(
        "bitmapist.client.round_trips", "{batch}", "Batches answered; a caller waits once for each.");

    private static readonly Counter<long> s_failures = s_meter.CreateCounter<long>(
        "bitmapist.client.failures", "{batch}", "Batches lost, timed out, refused or cancelled.");

    private static readonly Counter<long> s_sent = s_meter.CreateCounter<long>(
        "bitmapist.client.sent", "By", "Bytes of requests sent.");

    private static readonly Counter<long> s_received = s_meter.CreateCounter<long>(
        "bitmapist.client.received", "By", "Bytes of replies received.");

    private static readonly Counter<long> s_reconnects = s_meter.CreateCounter<long>(
        "bitmapist.client.reconnects", "{connection}", "Connections made after the first.");

    private static readonly Histogram<double> s_duration = s_meter.CreateHistogram<double>(
        "bitmapist.client.duration", "s", "Time from a batch's request to its last reply, waiting included.");

    private readonly KeyValuePair<string, object?> _tag = new("server.address", address);

    /// <summary>A batch was answered.</summary>
    public void Answered(int requests, TimeSpan duration)
    {
        s_requests.Add(requests, _tag);
        s_roundTrips.Add(1, _tag);
        s_duration.Record(duration.TotalSeconds, _tag);
    }

    /// <summary>A batch was not answered.</summary>
    public void Failed() => s_failures.Add(1, _tag);

    /// <summary>Bytes went to the socket.</summary>
    public void Sent(int bytes) => s_sent.Add(bytes, _tag);

    /// <summary>Bytes came from the socket.</summary>
    public void Received(int bytes) => s_received.Add(bytes, _tag);

    /// <summary>The connection was made anew.</summary>
    public void Reconnected() => s_reconnects.Add(1, _tag);
}
