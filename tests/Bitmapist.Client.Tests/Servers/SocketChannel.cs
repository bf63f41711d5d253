using System.Net;
using System.Net.Sockets;
using Bitmapist.Client.Connections;
using Bitmapist.Resp.Replies;

namespace Bitmapist.Client.Tests.Servers;

/// <summary>
/// A channel over one plain socket, one batch at a time, that counts batches and requests: what a client sends, without
/// how it is carried.
/// </summary>
internal sealed class SocketChannel : ICommandChannel
{
    private readonly Socket _socket = new(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    private readonly SemaphoreSlim _turn = new(1);
    private readonly ReplyReader _reader = new();
    private readonly byte[] _buffer = new byte[64 * 1024];
    private int _start;
    private int _end;

    public int Batches { get; private set; }

    public int Requests { get; private set; }

    /// <summary>Bytes that came from the socket.</summary>
    public long ReceivedBytes { get; private set; }

    /// <summary>Bytes of the longest reply string so far.</summary>
    public int LongestReplyBytes { get; private set; }

    /// <summary>Every request since the last reset, arguments joined by spaces.</summary>
    public List<string> Log { get; } = [];

    /// <summary>Called with each batch's number before it is sent: for cutting in.</summary>
    public Func<int, Task>? BeforeBatch { get; set; }

    public static async Task<SocketChannel> ConnectAsync(int port)
    {
        var channel = new SocketChannel();
        await channel._socket.ConnectAsync(new IPEndPoint(IPAddress.Loopback, port));
        return channel;
    }

    public void Reset()
    {
        Batches = 0;
        Requests = 0;
        ReceivedBytes = 0;
        Log.Clear();
    }

    public async ValueTask<IReadOnlyList<Reply>> SendAsync(
        RequestBatch batch, SendMode mode, CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken);
        try
        {
            Batches++;
            Requests += batch.Count;
            Record(batch.Wire);
            if (BeforeBatch is not null) await BeforeBatch(Batches);
            bool isTransaction = mode == SendMode.Transaction;
            if (isTransaction) await WriteAsync("*1\r\n$5\r\nMULTI\r\n"u8.ToArray());
            await WriteAsync(batch.Wire);
            if (isTransaction) await WriteAsync("*1\r\n$4\r\nEXEC\r\n"u8.ToArray());
            var replies = new List<Reply>();
            int expected = batch.Count + (isTransaction ? 2 : 0);
            while (replies.Count < expected) replies.Add(await ReadAsync());
            if (!isTransaction) return replies;
            if (replies[^1].IsError) throw ServerErrorException.Of(replies[^1], "The transaction was refused");
            return replies[^1].Items;
        }
        finally
        {
            _turn.Release();
        }
    }

    public ValueTask DisposeAsync()
    {
        _socket.Dispose();
        _turn.Dispose();
        return ValueTask.CompletedTask;
    }

    private async Task WriteAsync(ReadOnlyMemory<byte> bytes)
    {
        // Replies of a long pipeline would fill both socket buffers if nobody read them; batches here are short.
        while (!bytes.IsEmpty) bytes = bytes[await _socket.SendAsync(bytes)..];
    }

    private async Task<Reply> ReadAsync()
    {
        while (true)
        {
            ReplyStatus status = _reader.Read(_buffer.AsSpan(_start, _end - _start), out int consumed);
            _start += consumed;
            if (status == ReplyStatus.Complete)
            {
                Reply reply = _reader.Reply;
                if (reply.Kind == ReplyKind.BulkString)
                    LongestReplyBytes = Math.Max(LongestReplyBytes, reply.AsBytes().Length);
                return reply;
            }

            if (status == ReplyStatus.Invalid) throw new InvalidDataException(_reader.Error);
            _start = 0;
            _end = await _socket.ReceiveAsync(_buffer);
            ReceivedBytes += _end;
            if (_end == 0) throw new EndOfStreamException("The server closed the connection.");
        }
    }

    private void Record(ReadOnlyMemory<byte> wire)
    {
        foreach (string[] arguments in WireRequests.Of(wire))
            if (Log.Count < 100_000) Log.Add(string.Join(' ', arguments));
    }
}
