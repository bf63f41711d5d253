using System.Text;
using Bitmapist.Resp.Writing;
using Bitmapist.Server.State;

namespace Bitmapist.Server.Commands.Connection;

/// <summary>redis.io/commands/client-kill, with an address or with filters.</summary>
internal static class ClientKill
{
    public static void Run(CommandContext call, RespWriter reply)
    {
        if (call.Args.Count == 3) RunAddress(call, reply);
        else if (TryReadFilter(call, reply, out Filter filter)) reply.WriteInteger(Kill(call, filter));
    }

    private static void RunAddress(CommandContext call, RespWriter reply)
    {
        int killed = Kill(call, new Filter { Address = Encoding.Latin1.GetString(call.Args[2]), IncludesSelf = true });
        if (killed > 0) reply.WriteOk();
        else call.Fail(reply, "ERR No such client"u8);
    }

    private static int Kill(CommandContext call, Filter filter)
    {
        int killed = 0;
        foreach (ClientState client in call.Server.Clients.InOrder)
        {
            if (!filter.Matches(client) || (client == call.Client && !filter.IncludesSelf)) continue;
            killed++;
            if (client == call.Client) client.IsClosing = true; // behind the reply
            else client.CutOff();
        }

        return killed;
    }

    private static bool TryReadFilter(CommandContext call, RespWriter reply, out Filter filter)
    {
        ArgumentList args = call.Args;
        filter = default;
        for (int i = 2; i < args.Count; i += 2)
        {
            bool hasValue = i + 1 < args.Count;
            if (hasValue && args.Is(i, "id"u8))
            {
                if (!args.TryGetInteger(i + 1, out filter.Id) || filter.Id < 1)
                {
                    call.Fail(reply, "ERR client-id should be greater than 0"u8);
                    return false;
                }
            }
            else if (hasValue && args.Is(i, "type"u8))
            {
                if (ClientTypes.Find(args[i + 1]) is not { } type)
                {
                    call.Fail(reply, [.. "ERR Unknown client type '"u8, .. args.UpToNul(i + 1), .. "'"u8]);
                    return false;
                }

                filter.Type = type;
            }
            else if (hasValue && args.Is(i, "addr"u8))
            {
                filter.Address = Encoding.Latin1.GetString(args[i + 1]);
            }
            else if (hasValue && args.Is(i, "laddr"u8))
            {
                filter.LocalAddress = Encoding.Latin1.GetString(args[i + 1]);
            }
            else if (hasValue && args.Is(i, "user"u8))
            {
                filter.User = Encoding.Latin1.GetString(args[i + 1]);
                if (call.Server.Access.Find(args[i + 1]) is null)
                {
                    call.Fail(reply, [.. "ERR No such user '"u8, .. args.UpToNul(i + 1), .. "'"u8]);
                    return false;
                }
            }
            else if (hasValue && args.Is(i, "skipme"u8) && (args.Is(i + 1, "yes"u8) || args.Is(i + 1, "no"u8)))
            {
                filter.IncludesSelf = args.Is(i + 1, "no"u8);
            }
            else
            {
                call.Fail(reply, Errors.Syntax);
                return false;
            }
        }

        return true;
    }

    private struct Filter
    {
        public long Id;
        public ClientType? Type;
        public string? Address;
        public string? LocalAddress;
        public string? User;
        public bool IncludesSelf;

        public readonly bool Matches(ClientState client) =>
            (Id == 0 || client.Id == Id)
            && (Type is null || ClientTypes.Of(client) == Type)
            && (Address is null || ClientAddress.Of(client.RemoteEndPoint) == Address)
            && (LocalAddress is null || ClientAddress.Of(client.LocalEndPoint) == LocalAddress)
            && (User is null || client.User.Name == User);
    }
}

/// <summary>Kinds of clients, as CLIENT LIST and CLIENT KILL tell them apart.</summary>
internal enum ClientType
{
    Normal,
    PubSub,

    /// <summary>A master or a replica, of which there are none.</summary>
    Replication,
}

/// <summary>Which kind a client is.</summary>
internal static class ClientTypes
{
    /// <summary>The kind of a name in any case; null: there is none.</summary>
    public static ClientType? Find(ReadOnlySpan<byte> name) =>
        Ascii.EqualsIgnoreCase(name, "normal"u8) ? ClientType.Normal
        : Ascii.EqualsIgnoreCase(name, "pubsub"u8) ? ClientType.PubSub
        : Ascii.EqualsIgnoreCase(name, "master"u8) || Ascii.EqualsIgnoreCase(name, "replica"u8)
            || Ascii.EqualsIgnoreCase(name, "slave"u8) ? ClientType.Replication
        : null;

    public static ClientType Of(ClientState client) => client.IsSubscriber ? ClientType.PubSub : ClientType.Normal;
}
