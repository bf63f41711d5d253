using System.Diagnostics;
using Bitmapist.Engine.Keyspace;
using Bitmapist.Engine.Verbs;
using Bitmapist.Server.Access;
using Bitmapist.Server.PubSub;
using Bitmapist.Server.State;
using Bitmapist.Server.Timing;

namespace Bitmapist.Server.Commands.Admin;

/// <summary>Sections of INFO that tell what has been counted: calls, errors, keys.</summary>
internal static class InfoCounts
{
    // What Redis counts and this server never does.
    private static readonly string[] s_replication = ["sync_full", "sync_partial_ok", "sync_partial_err"];

    /// <summary>INFO stats: what was done since the start or CONFIG RESETSTAT.</summary>
    public static void Stats(CommandContext call, InfoText text)
    {
        ServerCounts counts = call.Server.Statistics.SinceReset();
        TrafficRates rates = call.Server.Statistics.Rates();
        text.Add("total_connections_received", counts.Accepted);
        text.Add("total_commands_processed", counts.Calls);
        text.Add("instantaneous_ops_per_sec", rates.CallsPerSecond);
        text.Add("total_net_input_bytes", counts.Clients.InputBytes);
        text.Add("total_net_output_bytes", counts.Clients.OutputBytes);
        text.Add("total_net_repl_input_bytes", 0);
        text.Add("total_net_repl_output_bytes", 0);
        text.Add("instantaneous_input_kbps", rates.InputKiBPerSecond, decimals: 2);
        text.Add("instantaneous_output_kbps", rates.OutputKiBPerSecond, decimals: 2);
        text.Add("rejected_connections", counts.Rejected);
        AccessLog refused = call.Server.Access.Log;
        text.Add("acl_access_denied_auth", refused.Count(AccessDenial.Authentication));
        text.Add("acl_access_denied_cmd", refused.Count(AccessDenial.Command));
        text.Add("acl_access_denied_key", refused.Count(AccessDenial.Key));
        text.Add("acl_access_denied_channel", refused.Count(AccessDenial.Channel));
        foreach (string name in s_replication) text.Add(name, 0);
        text.Add("expired_keys", counts.Keyspace.Expired);
        text.Add("evicted_keys", 0);
        text.Add("evicted_clients", counts.CutOff);
        text.Add("keyspace_hits", counts.Keyspace.Hits);
        text.Add("keyspace_misses", counts.Keyspace.Misses);
        text.Add("pubsub_channels", call.Server.Channels.Count(ChannelKind.Channel));
        text.Add("pubsub_patterns", call.Server.Channels.Count(ChannelKind.Pattern));
        text.Add("pubsubshard_channels", call.Server.Channels.Count(ChannelKind.Shard));
        text.Add("latest_fork_usec", 0);
        text.Add("total_forks", 0);
        text.Add("migrate_cached_sockets", 0);
        (long keys, long items, long prefixes) = call.Server.Tracking.Counts;
        text.Add("tracking_total_keys", keys);
        text.Add("tracking_total_items", items);
        text.Add("tracking_total_prefixes", prefixes);
        text.Add("unexpected_error_replies", 0);
        text.Add("client_output_buffer_limit_disconnections", call.Server.OutputLimits.CutOff);
        text.Add("total_error_replies", call.Server.ErrorCounts.Sum(error => error.Value));
    }

    /// <summary>INFO commandstats: calls and their time, for commands that were called or refused.</summary>
    public static void CommandStats(CommandContext call, InfoText text)
    {
        ClientCounters counters = call.Server.Statistics.SinceReset().Clients;
        foreach (CommandSpec spec in call.Commands.ByIndex)
        {
            CommandCounts counts = counters[spec.Index];
            (long calls, long rejected) = (counts.Calls, counts.Rejections);
            if (calls == 0 && rejected == 0) continue;
            double microseconds = counts.Ticks * 1_000_000.0 / Stopwatch.Frequency;
            text.Add(
                $"cmdstat_{spec.FullName}",
                FormattableString.Invariant($"calls={calls},usec={(long)microseconds},") +
                FormattableString.Invariant($"usec_per_call={microseconds / Math.Max(1, calls):F2},") +
                FormattableString.Invariant($"rejected_calls={rejected},failed_calls={counts.Failures}"));
        }
    }

    /// <summary>INFO latencystats: percentiles of what calls took, by command.</summary>
    public static void LatencyStats(CommandContext call, InfoText text)
    {
        CommandLatencies.TryParse(call.Server.Latencies.Percentiles, out List<double> percentiles);
        if (percentiles.Count == 0) return;
        foreach (CommandSpec spec in call.Commands.ByIndex)
        {
            if (call.Server.Latencies[spec.Index] is not { } histogram) continue;
            text.Add(
                $"latency_percentiles_usec_{spec.FullName}",
                string.Join(',', percentiles.Select(percentile => FormattableString.Invariant(
                    $"p{percentile}={histogram.AtPercentile(percentile) / 1000.0:F3}"))));
        }
    }

    /// <summary>INFO errorstats: error replies by their code.</summary>
    public static void ErrorStats(CommandContext call, InfoText text)
    {
        foreach ((string code, long count) in call.Server.ErrorCounts)
            text.Add($"errorstat_{code}", FormattableString.Invariant($"count={count}"));
    }

    /// <summary>INFO keyspace: the databases that hold keys.</summary>
    public static void Keyspace(CommandContext call, InfoText text)
    {
        foreach ((int database, long keys, long expiring, long averageTtlMs) in call.Session.CountByDatabase())
        {
            text.Add(
                FormattableString.Invariant($"db{database}"),
                FormattableString.Invariant($"keys={keys},expires={expiring},avg_ttl={averageTtlMs}"));
        }
    }

    /// <summary>
    /// INFO keys, of the original server: keys, and keys that are resident. Beside them what became of the hot set
    /// since the start: keys read from the database file because they were asked for, and keys that were evicted.
    /// </summary>
    public static void Keys(CommandContext call, InfoText text)
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

    /// <summary>INFO commands, of the original server: how often each command was called.</summary>
    public static void Commands(CommandContext call, InfoText text)
    {
        ClientCounters counters = call.Server.Statistics.SinceReset().Clients;
        foreach (CommandSpec spec in call.Commands.ByIndex)
            if (counters[spec.Index].Calls is > 0 and var calls) text.Add(spec.FullName, calls);
    }
}
