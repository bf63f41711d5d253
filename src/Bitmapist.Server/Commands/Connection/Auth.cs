using Bitmapist.Resp.Writing;
using Bitmapist.Server.Access;
using static Bitmapist.Server.Commands.CommandFlags;

namespace Bitmapist.Server.Commands.Connection;

/// <summary>redis.io/commands/auth</summary>
internal static class Auth
{
    public static readonly CommandSpec Spec =
        new("auth", -2, NoScript | Loading | Stale | Fast | NoAuth | AllowBusy, KeySpec.None, Run)
        {
            Summary = "Tells the server who is asking.",
            Group = "connection", Categories = "fast connection", Arguments = "[username] password",
            Complexity = "O(passwords of the user)",
        };

    /// <summary>Logs the client in; answers with an error if the password is not the user's.</summary>
    public static bool TryAuthenticate(
        CommandContext call, RespWriter reply, ReadOnlySpan<byte> user, ReadOnlySpan<byte> password)
    {
        if (call.Server.Access.Authenticate(user, password) is { } found)
        {
            call.Client.LogIn(found);
            return true;
        }

        AccessGate.NoteWrongPassword(call, user);
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
        else if (args.Count == 2 && call.Server.Access.Default.Rules.TakesAnyPassword)
        {
            call.Fail(
                reply,
                "ERR AUTH <password> called without any password configured for the default user. "u8 +
                "Are you sure your configuration is correct?"u8);
        }
        else if (TryAuthenticate(call, reply, args.Count == 2 ? "default"u8 : args[1], args[args.Count - 1]))
        {
            reply.WriteOk();
        }
    }
}
