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
