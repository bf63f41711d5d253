using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Bitmapist.Server.Settings;

namespace Bitmapist.Host.Systemd;

/// <summary>
/// Listening sockets that a service manager has opened and passes on: LISTEN_FDS of them, from descriptor 3 on, for the
/// process LISTEN_PID, with names in LISTEN_FDNAMES, sd_listen_fds(3). They take the place of <c>-addr</c>; one named
/// "tls" is for clients that speak TLS.
/// </summary>
internal sealed record PassedSockets(
    IReadOnlyList<ListenAddress> Addresses, string? UnixSocket, int? UnixSocketDescriptor)
{
    private const int FirstDescriptor = 3; // SD_LISTEN_FDS_START
    private const int CountMax = 64;
    private const string TlsName = "tls";

    /// <summary>What was passed to this process; null: nothing.</summary>
    /// <exception cref="IOException">A descriptor is no listening socket that can be served.</exception>
    public static PassedSockets? Of(Func<string, string?> variables)
    {
        string own = Environment.ProcessId.ToString(CultureInfo.InvariantCulture);
        if (OperatingSystem.IsWindows() || variables("LISTEN_PID") != own) return null;
        bool isCount = int.TryParse(
            variables("LISTEN_FDS"), NumberStyles.None, CultureInfo.InvariantCulture, out int count);
        if (!isCount || count == 0) return null;
        if (count > CountMax) throw new IOException($"LISTEN_FDS is {count}, more than {CountMax}");
        string[] names = (variables("LISTEN_FDNAMES") ?? "").Split(':');
        var addresses = new List<ListenAddress>();
        (string Path, int Descriptor)? unix = null;
        for (int i = 0; i < count; i++)
        {
            int descriptor = FirstDescriptor + i;
            switch (EndPointOf(descriptor))
            {
                case IPEndPoint ip:
                    addresses.Add(new ListenAddress(ip.Address, ip.Port)
                    {
                        Descriptor = descriptor, IsTls = i < names.Length && names[i] == TlsName,
                    });
                    break;
                case UnixDomainSocketEndPoint path when unix is null:
                    unix = (path.ToString(), descriptor);
                    break;
                default:
                    throw new IOException($"descriptor {descriptor}, passed by the service manager, is neither a "
                        + "socket of TCP nor the first one of a unix socket");
            }
        }

        return new PassedSockets(addresses, unix?.Path, unix?.Descriptor);
    }

    private static EndPoint? EndPointOf(int descriptor)
    {
        try
        {
            using var socket = new Socket(new SafeSocketHandle(descriptor, ownsHandle: false));
            bool isListening = socket.SocketType == SocketType.Stream
                && socket.GetSocketOption(SocketOptionLevel.Socket, SocketOptionName.AcceptConnection) is not 0;
            if (isListening) return socket.LocalEndPoint;
        }
        catch (Exception failure) when (failure is SocketException or ArgumentException)
        {
            throw new IOException(
                $"descriptor {descriptor}, passed by the service manager, is no socket: {failure.Message}", failure);
        }

        throw new IOException($"descriptor {descriptor}, passed by the service manager, is not listening for "
            + "connections: its unit needs ListenStream= and Accept=no");
    }
}
