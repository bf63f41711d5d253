using System.Globalization;
using System.Net;
using System.Text;
using Bitmapist.Resp.Writing;
using Bitmapist.Server.State;

namespace Bitmapist.Server.Commands.Connection;

/// <summary>redis.io/commands/client-list</summary>
internal static class ClientList
{
    public static void Run(CommandContext call, RespWriter reply)
    {
        ArgumentList args = call.Args;
        if (args.Count == 2) Write(call.Server.Clients.InOrder, reply);
        else if (args.Count == 4 && args.Is(2, "type"u8)) ListType(call, reply);
        else if (args.Count > 3 && args.Is(2, "id"u8)) ListIds(call, reply);
        else call.Fail(reply, Errors.Syntax);
    }

    private static void ListType(CommandContext call, RespWriter reply)
    {
        ArgumentList args = call.Args;
        if (args.Is(3, "normal"u8))
            Write(call.Server.Clients.InOrder, reply);
        else if (args.Is(3, "master"u8) || args.Is(3, "replica"u8) || args.Is(3, "slave"u8) || args.Is(3, "pubsub"u8))
            Write([], reply);
        else
            call.Fail(reply, [.. "ERR Unknown client type '"u8, .. args.UpToNul(3), .. "'"u8]);
    }

    /// <summary>The clients of the given ids in the given order, as often as given.</summary>
    private static void ListIds(CommandContext call, RespWriter reply)
    {
        var clients = new List<ClientState>();
        Dictionary<long, ClientState> byId = call.Server.Clients.InOrder.ToDictionary(client => client.Id);
        for (int i = 3; i < call.Args.Count; i++)
        {
            if (!call.Args.TryGetInteger(i, out long id))
            {
                call.Fail(reply, "ERR Invalid client ID"u8);
                return;
            }

            if (byId.TryGetValue(id, out ClientState? client)) clients.Add(client);
        }

        Write(clients, reply);
    }

    private static void Write(IEnumerable<ClientState> clients, RespWriter reply)
    {
        var lines = new StringBuilder();
        foreach (ClientState client in clients) ClientLine.Append(lines, client);
        reply.WriteText(lines.ToString());
    }
}

/// <summary>
/// A client's line in CLIENT LIST and CLIENT INFO: the fields of Redis 7.0, then 7.2's lib-name and lib-ver. What Redis
/// counts and this server has not (descriptors, publish and subscribe, buffers reserved in advance) is 0 or -1.
/// </summary>
internal static class ClientLine
{
    /// <summary>Appends the line and its end. From any thread: the figures are those of about now.</summary>
    public static void Append(StringBuilder lines, ClientState client)
    {
        long now = Environment.TickCount64;
        long age = Math.Max(0, now - client.ConnectedAtMs) / 1000;
        long idle = Math.Max(0, now - client.LastActiveAtMs) / 1000;
        long requestBytes = client.BufferedRequestBytes;
        long replyBytes = client.QueuedReplyBytes;
        lines.Append(
            CultureInfo.InvariantCulture,
            $"id={client.Id} addr={Address(client.RemoteEndPoint)} laddr={Address(client.LocalEndPoint)} fd=-1 ");
        lines.Append(
            CultureInfo.InvariantCulture,
            $"name={client.Name} age={age} idle={idle} flags={Flags(client)} db={client.Session.Database} ");
        lines.Append(
            CultureInfo.InvariantCulture,
            $"sub=0 psub=0 ssub=0 multi={client.QueuedCommands} qbuf={requestBytes} qbuf-free=0 argv-mem=0 ");
        lines.Append(
            CultureInfo.InvariantCulture,
            $"multi-mem={client.TransactionBytes} rbs=0 rbp=0 obl=0 oll={(replyBytes > 0 ? 1 : 0)} omem={replyBytes} ");
        lines.Append(CultureInfo.InvariantCulture, $"tot-mem={client.HeldBytes} ");
        lines.Append(
            CultureInfo.InvariantCulture,
            $"events={(replyBytes > 0 ? "rw" : "r")} cmd={client.LastCommandName ?? "NULL"} user={client.User.Name} ");
        lines.Append(
            CultureInfo.InvariantCulture,
            $"redir=-1 resp={(int)client.Version} lib-name={client.LibraryName} lib-ver={client.LibraryVersion}\n");
    }

    private static string Flags(ClientState client)
    {
        string transaction = client.QueuedCommands < 0 ? "" : "x";
        string broken = client.Session.IsWatchBroken ? "d" : "";
        string closing = client.IsClosing ? "c" : "";
        string unix = client.LocalEndPoint is System.Net.Sockets.UnixDomainSocketEndPoint ? "U" : "";
        string flags = transaction + broken + closing + unix;
        return flags.Length > 0 ? flags : "N";
    }

    /// <summary>An endpoint as Redis writes one: ip:port, [ip]:port, path:0.</summary>
    private static string Address(EndPoint? endPoint) => endPoint switch
    {
        IPEndPoint { Address.IsIPv4MappedToIPv6: true } ip => $"{ip.Address.MapToIPv4()}:{ip.Port}",
        IPEndPoint ip => ip.ToString(),
        System.Net.Sockets.UnixDomainSocketEndPoint unix => $"{unix}:0",
        null => "?:0",
        _ => endPoint.ToString() ?? "?:0",
    };
}
