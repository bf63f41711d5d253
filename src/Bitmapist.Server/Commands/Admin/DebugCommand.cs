using System.Globalization;
using System.Net;
using System.Text;
using Bitmapist.Engine.Keyspace;
using Bitmapist.Engine.Verbs;
using Bitmapist.Resp.Writing;
using static Bitmapist.Server.Commands.CommandFlags;

namespace Bitmapist.Server.Commands.Admin;

/// <summary>
/// redis.io/commands/debug: the few that suites of tests use and that can be true here. Only where enable-debug-command
/// allows it.
/// </summary>
internal static class DebugCommand
{
    public static readonly CommandSpec Spec =
        new("debug", -2, CommandFlags.Admin | NoScript | Loading | Stale, KeySpec.None, Run)
        {
            Summary = "For tests: SLEEP, ERROR, PROTOCOL, POPULATE, CHANGE-REPL-ID, SET-ACTIVE-EXPIRE.",
            Group = "server", Categories = "admin slow dangerous", Complexity = "that of the subcommand",
            Arguments = "subcommand [argument...]",
        };

    private static readonly string[] s_help =
    [
        "DEBUG <subcommand> [<argument> ...], where subcommands are:",
        "CHANGE-REPL-ID", "    Gives the server another replication id.",
        "ERROR message", "    Replies an error.",
        "POPULATE count [prefix] [bytes]", "    Sets keys that are missing: prefix:0, prefix:1 and so on.",
        "PROTOCOL type",
        "    Replies a value of a type: string, integer, double, null, array, set, map, verbatim, true, false.",
        "SET-ACTIVE-EXPIRE 0 | 1", "    Stops removing expired keys in the background, or begins again.",
        "SLEEP seconds", "    Keeps every key from being read or written for so long.",
    ];

    private static void Run(CommandContext call, RespWriter reply)
    {
        ArgumentList args = call.Args;
        if (!IsAllowed(call))
        {
            call.Fail(reply, Errors.DebugNotAllowed);
        }
        else if (args.Is(1, "sleep"u8) && args.Count == 3) Sleep(call);
        else if (args.Is(1, "error"u8) && args.Count == 3) call.Fail(reply, args[2]);
        else if (args.Is(1, "protocol"u8) && args.Count == 3) WriteSample(call, reply);
        else if (args.Is(1, "populate"u8) && args.Count is >= 3 and <= 5) Populate(call, reply);
        else if (args.Is(1, "help"u8) && args.Count == 2)
        {
            reply.WriteArrayHeader(s_help.Length);
            foreach (string line in s_help) reply.WriteSimpleString(line);
        }
        else if (args.Is(1, "change-repl-id"u8) && args.Count == 2)
        {
            call.Server.ChangeReplicationId();
            reply.WriteOk();
        }
        else if (args.Is(1, "set-active-expire"u8) && args.Count == 3)
        {
            call.Server.Store.IsExpiryCycleOn = !args[2].SequenceEqual("0"u8);
            reply.WriteOk();
        }
        else
        {
            ReadOnlySpan<byte> error = "ERR unknown subcommand or wrong number of arguments for '"u8;
            call.Fail(reply, [.. error, .. args.UpToNul(1), .. "'. Try DEBUG HELP."u8]);
        }
    }

    private static bool IsAllowed(CommandContext call) => call.Server.Options.EnableDebugCommand switch
    {
        "yes" => true,
        "local" => call.Client.RemoteEndPoint is not IPEndPoint ip || IPAddress.IsLoopback(ip.Address),
        _ => false,
    };

    private static void Sleep(CommandContext call)
    {
        string text = Encoding.Latin1.GetString(call.Args[2]);
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double seconds);
        var time = TimeSpan.FromSeconds(Math.Clamp(double.IsNaN(seconds) ? 0 : seconds, 0, 3600));
        call.Defer(new WorkReply(() =>
        {
            // In a transaction its own shards are held, and no others can be.
            if (call.IsInTransaction)
            {
                Thread.Sleep(time);
                return;
            }

            using var session = new Session(call.Server.Store);
            using TransactionScope all = session.BeginTransaction(KeyspaceStore.AllShards);
            Thread.Sleep(time);
            all.Complete();
        }));
    }

    private static void Populate(CommandContext call, RespWriter reply)
    {
        ArgumentList args = call.Args;
        int bytes = 0;
        if (!args.TryGetInteger(2, out long count) || count < 0)
        {
            call.Fail(reply, Errors.NotPositive);
            return;
        }

        if (args.Count > 4 && !call.TryGetInt(reply, 4, out bytes)) return;

        byte[] prefix = args.Count > 3 ? args[3].ToArray() : "key"u8.ToArray();
        Session session = call.Session;
        call.Defer(new WorkReply(() =>
        {
            for (long i = 0; i < count; i++)
            {
                byte[] number = Encoding.ASCII.GetBytes(i.ToString(CultureInfo.InvariantCulture));
                byte[] value = [.. "value:"u8, .. number];
                if (bytes > 0) Array.Resize(ref value, bytes);
                byte[] name = [.. prefix, .. ":"u8, .. number];
                session.Set(name, value, SetCondition.IfMissing, StringVerbs.NoExpiry, out _);
            }
        }));
    }

    private static void WriteSample(CommandContext call, RespWriter reply)
    {
        string type = Encoding.Latin1.GetString(call.Args[2]).ToLowerInvariant();
        bool isNew = reply.Version == RespVersion.Resp3;
        switch (type)
        {
            case "string":
                reply.WriteBulkString("Hello World"u8);
                return;
            case "integer":
                reply.WriteInteger(12345);
                return;
            case "double":
                if (isNew) reply.WriteRaw(",3.141\r\n"u8);
                else reply.WriteBulkString("3.141"u8);
                return;
            case "null":
                reply.WriteNull();
                return;
            case "array":
                reply.WriteArrayHeader(3);
                for (int i = 0; i < 3; i++) reply.WriteInteger(i);
                return;
            case "set":
                reply.WriteSetHeader(3);
                for (int i = 0; i < 3; i++) reply.WriteInteger(i);
                return;
            case "map":
                reply.WriteMapHeader(3);
                for (int i = 0; i < 3; i++)
                {
                    reply.WriteInteger(i);
                    reply.WriteBoolean(i == 1);
                }

                return;
            case "verbatim":
                reply.WriteVerbatimString("txt"u8, "This is a verbatim\nstring"u8);
                return;
            case "true" or "false":
                reply.WriteBoolean(type == "true");
                return;
            default:
                call.Fail(
                    reply,
                    "ERR Wrong protocol type name. Please use one of the following: "u8 +
                    "string|integer|double|null|array|set|map|verbatim|true|false"u8);
                return;
        }
    }

    /// <summary>Long work that is answered with OK.</summary>
    private sealed class WorkReply(Action work) : DeferredReply
    {
        public override long Cost => long.MaxValue;

        protected override void Compute() => work();

        protected override bool WritePiece(RespWriter reply)
        {
            reply.WriteOk();
            return false;
        }
    }
}
