using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text;

namespace Bitmapist.Bench.Load;

/// <summary>One client of the load generator. Used by the generator's thread alone.</summary>
internal sealed unsafe class LoadConnection : IDisposable
{
    private readonly Socket _socket;
    private readonly IRequests _requests;
    private LatencyHistogram? _latencies;
    private int _left; // lines of the replies under way, or bytes
    private bool _countsBytes;
    private long _startedAt;

    public LoadConnection(int port, IRequests requests)
    {
        _socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        _socket.Connect(IPAddress.Loopback, port);
        _requests = requests;
        Descriptor = (int)_socket.Handle;
    }

    public int Descriptor { get; }

    /// <summary>Batches answered since the last <see cref="Reset"/>.</summary>
    public long Batches { get; private set; }

    public bool IsBusy => _left > 0;

    /// <summary>Whether the operation that the last batch belongs to wants more batches.</summary>
    public bool IsWithinOperation { get; private set; }

    /// <summary>When batches were due while another was under way; a paced load sends them as soon as it can.</summary>
    public Queue<long> Overdue { get; } = new();

    /// <summary>Counts from 0 again, and records latencies in the given place, if any.</summary>
    public void Reset(LatencyHistogram? latencies)
    {
        _latencies = latencies;
        Batches = 0;
    }

    /// <summary>Sends the next batch.</summary>
    /// <param name="startedAt">When its latency starts to count: a timestamp in nanoseconds.</param>
    public void Send(long startedAt)
    {
        ReadOnlySpan<byte> batch = _requests.Next();
        _countsBytes = _requests.ReplyBytes > 0;
        _left = _countsBytes ? _requests.ReplyBytes : _requests.ReplyLines;
        if (!IsWithinOperation) _startedAt = startedAt;
        IsWithinOperation = !_requests.EndsOperation;
        fixed (byte* bytes = batch)
        {
            // Blocking: a batch is smaller than a socket's buffer, and the server reads whatever it is sent.
            nint sentBytes = LibC.Send(Descriptor, bytes, batch.Length, LibC.NoSignal);
            if (sentBytes != batch.Length) throw new IOException($"send took {sentBytes} of {batch.Length} bytes");
        }
    }

    /// <summary>Takes what has arrived.</summary>
    /// <returns>The time now if that completes the batch, else 0.</returns>
    public long Receive(Span<byte> buffer)
    {
        nint receivedBytes;
        fixed (byte* bytes = buffer) receivedBytes = LibC.Receive(Descriptor, bytes, buffer.Length, LibC.DontWait);
        if (receivedBytes <= 0)
        {
            if (receivedBytes < 0 && Marshal.GetLastSystemError() is LibC.TryAgain or LibC.Interrupted) return 0;
            throw new IOException("The server closed a connection of the load generator.");
        }

        ReadOnlySpan<byte> replies = buffer[..(int)receivedBytes];
        // Every error starts with a minus sign, which no reply that is expected here holds; a bulk string may.
        bool isError = _countsBytes
            ? _left == _requests.ReplyBytes && replies[0] == '-'
            : replies.Contains((byte)'-');
        if (isError) throw new IOException($"error reply: {Encoding.ASCII.GetString(replies)}");
        _left -= _countsBytes ? replies.Length : replies.Count((byte)'\n');
        if (_left > 0) return 0;
        if (_left < 0) throw new IOException("The server sent more replies than it was asked for.");
        Batches++;
        long now = System.Diagnostics.Stopwatch.GetTimestamp();
        if (!IsWithinOperation) _latencies?.Record(now - _startedAt);
        return now;
    }

    public void Dispose() => _socket.Dispose();
}
