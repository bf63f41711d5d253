using System.Buffers;
using System.Net.Sockets;
using Bitmapist.Resp.Replies;

namespace Bitmapist.Demo;

/// <summary>A plain blocking connection.</summary>
internal sealed class RespClient : IDisposable
{
    private readonly Socket _socket =
        new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    private readonly ArrayBufferWriter<byte> _requests = new();
    private readonly ReplyReader _replies = new();
    private readonly byte[] _received = new byte[64 * 1024];
    private int _start, _end;

    public RespClient(int port) => _socket.Connect("127.0.0.1", port);

    public void Write(params ReadOnlySpan<string> arguments) => RequestWriter.Write(_requests, arguments);

    public void Flush()
    {
        _socket.Send(_requests.WrittenSpan);
        _requests.ResetWrittenCount();
    }

    /// <summary>Reads a reply; an error is an exception.</summary>
    public Reply Read()
    {
        while (true)
        {
            if (_start == _end)
            {
                _start = 0;
                _end = _socket.Receive(_received);
                if (_end == 0) throw new EndOfStreamException("The server closed the connection.");
            }

            ReplyStatus status = _replies.Read(_received.AsSpan(_start.._end), out int consumed);
            _start += consumed;
            if (status == ReplyStatus.Incomplete) continue;
            if (status != ReplyStatus.Complete) throw new InvalidDataException(_replies.Error);
            return _replies.Reply.IsError ? throw new InvalidDataException(_replies.Reply.ToString()) : _replies.Reply;
        }
    }

    public Reply Call(params ReadOnlySpan<string> arguments)
    {
        Write(arguments);
        Flush();
        return Read();
    }

    public void Dispose() => _socket.Dispose();
}
