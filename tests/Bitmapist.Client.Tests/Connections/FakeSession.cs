using System.Net.Sockets;
using System.Text;
using Bitmapist.Resp.Requests;

namespace Bitmapist.Client.Tests.Connections;

/// <summary>One connection of a <see cref="FakeServer"/>.</summary>
internal sealed class FakeSession : IDisposable
{
    private readonly Socket _socket;
    private readonly RequestReader _reader = new();
    private readonly TaskCompletionSource _silence = new();
    private readonly byte[] _buffer = new byte[64 * 1024];
    private ReadOnlyMemory<byte> _rest;

    public FakeSession(Socket socket, int number)
    {
        _socket = socket;
        _socket.NoDelay = true;
        Number = number;
    }

    /// <summary>1 for the first connection to the server.</summary>
    public int Number { get; }

    /// <summary>Bytes received so far.</summary>
    public long ReceivedBytes { get; private set; }

    /// <summary>Bytes that have come and wait to be read.</summary>
    public int UnreadBytes => _socket.Available;

    /// <summary>The next request's arguments.</summary>
    /// <exception cref="EndOfStreamException">The client closed the connection.</exception>
    public async Task<string[]> ReadAsync()
    {
        while (true)
        {
            RequestStatus status = _reader.Read(_rest, out int consumedBytes);
            _rest = _rest[consumedBytes..];
            if (status == RequestStatus.Complete)
            {
                Request request = _reader.Request;
                return [.. Enumerable.Range(0, request.Count).Select(i => Encoding.Latin1.GetString(request[i]))];
            }

            Assert.Equal(RequestStatus.Incomplete, status);
            int received = await _socket.ReceiveAsync(_buffer);
            if (received == 0) throw new EndOfStreamException();
            ReceivedBytes += received;
            _rest = _buffer.AsMemory(0, received);
        }
    }

    /// <summary>Reads requests and drops them.</summary>
    public async Task SkipAsync(int count)
    {
        for (int i = 0; i < count; i++) await ReadAsync();
    }

    /// <summary>Answers every request with its last argument as a bulk string, until the client goes.</summary>
    public async Task EchoAsync()
    {
        while (true)
        {
            string text = (await ReadAsync())[^1];
            await SendAsync($"${text.Length}\r\n{text}\r\n");
        }
    }

    /// <summary>Waits until bytes are there to be read, and leaves them there.</summary>
    public async Task WaitForBytesAsync() => await _socket.ReceiveAsync(Memory<byte>.Empty);

    /// <summary>Waits for a test's word, or until the server is disposed.</summary>
    public Task UntilAsync(Task word) => Task.WhenAny(word, _silence.Task);

    /// <summary>Neither reads nor sends until the server is disposed.</summary>
    public Task SilenceAsync() => _silence.Task;

    /// <summary>Sends characters as bytes.</summary>
    public Task SendAsync(string latin1) => SendAsync(Encoding.Latin1.GetBytes(latin1));

    public async Task SendAsync(ReadOnlyMemory<byte> bytes)
    {
        while (!bytes.IsEmpty) bytes = bytes[await _socket.SendAsync(bytes)..];
    }

    /// <summary>Closes the connection in order: what was sent arrives.</summary>
    public void Close()
    {
        _socket.Shutdown(SocketShutdown.Send);
        _socket.Dispose();
    }

    /// <summary>Closes the connection with a reset.</summary>
    public void Reset() => _socket.Close(timeout: 0);

    public void Dispose()
    {
        _silence.TrySetResult();
        _socket.Dispose();
    }
}
