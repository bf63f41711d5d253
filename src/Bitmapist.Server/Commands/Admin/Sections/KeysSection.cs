using Bitmapist.Engine.Keyspace;

namespace Bitmapist.Server.Commands.Admin.Sections;

/// <summary>INFO keys, of the original server: keys, and keys whose bitmaps are in memory.</summary>
internal static class KeysSection
{
    public static void Write(CommandContext call, InfoText text)
    {
        long keys = call.Session.CountByDatabase().Sum(counts => counts.Keys);
        text.Add("keys_total", keys);
        text.Add("keys_cached", keys); // all are in memory
    }
}
