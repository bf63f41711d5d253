using Bitmapist.Resp.Writing;
using static Bitmapist.Server.Commands.CommandFlags;

namespace Bitmapist.Server.Commands.Connection;

/// <summary>redis.io/commands/auth, for a server without passwords: its one user takes any.</summary>
internal static class Auth
{
    public static readonly CommandSpec Spec =
        new("auth", -2, NoScript | Loading | Stale | Fast | NoAuth | AllowBusy, KeySpec.None, Run)
        {
            Summary = "Tells the server who is asking.",
            Group = "connection", Categories = "fast connection", Arguments = "[username] password",
        };

    /// <summary>Checks a user's password; answers with an error if it is wrong.</summary>
    public static bool TryAuthenticate(
        CommandContext call, RespWriter reply, ReadOnlySpan<byte> user, ReadOnlySpan<byte> password)
    {
        _ = password; // the default user has none, so any will do, as in Redis
        if (user.SequenceEqual("default"u8)) return true;
        call.Fail(reply, "WRONGPASS invalid username-password pair or user is disabled."u8);
        return false;
    }

    private static void Run(CommandContext call, RespWriter reply)
    {
        ArgumentList args = call.Args;
        if (args.Count > 3)
        {
            call.Fail(reply, Errors.Syntax);
        }
        else if (args.Count == 2)
        {
            call.Fail(
                reply,
                "ERR AUTH <password> called without any password configured for the default user. "u8 +
                "Are you sure your configuration is correct?"u8);
        }
        else if (TryAuthenticate(call, reply, args[1], args[2]))
        {
            reply.WriteOk();
        }
    }
}
