using System.Buffers;
using Bitmapist.Resp.Writing;
using Bitmapist.Server.Settings;
using static Bitmapist.Server.Commands.CommandFlags;

namespace Bitmapist.Server.Commands.Connection;

/// <summary>redis.io/commands/hello</summary>
internal static class Hello
{
    public static readonly CommandSpec Spec =
        new("hello", -1, NoScript | Loading | Stale | Fast | NoAuth | AllowBusy, KeySpec.None, Run)
        {
            Summary = "Chooses the version of the protocol; replies who the server is.",
            Group = "connection", Since = "6.0.0", Categories = "fast connection",
            Arguments = "[protover:integer [AUTH username password] [SETNAME clientname]]",
        };

    private static void Run(CommandContext call, RespWriter reply)
    {
        long version = (long)call.Client.Version;
        if (call.Args.Count > 1)
        {
            if (!call.Args.TryGetInteger(1, out version))
            {
                call.Fail(reply, "ERR Protocol version is not an integer or out of range"u8);
                return;
            }

            if (version is not (2 or 3))
            {
                call.Fail(reply, "NOPROTO unsupported protocol version"u8);
                return;
            }
        }

        // As in Redis 7.0, an option has taken effect even if a later one is refused.
        if (!TryApplyOptions(call, reply)) return;
        if (call.Client.MustAuthenticate)
        {
            call.Fail(
                reply,
                "NOAUTH HELLO must be called with the client already authenticated, otherwise the HELLO AUTH "u8 +
                "<user> <pass> option can be used to authenticate the client and select the RESP protocol "u8 +
                "version at the same time"u8);
            return;
        }

        call.Client.Version = (RespVersion)version;
        Describe(call, reply);
    }

    private static bool TryApplyOptions(CommandContext call, RespWriter reply)
    {
        ArgumentList args = call.Args;
        for (int i = 2; i < args.Count; i++)
        {
            int left = args.Count - 1 - i;
            if (left >= 2 && args.Is(i, "auth"u8))
            {
                if (!Auth.TryAuthenticate(call, reply, args[i + 1], args[i + 2])) return false;
                i += 2;
            }
            else if (left >= 1 && args.Is(i, "setname"u8))
            {
                if (!ClientName.TrySet(call, reply, args[++i])) return false;
            }
            else
            {
                call.Fail(reply, [.. "ERR Syntax error in HELLO option '"u8, .. args.UpToNul(i), .. "'"u8]);
                return false;
            }
        }

        return true;
    }

    /// <summary>
    /// Replies in the version just chosen, which <paramref name="reply"/> may not have been made for.
    /// </summary>
    private static void Describe(CommandContext call, RespWriter reply)
    {
        var buffer = new ArrayBufferWriter<byte>();
        var map = new RespWriter(buffer, call.Client.Version);
        map.WriteMapHeader(7);
        map.WriteBulkString("server"u8);
        map.WriteBulkString("redis"u8);
        map.WriteBulkString("version"u8);
        map.WriteBulkString(ServerVersion.Redis);
        map.WriteBulkString("proto"u8);
        map.WriteInteger((long)call.Client.Version);
        map.WriteBulkString("id"u8);
        map.WriteInteger(call.Client.Id);
        map.WriteBulkString("mode"u8);
        map.WriteBulkString("standalone"u8);
        map.WriteBulkString("role"u8);
        map.WriteBulkString("master"u8);
        map.WriteBulkString("modules"u8);
        map.WriteArrayHeader(0);
        reply.WriteRaw(buffer.WrittenSpan);
    }
}
