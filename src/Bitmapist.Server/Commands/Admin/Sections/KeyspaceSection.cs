using Bitmapist.Engine.Verbs;

namespace Bitmapist.Server.Commands.Admin.Sections;

/// <summary>INFO keyspace: the databases that hold keys.</summary>
internal static class KeyspaceSection
{
    public static void Write(CommandContext call, InfoText text)
    {
        foreach ((int database, long keys, long expiring, long averageTtlMs) in call.Session.CountByDatabase())
        {
            text.Add(
                FormattableString.Invariant($"db{database}"),
                FormattableString.Invariant($"keys={keys},expires={expiring},avg_ttl={averageTtlMs}"));
        }
    }
}
