using Bitmapist.Engine.Keyspace;

namespace Bitmapist.Server.Commands.Admin.Sections;

/// <summary>INFO keyspace: the databases that hold keys.</summary>
internal static class KeyspaceSection
{
    public static void Write(CommandContext call, InfoText text)
    {
        for (int database = 0; database < call.Server.Store.Databases; database++)
        {
            (long keys, long expiring) = call.Session.CountKeys(database);
            if (keys == 0) continue;
            text.Add(
                FormattableString.Invariant($"db{database}"),
                FormattableString.Invariant($"keys={keys},expires={expiring},avg_ttl=0"));
        }
    }
}
