using System.Globalization;
using System.Text;
using Bitmapist.Resp.Writing;
using Bitmapist.Server.PubSub;
using Bitmapist.Server.State;
using Bitmapist.Server.Tracking;

namespace Bitmapist.Server.Commands.Connection;

/// <summary>redis.io/commands/client-list</summary>
internal static class ClientList
{
    public static void Run(CommandContext call, RespWriter reply)
    {
        ArgumentList args = call.Args;
        if (args.Count == 2) Write(call, call.Server.Clients.InOrder, reply);
        else if (args.Count == 4 && args.Is(2, "type"u8)) ListType(call, reply);
        else if (args.Count > 3 && args.Is(2, "id"u8)) ListIds(call, reply);
        else call.Fail(reply, Errors.Syntax);
    }

    private static void ListType(CommandContext call, RespWriter reply)
    {
        ArgumentList args = call.Args;
        if (ClientTypes.Find(args[3]) is { } type)
            Write(call, call.Server.Clients.InOrder.Where(client => ClientTypes.Of(client) == type), reply);
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

        Write(call, clients, reply);
    }

    private static void Write(CommandContext call, IEnumerable<ClientState> clients, RespWriter reply)
    {
        var lines = new StringBuilder();
        foreach (ClientState client in clients) ClientLine.Append(lines, client, call);
        reply.WriteText(lines.ToString());
    }
}

/// <summary>
/// A client's line in CLIENT LIST and CLIENT INFO: the fields of Redis 7.0, then 7.2's lib-name and lib-ver. What Redis
/// reserves for a client in advance (rbs, rbp, obl) is 0, as nothing is here.
/// </summary>
internal static class ClientLine
{
    /// <summary>Appends the line and its end. From any thread: the figures are those of about now.</summary>
    /// <param name="lines">Where to.</param>
    /// <param name="client">Which client.</param>
    /// <param name="call">The call that asks; of its own client it knows the arguments.</param>
    public static void Append(StringBuilder lines, ClientState client, CommandContext call)
    {
        long now = Environment.TickCount64;
        long age = Math.Max(0, now - client.ConnectedAtMs) / 1000;
        long idle = Math.Max(0, now - client.LastActiveAtMs) / 1000;
        long argumentBytes = client == call.Client ? call.Args.PayloadBytes : 0;
        long requestBytes = client.BufferedRequestBytes + (client == call.Client ? call.Args.TotalBytes : 0);
        long replyBytes = client.QueuedReplyBytes;
        lines.Append(
            CultureInfo.InvariantCulture,
            $"id={client.Id} addr={ClientAddress.Of(client.RemoteEndPoint)} " +
            $"laddr={ClientAddress.Of(client.LocalEndPoint)} fd={client.Descriptor} ");
        lines.Append(
            CultureInfo.InvariantCulture,
            $"name={client.Name} age={age} idle={idle} flags={Flags(client)} db={client.Session.Database} ");
        lines.Append(
            CultureInfo.InvariantCulture,
            $"sub={client.CountSubscriptions(ChannelKind.Channel)} " +
            $"psub={client.CountSubscriptions(ChannelKind.Pattern)} " +
            $"ssub={client.CountSubscriptions(ChannelKind.Shard)} multi={client.QueuedCommands} ");
        lines.Append(
            CultureInfo.InvariantCulture,
            $"qbuf={requestBytes} qbuf-free={client.FreeRequestBytes} argv-mem={argumentBytes} " +
            $"multi-mem={client.TransactionBytes} rbs=0 rbp=0 obl=0 oll={client.QueuedReplies} omem={replyBytes} ");
        lines.Append(
            CultureInfo.InvariantCulture,
            $"tot-mem={client.HeldBytes + argumentBytes} events={(replyBytes > 0 ? "rw" : "r")} ");
        lines.Append(
            CultureInfo.InvariantCulture,
            $"cmd={client.LastCommandName ?? "NULL"} user={client.User.Name} " +
            $"redir={client.Tracker?.RedirectId ?? -1} ");
        lines.Append(
            CultureInfo.InvariantCulture,
            $"resp={(int)client.Version} lib-name={client.LibraryName} lib-ver={client.LibraryVersion}\n");
    }

    /// <summary>The letters in Redis's order.</summary>
    private static string Flags(ClientState client)
    {
        var flags = new StringBuilder();
        Tracker? tracker = client.Tracker;
        if ((client.Modes & ClientModes.Monitor) != 0) flags.Append('O');
        if (client.IsSubscriber) flags.Append('P');
        if (client.QueuedCommands >= 0) flags.Append('x');
        if (client.IsBlocked) flags.Append('b');
        if (tracker is not null) flags.Append('t');
        if (tracker is { IsRedirectBroken: true }) flags.Append('R');
        if (tracker?.Is(TrackingModes.Broadcast) ?? false) flags.Append('B');
        if (client.Session.IsWatchBroken) flags.Append('d');
        if (client.IsClosing) flags.Append('c');
        if (client.LocalEndPoint is System.Net.Sockets.UnixDomainSocketEndPoint) flags.Append('U');
        if ((client.Modes & ClientModes.NoEvict) != 0) flags.Append('e');
        if ((client.Modes & ClientModes.NoTouch) != 0) flags.Append('T');
        return flags.Length > 0 ? flags.ToString() : "N";
    }
}
