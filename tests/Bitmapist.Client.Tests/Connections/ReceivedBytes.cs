using System.Diagnostics.Metrics;

namespace Bitmapist.Client.Tests.Connections;

/// <summary>Bytes of replies that clients of a server have received, as their meter tells.</summary>
internal sealed class ReceivedBytes : IDisposable
{
    private readonly MeterListener _listener = new();
    private long _sum;

    public ReceivedBytes(int port)
    {
        string place = $"redis://127.0.0.1:{port}/0";
        _listener.InstrumentPublished = static (instrument, listener) =>
        {
            if (instrument.Name == "bitmapist.client.received") listener.EnableMeasurementEvents(instrument);
        };
        _listener.SetMeasurementEventCallback<long>((_, bytes, tags, _) =>
        {
            if ((string?)tags[0].Value == place) Interlocked.Add(ref _sum, bytes);
        });
        _listener.Start();
    }

    public long Sum => Volatile.Read(ref _sum);

    public void Dispose() => _listener.Dispose();
}
