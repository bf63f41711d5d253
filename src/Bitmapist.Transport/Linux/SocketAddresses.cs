using System.Buffers.Binary;
using System.Net;
using System.Runtime.InteropServices;
using Bitmapist.Transport.Contract;

namespace Bitmapist.Transport.Linux;

/// <summary>Reads addresses as the kernel writes them: sockaddr_in and sockaddr_in6, netinet/in.h.</summary>
internal static unsafe class SocketAddresses
{
    private const int BytesMax = 128; // sizeof(struct sockaddr_storage)
    private const ushort Inet = 2; // AF_INET: family u16, port u16 big-endian, address 4 bytes
    private const ushort Inet6 = 10; // AF_INET6: family, port, flow u32, address 16 bytes, scope u32

    /// <summary>The address a socket is bound to; null when the kernel has none to tell.</summary>
    public static IPEndPoint? Local(int socket)
    {
        byte* address = stackalloc byte[BytesMax];
        int addressBytes = BytesMax;
        return LibC.GetLocalName(socket, address, &addressBytes) == 0 ? Read(new(address, addressBytes)) : null;
    }

    /// <summary>The address of a socket's peer; null when it has gone already.</summary>
    public static IPEndPoint? Peer(int socket)
    {
        byte* address = stackalloc byte[BytesMax];
        int addressBytes = BytesMax;
        return LibC.GetPeerName(socket, address, &addressBytes) == 0 ? Read(new(address, addressBytes)) : null;
    }

    /// <summary>Reads an IP address and port; null for another family.</summary>
    public static IPEndPoint? Read(ReadOnlySpan<byte> address)
    {
        if (address.Length < 8) return null;
        int port = BinaryPrimitives.ReadUInt16BigEndian(address[2..]);
        return MemoryMarshal.Read<ushort>(address) switch
        {
            Inet => new IPEndPoint(new IPAddress(address[4..8]), port),
            Inet6 when address.Length >= 28 =>
                new IPEndPoint(new IPAddress(address[8..24], MemoryMarshal.Read<uint>(address[24..])), port),
            _ => null,
        };
    }
}
