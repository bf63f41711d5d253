using Bitmapist.Resp.Writing;
using Bitmapist.Server.State;
using static Bitmapist.Server.Commands.CommandFlags;

namespace Bitmapist.Server.Commands.Connection;

/// <summary>Short commands about the connection itself, and the time.</summary>
internal static class ConnectionCommands
{
    /// <summary>redis.io/commands/ping</summary>
    public static readonly CommandSpec Ping = new("ping", -1, Fast | WhileSubscribed, KeySpec.None, RunPing)
    {
        Summary = "Replies PONG, or the argument.",
        Group = "connection", Categories = "fast connection",
        Arguments = "[message]",
        Tips = ["request_policy:all_shards", "response_policy:all_succeeded"],
    };

    /// <summary>redis.io/commands/echo</summary>
    public static readonly CommandSpec Echo = new("echo", 2, Loading | Stale | Fast, KeySpec.None, RunEcho)
    {
        Summary = "Replies the argument.", Group = "connection", Categories = "fast connection",
        Arguments = "message",
    };

    /// <summary>redis.io/commands/quit</summary>
    public static readonly CommandSpec Quit =
        new(
            "quit", -1, NoScript | Loading | Stale | Fast | NoAuth | AllowBusy | NotQueued | WhileSubscribed,
            KeySpec.None, RunQuit)
        {
            Summary = "Closes the connection.", Group = "connection", Categories = "fast connection",
        };

    /// <summary>redis.io/commands/select</summary>
    public static readonly CommandSpec Select = new("select", 2, Loading | Stale | Fast, KeySpec.None, RunSelect)
    {
        Summary = "Selects the database of the connection.", Group = "connection", Categories = "fast connection",
        Arguments = "index:integer",
    };

    /// <summary>redis.io/commands/reset. The library's name and version stay: it is still the same library.</summary>
    public static readonly CommandSpec Reset =
        new(
            "reset", 1, NoScript | Loading | Stale | Fast | NoAuth | AllowBusy | NotQueued | WhileSubscribed,
            KeySpec.None, RunReset)
        {
            Summary = "Makes the connection as new.",
            Group = "connection", Since = "6.2.0", Categories = "fast connection",
        };

    /// <summary>redis.io/commands/time</summary>
    public static readonly CommandSpec Time = new("time", 1, Loading | Stale | Fast, KeySpec.None, RunTime)
    {
        Summary = "Replies the unix time in seconds, and the microseconds of the current second.",
        Group = "server", Since = "2.6.0", Categories = "fast", Tips = ["nondeterministic_output"],
    };

    /// <summary>The database that a call selects, if there is one of that number.</summary>
    public static int? DatabaseOf(ArgumentList args, int databases) =>
        args.TryGetInteger(1, out long number) && number >= 0 && number < databases ? (int)number : null;

    private static void RunPing(CommandContext call, RespWriter reply)
    {
        if (call.Args.Count > 2) call.Fail(reply, "ERR wrong number of arguments for 'ping' command"u8);
        else if (call.Client.IsSubscriber && reply.Version == RespVersion.Resp2) PingSubscriber(call, reply);
        else if (call.Args.Count == 1) reply.WriteSimpleString("PONG"u8);
        else reply.WriteBulkString(call.Args[1]);
    }

    /// <summary>Among messages an answer looks like one.</summary>
    private static void PingSubscriber(CommandContext call, RespWriter reply)
    {
        reply.WriteArrayHeader(2);
        reply.WriteBulkString("pong"u8);
        reply.WriteBulkString(call.Args.Count == 1 ? default : call.Args[1]);
    }

    private static void RunEcho(CommandContext call, RespWriter reply) => reply.WriteBulkString(call.Args[1]);

    private static void RunQuit(CommandContext call, RespWriter reply)
    {
        reply.WriteOk();
        call.Client.IsClosing = true;
    }

    private static void RunSelect(CommandContext call, RespWriter reply)
    {
        if (!call.TryGetInt(reply, 1, out _)) return;
        if (DatabaseOf(call.Args, call.Session.Databases) is not { } database)
        {
            call.Fail(reply, Errors.DatabaseIndex);
        }
        else
        {
            call.Session.Database = database;
            reply.WriteOk();
        }
    }

    private static void RunReset(CommandContext call, RespWriter reply)
    {
        call.Reuse(call.EndTransaction());
        call.Session.Unwatch();
        bool isSilent = (call.Client.Modes & ClientModes.Silent) != 0;
        call.Client.BecomeOrdinary();
        call.Client.WritePushes(reply);
        call.Session.Database = 0;
        call.Client.Version = RespVersion.Resp2;
        call.Client.Name = "";
        call.Client.LogOut();
        if (isSilent) call.Defer(new PlainReply("RESET")); // written where replies go from now on
        else reply.WriteSimpleString("RESET"u8);
    }

    private static void RunTime(CommandContext call, RespWriter reply)
    {
        long microseconds =
            (call.Server.Time.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;
        reply.WriteArrayHeader(2);
        reply.WriteBulkInteger(microseconds / 1_000_000);
        reply.WriteBulkInteger(microseconds % 1_000_000);
    }
}
