using Bitmapist.Server.State;
using Bitmapist.Storage.Log;

namespace Bitmapist.Server.Parameters;

/// <summary>appendfsync: when the log is synced to the disk. May change while the server runs.</summary>
internal static class AppendFsync
{
    public static readonly Parameter Parameter =
        new("appendfsync", call => NameOf(call.Server.Persistence?.AppendFsync ?? call.Server.Options.AppendFsync))
        {
            Writer = new ParameterWriter(Check, Apply),
        };

    private static string NameOf(FsyncPolicy policy) => policy switch
    {
        FsyncPolicy.Always => "always",
        FsyncPolicy.No => "no",
        _ => "everysec",
    };

    private static bool TryParse(string text, out FsyncPolicy policy)
    {
        foreach (FsyncPolicy candidate in Enum.GetValues<FsyncPolicy>())
        {
            policy = candidate;
            if (text.Equals(NameOf(candidate), StringComparison.OrdinalIgnoreCase)) return true;
        }

        policy = default;
        return false;
    }

    private static string? Check(ServerState server, string value)
    {
        if (!TryParse(value, out _)) return "argument(s) must be one of the following: everysec, always, no";
        return server.Persistence is null ? "this server keeps no log" : null;
    }

    private static void Apply(ServerState server, string value)
    {
        if (TryParse(value, out FsyncPolicy policy)) server.Persistence!.AppendFsync = policy;
    }
}
