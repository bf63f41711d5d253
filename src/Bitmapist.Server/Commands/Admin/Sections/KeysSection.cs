using Bitmapist.Engine.Keyspace;
using Bitmapist.Engine.Verbs;

namespace Bitmapist.Server.Commands.Admin.Sections;

/// <summary>
/// INFO keys, of the original server: keys, and keys that are in memory. Beside them what became of the hot set since
/// the start: keys read from the database file because they were asked for, and keys that left memory.
/// </summary>
internal static class KeysSection
{
    public static void Write(CommandContext call, InfoText text)
    {
        long keys = call.Session.CountByDatabase().Sum(counts => counts.Keys);
        text.Add("keys_total", keys);
        KeyspaceStatistics statistics = call.Server.Store.Statistics();
        text.Add("keys_cached", statistics.ResidentKeys);
        text.Add("keys_cached_bytes", call.Server.Persistence?.MemoryBytes ?? statistics.ResidentBytes);
        text.Add("keys_cache_hits", statistics.HotHits);
        text.Add("keys_cache_misses", statistics.Loads);
        text.Add("keys_evicted", statistics.Evicted);
    }
}
