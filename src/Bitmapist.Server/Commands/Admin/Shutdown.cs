using Bitmapist.Resp.Writing;
using static Bitmapist.Server.Commands.CommandFlags;

namespace Bitmapist.Server.Commands.Admin;

/// <summary>
/// redis.io/commands/shutdown. NOSAVE leaves the database file as it is; the log keeps every acknowledged write anyway.
/// NOW and FORCE have nothing to skip here.
/// </summary>
internal static class Shutdown
{
    public static readonly CommandSpec Spec = new(
        "shutdown", -1, CommandFlags.Admin | NoScript | Loading | Stale | NoMulti | AllowBusy, KeySpec.None, Run)
    {
        Summary = "Saves and stops the server.",
        Group = "server", Categories = "admin slow dangerous", Complexity = "O(changed keys)",
        Arguments = "[NOSAVE | SAVE] [NOW] [FORCE] [ABORT]",
    };

    private static void Run(CommandContext call, RespWriter reply)
    {
        ArgumentList args = call.Args;
        bool save = false, noSave = false, abort = false, other = false;
        for (int i = 1; i < args.Count; i++)
        {
            if (args.Is(i, "save"u8)) save = true;
            else if (args.Is(i, "nosave"u8)) noSave = true;
            else if (args.Is(i, "abort"u8)) abort = true;
            else if (args.Is(i, "now"u8) || args.Is(i, "force"u8)) other = true;
            else save = noSave = true; // not an option: refused as both at once are
        }

        if ((save && noSave) || (abort && (save || noSave || other)))
        {
            call.Fail(reply, Errors.Syntax);
        }
        else if (abort)
        {
            call.Fail(reply, "ERR No shutdown in progress."u8);
        }
        else
        {
            call.Client.IsClosing = true; // without a reply, as in Redis
            call.Server.Shutdown?.Invoke(!noSave);
        }
    }
}
