using System.Net;
using System.Net.Sockets;
using System.Text;
using Bitmapist.Server.State;

namespace Bitmapist.Server.Connections;

/// <summary>
/// While the default user needs no password, who comes from another machine is told so and sent away: otherwise a
/// server that was just tried out would be open to the world. As in Redis 7.0 it counts where the client comes from,
/// whatever addresses were given to listen on.
/// </summary>
internal static class ProtectedMode
{
    /// <summary>What is sent before the connection is closed: Redis's words, which operators search for.</summary>
    public static readonly byte[] Refusal = Encoding.ASCII.GetBytes(
        "-DENIED Redis is running in protected mode because protected mode is enabled and no password is set for the "
        + "default user. In this mode connections are only accepted from the loopback interface. If you want to "
        + "connect from external computers to Redis you may adopt one of the following solutions: 1) Just disable "
        + "protected mode sending the command 'CONFIG SET protected-mode no' from the loopback interface by connecting "
        + "to Redis from the same host the server is running, however MAKE SURE Redis is not publicly accessible from "
        + "internet if you do so. Use CONFIG REWRITE to make this change permanent. 2) Alternatively you can just "
        + "disable the protected mode by editing the Redis configuration file, and setting the protected mode option "
        + "to 'no', and then restarting the server. 3) If you started the server manually just for testing, restart "
        + "it with the '--protected-mode no' option. 4) Setup a an authentication password for the default user. NOTE: "
        + "You only need to do one of the above things in order for the server to start accepting connections from the "
        + "outside.\r\n");

    /// <summary>Whether a client that comes from there is to be sent away.</summary>
    public static bool Refuses(ServerState server, EndPoint? remote) =>
        server.ProtectedMode && server.Access.IsOpen && !IsOfThisMachine(remote);

    private static bool IsOfThisMachine(EndPoint? remote) => remote switch
    {
        UnixDomainSocketEndPoint => true,
        IPEndPoint { Address.IsIPv4MappedToIPv6: true } mapped => IPAddress.IsLoopback(mapped.Address.MapToIPv4()),
        IPEndPoint ip => IPAddress.IsLoopback(ip.Address),
        _ => false,
    };
}
