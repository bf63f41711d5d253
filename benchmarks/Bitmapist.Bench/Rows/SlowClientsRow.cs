using System.Net.Sockets;
using Bitmapist.Bench.Data;
using Bitmapist.Bench.Load;
using Bitmapist.Bench.Peers;
using Bitmapist.Bench.Report;

namespace Bitmapist.Bench.Rows;

/// <summary>
/// The 99th percentile of GETBIT's latency at a steady rate beside clients of which half have sent half a request and
/// no more, and half send a byte a second.
/// </summary>
/// <param name="asked">The keys asked about.</param>
/// <param name="clients">How many slow clients.</param>
internal sealed class SlowClientsRow(EventKeys asked, int clients)
    : LoadRow($"GETBIT p99 at 5,000/s, beside {clients:N0} slow clients", Unit.Microseconds, asked)
{
    protected override LoadGenerator Connect(Peer peer) => PacedLoad.Connect(peer, asked, []);

    protected override Sample Measure(Peer peer, LoadGenerator load, TimeSpan duration)
    {
        using var slow = new SlowClients(peer.Port, clients);
        LoadResult result = load.Run(duration, PacedLoad.IntervalNs);
        double p99Us = result.Latencies.PercentileUs(0.99);
        return new Sample(p99Us, P99Us: p99Us, GeneratorShare: result.GeneratorShare);
    }

    /// <summary>The clients, and the thread that sends for them.</summary>
    private sealed class SlowClients : IDisposable
    {
        private static readonly byte[] s_ping = "*1\r\n$4\r\nPING\r\n"u8.ToArray();
        private static readonly byte[] s_half = "*3\r\n$6\r\nGETBIT\r\n$"u8.ToArray();
        private readonly List<TcpClient> _open = [];
        private readonly ManualResetEventSlim _ended = new();
        private readonly Thread _sender;

        public SlowClients(int port, int count)
        {
            for (int i = 0; i < count; i++)
            {
                _open.Add(new TcpClient("127.0.0.1", port) { NoDelay = true });
                if (i >= count / 2) _open[i].GetStream().Write(s_half);
            }

            _sender = new Thread(() => Send(_open[..(count / 2)])) { IsBackground = true };
            _sender.Start();
        }

        public void Dispose()
        {
            _ended.Set();
            _sender.Join();
            foreach (TcpClient client in _open) client.Dispose();
            _ended.Dispose();
        }

        /// <summary>A byte a second to each, spread over the second.</summary>
        private void Send(List<TcpClient> slow)
        {
            TimeSpan pause = TimeSpan.FromSeconds(1.0 / slow.Count);
            for (int sent = 0; !_ended.Wait(pause); sent++)
                slow[sent % slow.Count].GetStream().Write([s_ping[sent / slow.Count % s_ping.Length]]);
        }
    }
}
