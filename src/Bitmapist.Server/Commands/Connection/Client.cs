using System.Text;
using Bitmapist.Resp.Writing;
using Bitmapist.Server.Settings;
using static Bitmapist.Server.Commands.CommandFlags;

namespace Bitmapist.Server.Commands.Connection;

/// <summary>redis.io/commands/client-id and its siblings</summary>
internal static class Client
{
    private const CommandFlags Flags = NoScript | Loading | Stale;
    private const string AdminCategories = "admin slow dangerous connection";
    private const string LibraryFields = "7.0; lib-name, lib-ver: 7.2";

    /// <summary>What changes how clients are served.</summary>
    private static readonly CommandSpec[] s_modes =
    [
        Declare("kill", -3, CommandFlags.Admin | Flags, ClientKill.Run, "Closes connections.") with
        {
            Since = "2.4.0", Categories = AdminCategories, Complexity = "O(connections)",
            Arguments = "(ip-and-port | (ID client-id:integer | TYPE (NORMAL | MASTER | REPLICA | PUBSUB) "
                + "| USER username | ADDR ip-and-port | LADDR ip-and-port | SKIPME (YES | NO))...)",
        },
        Declare("pause", -3, CommandFlags.Admin | Flags, ClientModesCommands.RunPause, "Lets commands wait.") with
        {
            Since = "3.0.0", Categories = AdminCategories, Arguments = "timeout:integer [WRITE | ALL]",
        },
        Declare("unpause", 2, CommandFlags.Admin | Flags, ClientModesCommands.RunUnpause, "Ends a pause.") with
        {
            Since = "6.2.0", Categories = AdminCategories,
        },
        Declare("reply", 3, Flags, ClientModesCommands.RunReply, "Sends replies to the connection, or none.") with
        {
            Since = "3.2.0", Arguments = "ON | OFF | SKIP",
        },
        Declare("unblock", -3, CommandFlags.Admin | Flags, ClientModesCommands.RunUnblock,
            "Ends the wait of a connection in WAIT.") with
        {
            Since = "5.0.0", Categories = AdminCategories, Arguments = "client-id:integer [TIMEOUT | ERROR]",
        },
        Declare("tracking", -3, Flags, ClientTracking.Run, "Tells the connection when keys change.") with
        {
            Since = "6.0.0",
            Arguments = "(ON | OFF) [REDIRECT client-id:integer] [PREFIX prefix]... [BCAST] [OPTIN] [OPTOUT] "
                + "[NOLOOP]",
        },
        Declare("trackinginfo", 2, Flags, ClientTracking.RunInfo, "Replies how keys are tracked.") with
        {
            Since = "6.2.0",
        },
        Declare("caching", 3, Flags, ClientTracking.RunCaching,
            "Has what the next command reads tracked, or not.") with
        {
            Since = "6.0.0", Arguments = "YES | NO",
        },
        Declare("getredir", 2, Flags, ClientTracking.RunRedirect, "Replies who is told when keys change.") with
        {
            Since = "6.0.0",
        },
        Declare("no-evict", 3, CommandFlags.Admin | Flags, ClientModesCommands.RunNoEvict,
            "Keeps the connection from being cut off for the memory it takes.") with
        {
            Since = "7.0.0", Categories = AdminCategories, Arguments = "ON | OFF",
        },
        Declare("no-touch", 3, Flags, ClientModesCommands.RunNoTouch,
            "Lets what the connection reads count as idle.") with
        {
            Since = "7.2.0", Follows = "7.2", Arguments = "ON | OFF",
        },
    ];

