using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;

namespace Bitmapist.Transport.Contract;

/// <summary>
/// Makes listening sockets. Linux hands their options down to the connections accepted on them, which saves two system
/// calls for each.
/// </summary>
internal static class ListenSockets
{
    /// <summary>Binds and listens on all points, or on none.</summary>
    /// <exception cref="IOException">One cannot be listened on, or all that may be missing are.</exception>
    public static List<Socket> Bind(IReadOnlyList<ListenPoint> points, TransportOptions options, ILogger logger)
    {
        var sockets = new List<Socket>();
        SocketException? missing = null;
        try
        {
            foreach (ListenPoint point in points)
            {
                try
                {
                    sockets.Add(point.Descriptor is { } passed
                        ? Adopt(passed, options)
                        : Bind(point.EndPoint, point.UnixMode, options));
                }
                catch (SocketException failure) when (point.MayBeMissing && failure.SocketErrorCode
                    is SocketError.AddressNotAvailable or SocketError.AddressFamilyNotSupported)
                {
                    missing = failure;
                    Log.LeftOut(logger, point.EndPoint, failure.Message);
                }
            }

            if (sockets.Count == 0 && missing is not null) throw missing;
            return sockets;
        }
        catch (Exception failure)
        {
            foreach (Socket socket in sockets) socket.Dispose();
            if (failure is not (SocketException or UnauthorizedAccessException)) throw;
            throw new IOException(
                $"cannot listen on {string.Join(", ", points.Select(point => point.EndPoint))}: {failure.Message}",
                failure);
        }
    }

    private static Socket Bind(EndPoint endPoint, UnixFileMode? unixMode, TransportOptions options)
    {
        if (endPoint is IPEndPoint any && any.Address.Equals(IPAddress.IPv6Any) && !Socket.OSSupportsIPv6)
            endPoint = new IPEndPoint(IPAddress.Any, any.Port);
        bool isUnix = endPoint is UnixDomainSocketEndPoint;
        var socket = new Socket(
            endPoint.AddressFamily, SocketType.Stream, isUnix ? ProtocolType.Unspecified : ProtocolType.Tcp);
        try
        {
            if (isUnix) RemoveStale(endPoint);
            else SetOptions(socket, (IPEndPoint)endPoint, options);
            socket.Bind(endPoint);
            // Before anybody can connect.
            if (isUnix && unixMode is { } mode && !OperatingSystem.IsWindows())
                File.SetUnixFileMode(endPoint.ToString()!, mode);
            socket.Listen(options.Backlog);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Whoever passed it has bound it and chosen its backlog; it is theirs as well, and stays open.</summary>
    private static Socket Adopt(int descriptor, TransportOptions options)
    {
        var socket = new Socket(new SafeSocketHandle(descriptor, ownsHandle: true));
        if (socket.AddressFamily != AddressFamily.Unix) SetInherited(socket, options);
        return socket;
    }

    private static void SetOptions(Socket socket, IPEndPoint endPoint, TransportOptions options)
    {
        if (socket.AddressFamily == AddressFamily.InterNetworkV6)
            socket.DualMode = endPoint.Address.Equals(IPAddress.IPv6Any);
        SetInherited(socket, options);
    }

    private static void SetInherited(Socket socket, TransportOptions options)
    {
        socket.NoDelay = true;
        if (options.KeepAliveSeconds > 0) SetKeepAlive(socket, options.KeepAliveSeconds);
    }

    /// <summary>Has a socket, and on Linux those accepted from it from now on, probe idle peers; 0: no more.</summary>
    public static void SetKeepAlive(Socket socket, int seconds)
    {
        socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, optionValue: seconds > 0);
        if (seconds > 0)
            socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime, Math.Min(seconds, 32_767));
    }

    /// <summary>A server that was killed leaves its socket's file, which cannot be bound again.</summary>
    private static void RemoveStale(EndPoint endPoint)
    {
        string path = endPoint.ToString()!;
        if (!File.Exists(path)) return;
        using var probe = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            probe.Connect(endPoint);
        }
        catch (SocketException refused) when (refused.SocketErrorCode == SocketError.ConnectionRefused)
        {
            File.Delete(path);
        }
    }
}
