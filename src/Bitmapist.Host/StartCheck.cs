using System.Net;
using System.Net.Sockets;
using System.Text;
using Bitmapist.Server.Settings;
using Microsoft.Win32.SafeHandles;

namespace Bitmapist.Host;

/// <summary>
/// What is checked before the program loads its other parts: where descriptors are short, loading them is what would
/// fail, in the middle and without a word about the reason.
/// </summary>
internal static class StartCheck
{
    private const int Stderr = 2;

    /// <summary>Whether a server cannot be started with these arguments, as then was said in one line.</summary>
    public static bool Refuses(string[] args)
    {
        bool isSubcommand = args.Length > 0 && !args[0].StartsWith('-');
        if (isSubcommand || DescriptorLimit.WhyTooFew() is not { } reason) return false;
        WriteLine($"bitmapist-server: {reason}");
        return true;
    }

    /// <summary>Writes to stderr without the console, which would need descriptors of its own.</summary>
    private static void WriteLine(string line)
    {
        using var handle = new SafeFileHandle(Stderr, ownsHandle: false);
        using var stream = new FileStream(handle, FileAccess.Write, bufferSize: 0);
        stream.Write(Encoding.UTF8.GetBytes(line + "\n"));
    }
}

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
                if (address.Port != 0 && address.Descriptor is null) Probe(address);
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