    public static readonly CommandSpec Spec = Containers.Declare("client", CommandFlags.None) with
    {
        Summary = "A container for commands about connections.",
        Group = "connection", Since = "2.4.0", Categories = "slow", Complexity = "that of the subcommand",
        Subcommands =
        [
            Declare("id", 2, Flags, RunId, "Replies the number of the connection.") with { Since = "5.0.0" },
            Declare("setname", 3, Flags, RunSetName, "Names the connection.") with
            {
                Since = "2.6.9", Arguments = "connection-name",
            },
            Declare("getname", 2, Flags, RunGetName, "Replies the name of the connection.") with { Since = "2.6.9" },
            Declare("setinfo", 4, Flags, RunSetInfo, "Tells the server about the client's library.") with
            {
                Since = "7.2.0", Follows = "7.2", Arguments = "LIB-NAME libname | LIB-VER libver",
                Tips = ["request_policy:all_nodes", "response_policy:all_succeeded"],
            },
            Declare("info", 2, Flags, RunInfo, "Describes the connection.") with
            {
                Since = "6.2.0", Follows = LibraryFields, Tips = ["nondeterministic_output"],
            },
            Declare("list", -2, CommandFlags.Admin | Flags, ClientList.Run, "Describes connections, a line each.") with
            {
                Since = "2.4.0", Follows = LibraryFields, Categories = AdminCategories, Complexity = "O(connections)",
                Tips = ["nondeterministic_output"],
                Arguments = "[TYPE (NORMAL | MASTER | REPLICA | PUBSUB)] [ID client-id:integer...]",
            },
            .. s_modes,
            Containers.Help("client") with { Since = "5.0.0", Group = "connection", Categories = "slow connection" },
        ],
    };

    private static CommandSpec Declare(string name, int arity, CommandFlags flags, CommandRunner run, string summary) =>
        new(name, arity, flags, KeySpec.None, run)
        {
            Summary = summary, Group = "connection", Categories = "slow connection",
        };

    private static void RunId(CommandContext call, RespWriter reply) => reply.WriteInteger(call.Client.Id);

    private static void RunSetName(CommandContext call, RespWriter reply)
    {
        if (ClientName.TrySet(call, reply, call.Args[2])) reply.WriteOk();
    }

    private static void RunGetName(CommandContext call, RespWriter reply)
    {
        if (call.Client.Name.Length == 0) reply.WriteNull();
        else reply.WriteBulkString(call.Client.Name);
    }

    private static void RunInfo(CommandContext call, RespWriter reply)
    {
        var line = new StringBuilder();
        ClientLine.Append(line, call.Client, call);
        reply.WriteText(line.ToString());
    }

    /// <summary>redis.io/commands/client-setinfo (Redis 7.2)</summary>
    private static void RunSetInfo(CommandContext call, RespWriter reply)
    {
        ArgumentList args = call.Args;
        bool isName = args.Is(2, "lib-name"u8);
        if (!isName && !args.Is(2, "lib-ver"u8))
        {
            call.Fail(reply, [.. "ERR Unrecognized option '"u8, .. args.UpToNul(2), .. "'"u8]);
            return;
        }

        if (!ClientName.IsOneWord(args[3]))
        {
            call.Fail(reply, [.. "ERR "u8, .. args[2], .. " cannot contain spaces, newlines or special characters."u8]);
            return;
        }

        if (!ClientName.IsShort(call, reply, args[3])) return;
        string value = Encoding.ASCII.GetString(args[3]);
        if (isName) call.Client.LibraryName = value;
        else call.Client.LibraryVersion = value;
        reply.WriteOk();
    }
}

/// <summary>What a client may call itself: CLIENT LIST must stay one line per client, one word per field.</summary>
internal static class ClientName
{
    /// <summary>Names the connection (an empty name: none), or answers with an error.</summary>
    public static bool TrySet(CommandContext call, RespWriter reply, ReadOnlySpan<byte> name)
    {
        if (!IsOneWord(name))
        {
            call.Fail(reply, "ERR Client names cannot contain spaces, newlines or special characters."u8);
            return false;
        }

        if (!IsShort(call, reply, name)) return false;

        call.Client.Name = Encoding.ASCII.GetString(name);
        return true;
    }

    /// <summary>
    /// Whether a name of a client or its library is short enough for every client's line in CLIENT LIST; answers with
    /// an error if it is not.
    /// </summary>
    public static bool IsShort(CommandContext call, RespWriter reply, ReadOnlySpan<byte> name)
    {
        if (name.Length <= ServerLimits.ClientNameBytes) return true;
        call.Fail(reply, Errors.ClientNameTooLong);
        return false;
    }

    /// <summary>Whether there are only printable ASCII characters other than the space.</summary>
    public static bool IsOneWord(ReadOnlySpan<byte> text) => !text.ContainsAnyExceptInRange((byte)'!', (byte)'~');
}
