using System.Net;
using System.Net.Sockets;

namespace Bitmapist.Testing.Wire;

/// <summary>
/// A bare socket to a server under test: sends bytes, reads replies as the bytes they were. Every wait ends after
/// <see cref="Limits.SilenceMs"/> of silence with a message that shows what had arrived. One sender and one receiver at
/// a time.
/// </summary>
public sealed class RawConnection : IDisposable
{
    private readonly Socket _socket;
    private byte[] _buffer = new byte[64 * 1024];
    private int _start;
    private int _end;

    private RawConnection(Socket socket) => _socket = socket;

    /// <summary>Connects to a port on the loopback address.</summary>
    public static async Task<RawConnection> ConnectAsync(int port)
    {
        Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        using CancellationTokenSource silence = new(Limits.SilenceMs);
        await socket.ConnectAsync(new IPEndPoint(IPAddress.Loopback, port), silence.Token);
        return new RawConnection(socket);
    }

    /// <summary>Sends bytes as they are.</summary>
    /// <exception cref="TimeoutException">The server accepted no byte for <see cref="Limits.SilenceMs"/>.</exception>
    public async Task SendBytesAsync(ReadOnlyMemory<byte> bytes)
    {
        for (int sent = 0; sent < bytes.Length;)
        {
            using CancellationTokenSource silence = new(Limits.SilenceMs);
            try
            {
                sent += await _socket.SendAsync(bytes[sent..], silence.Token);
            }
            catch (OperationCanceledException)
            {
                throw new TimeoutException($"The server stopped reading after {sent} of {bytes.Length} bytes.");
            }
        }
    }

    /// <summary>Sends one command written as in redis-cli (see <see cref="CommandLine"/>).</summary>
    public Task SendAsync(string command) => SendBytesAsync(CommandLine.Encode(command));

    /// <summary>Sends one command and returns its whole reply, raw.</summary>
    public async Task<byte[]> AskAsync(string command)
    {
        await SendAsync(command);
        return await ReceiveAsync();
    }

    /// <summary>Sends several commands in one write and returns as many raw replies.</summary>
    public async Task<List<byte[]>> AskAllAsync(IEnumerable<string> commands)
    {
        List<byte[]> frames = [.. commands.Select(CommandLine.Encode)];
        await SendBytesAsync(frames.SelectMany(frame => frame).ToArray());
        return await ReceiveAsync(frames.Count);
    }

    /// <summary>Reads exactly one reply.</summary>
    /// <exception cref="TimeoutException">No byte came for <see cref="Limits.SilenceMs"/>.</exception>
    /// <exception cref="EndOfStreamException">The server closed the connection before the reply was whole.</exception>
    public async Task<byte[]> ReceiveAsync()
    {
        while (true)
        {
            int replyBytes = _start < _end ? ReplyFraming.MeasureReply(_buffer.AsSpan(_start, _end - _start)) : -1;
            if (replyBytes >= 0)
            {
                _start += replyBytes;
                return _buffer.AsSpan(_start - replyBytes, replyBytes).ToArray();
            }
            if (!await FillAsync()) throw new EndOfStreamException($"The server closed the connection {Pending()}.");
        }
    }

    /// <summary>Reads exactly <paramref name="count"/> replies.</summary>
    public async Task<List<byte[]>> ReceiveAsync(int count)
    {
        List<byte[]> replies = new(count);
        while (replies.Count < count) replies.Add(await ReceiveAsync());
        return replies;
    }

    /// <summary>Everything up to the moment the server closes the connection.</summary>
    /// <exception cref="TimeoutException">It did not close for <see cref="Limits.SilenceMs"/>.</exception>
    public async Task<byte[]> ReceiveUntilClosedAsync()
    {
        while (await FillAsync()) { }
        byte[] rest = _buffer[_start.._end];
        _start = _end;
        return rest;
    }

    /// <summary>Says that nothing more will be sent, and goes on reading.</summary>
    public void EndSending() => _socket.Shutdown(SocketShutdown.Send);

    /// <summary>Closes with a reset instead of a farewell, as a crashed client's machine does.</summary>
    public void Reset() => _socket.Close(timeout: 0);

    public void Dispose() => _socket.Dispose();

    private async ValueTask<bool> FillAsync()
    {
        MakeRoom();
        using CancellationTokenSource silence = new(Limits.SilenceMs);
        try
        {
            int received = await _socket.ReceiveAsync(_buffer.AsMemory(_end), silence.Token);
            _end += received;
            return received > 0;
        }
        catch (OperationCanceledException)
        {
            throw new TimeoutException($"No byte from the server for {Limits.SilenceMs} ms {Pending()}.");
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.ConnectionReset)
        {
            return false;
        }
    }

    private void MakeRoom()
    {
        if (_start == _end) _start = _end = 0;
        if (_end < _buffer.Length) return;
        byte[] target = _end - _start > _buffer.Length / 2 ? new byte[_buffer.Length * 2] : _buffer;
        _buffer.AsSpan(_start, _end - _start).CopyTo(target);
        (_buffer, _start, _end) = (target, 0, _end - _start);
    }

    private string Pending() => _start == _end
        ? "before a reply began"
        : "within a reply: " + Text.Excerpt(_buffer.AsSpan(_start, _end - _start), 200);
}
