using System.Text;
using Bitmapist.Resp.Writing;
using Bitmapist.Server.Access;
using Bitmapist.Server.State;

namespace Bitmapist.Server.Commands.Connection;

/// <summary>
/// Asked about every call of a client that may not do everything: whether it has logged in, and may do this. What is
/// refused is noted for ACL LOG.
/// </summary>
internal static class AccessGate
{
    /// <summary>Why a call is refused before it runs or is queued, in Redis's words; null: it is not.</summary>
    public static string? Refuse(CommandContext call, CommandSpec spec)
    {
        ClientState client = call.Client;
        if (client.MustAuthenticate && !spec.Is(CommandFlags.NoAuth)) return "NOAUTH Authentication required.";
        bool isNeverQueued =
            call.Transaction is not null && spec.Is(CommandFlags.NoMulti) && !spec.Is(CommandFlags.NotQueued);
        if (isNeverQueued) return null; // that it cannot be queued is what Redis tells first
        AccessDenial denial = Find(call, spec, isInTransaction: call.Transaction is not null);
        return denial switch
        {
            AccessDenial.None => null,
            AccessDenial.Command => $"NOPERM this user has no permissions to run the '{spec.FullName}' command",
            AccessDenial.Key => "NOPERM this user has no permissions to access one of the keys used as arguments",
            _ => "NOPERM this user has no permissions to access one of the channels used as arguments",
        };
    }

    /// <summary>
    /// Whether a queued call may still run: the user's rules may have changed since. Answers with an error if not.
    /// </summary>
    public static bool TryAdmitQueued(CommandContext call, RespWriter reply, CommandSpec spec)
    {
        AccessDenial denial = Find(call, spec, isInTransaction: true);
        if (denial == AccessDenial.None) return true;
        string reason = denial switch
        {
            AccessDenial.Command => "no permission to execute the command or subcommand",
            AccessDenial.Key => "no permission to touch the specified keys",
            _ => "no permission to access one of the channels used as arguments to the command",
        };
        call.Fail(reply, Encoding.ASCII.GetBytes(
            "NOPERM ACLs rules changed between the moment the transaction was accumulated and the EXEC call. "
            + $"This command is no longer allowed for the following reason: {reason}"));
        return false;
    }

    /// <summary>Notes a wrong password, or an unknown user.</summary>
    /// <param name="call">The call that had it.</param>
    /// <param name="userName">Who it was to be.</param>
    public static void NoteWrongPassword(CommandContext call, ReadOnlySpan<byte> userName) => Note(
        call, AccessDenial.Authentication, call.Transaction is not null || call.IsInTransaction, call.Args[0],
        Encoding.Latin1.GetString(userName[..Math.Min(userName.Length, AccessLimits.LogObjectBytes)]));

    private static AccessDenial Find(CommandContext call, CommandSpec spec, bool isInTransaction)
    {
        User user = call.Client.User;
        DateTime now = spec.NamedKeysOf is null ? default : call.BeginMoment();
        AccessDenial denial = AccessCheck.Find(user.Rules, spec, call.Args, now, out int position);
        if (denial == AccessDenial.None) return denial;
        call.TakeMoment();
        ReadOnlySpan<byte> noted =
            denial == AccessDenial.Command ? Encoding.ASCII.GetBytes(spec.FullName)
            : AccessCheck.NameAt(spec, call.Args, now, position);
        Note(call, denial, isInTransaction, noted, user.Name);
        return denial;
    }

    private static void Note(
        CommandContext call, AccessDenial reason, bool isInTransaction, ReadOnlySpan<byte> noted, string userName)
    {
        var line = new StringBuilder();
        ClientLine.Append(line, call.Client, call);
        byte[] kept = noted[..Math.Min(noted.Length, AccessLimits.LogObjectBytes)].ToArray();
        call.Server.Access.Log.Add(new AccessLogEntry(
            reason, isInTransaction, kept, userName, call.Server.Time.GetUtcNow(), line.ToString().TrimEnd('\n')));
    }
}
