using System.Net;
using System.Net.Sockets;
using Bitmapist.Server.Settings;

namespace Bitmapist.Host;

/// <summary>
/// Looks whether the addresses can be listened on before the database is opened, or another server's converted: a start
/// that is refused for a port in use has changed nothing then.
/// </summary>
internal static class AddressCheck
{
    /// <exception cref="IOException">One cannot be listened on.</exception>
    public static void Require(IEnumerable<ListenAddress> addresses)
    {
        foreach (ListenAddress address in addresses)
        {
            try
            {
                if (address.Port != 0) Probe(address);
            }
            catch (SocketException failure)
            {
                throw new IOException($"cannot listen on {address}: {failure.Message}", failure);
            }
        }
    }

    private static void Probe(ListenAddress address)
    {
        if (address.Ip is { } ip)
        {
            bool isAny = ip.Equals(IPAddress.IPv6Any) && !Socket.OSSupportsIPv6;
            Bind(isAny ? IPAddress.Any : ip, address.Port);
            return;
        }

        Bind(IPAddress.Loopback, address.Port);
        try
        {
            if (Socket.OSSupportsIPv6) Bind(IPAddress.IPv6Loopback, address.Port);
        }
        catch (SocketException failure) when (failure.SocketErrorCode != SocketError.AddressAlreadyInUse)
        {
            // A machine without that address is served on the other one.
        }
    }

    private static void Bind(IPAddress ip, int port)
    {
        using var socket = new Socket(ip.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        if (ip.Equals(IPAddress.IPv6Any)) socket.DualMode = true;
        socket.Bind(new IPEndPoint(ip, port));
    }
}
