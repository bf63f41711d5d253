using System.Net.Sockets;
using System.Text;

namespace Bitmapist.Host.Tests.Systemd;

/// <summary>The end of a service manager: a datagram socket, and all that came to it.</summary>
internal sealed class ServiceManager : IDisposable
{
    private readonly Socket _socket = new(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
    private readonly List<string> _messages = [];
    private readonly byte[] _buffer = new byte[4096];

    /// <param name="path">The value of NOTIFY_SOCKET: a path, or @ and a name of the abstract namespace.</param>
    public ServiceManager(string path)
    {
        Path = path;
        _socket.Bind(new UnixDomainSocketEndPoint(path[0] == '@' ? "\0" + path[1..] : path));
        _socket.Blocking = false;
    }

    public string Path { get; }

    /// <summary>What has come so far.</summary>
    public IReadOnlyList<string> Messages
    {
        get
        {
            while (_socket.Poll(0, SelectMode.SelectRead))
                _messages.Add(Encoding.UTF8.GetString(_buffer, 0, _socket.Receive(_buffer)));
            return _messages;
        }
    }

    public bool Has(string message) => Messages.Any(each => each.Split('\n').Contains(message));

    public void Dispose() => _socket.Dispose();
}
