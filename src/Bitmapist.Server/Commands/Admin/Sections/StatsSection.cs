using Bitmapist.Server.State;

namespace Bitmapist.Server.Commands.Admin.Sections;

/// <summary>INFO stats: what was done since the start or CONFIG RESETSTAT.</summary>
internal static class StatsSection
{
    // What Redis counts and this server never does.
    private static readonly string[] s_replication = ["sync_full", "sync_partial_ok", "sync_partial_err"];

    private static readonly string[] s_others =
    [
        "pubsub_channels", "pubsub_patterns", "pubsubshard_channels", "latest_fork_usec", "total_forks",
        "migrate_cached_sockets", "tracking_total_keys", "tracking_total_items", "tracking_total_prefixes",
        "unexpected_error_replies",
    ];

    public static void Write(CommandContext call, InfoText text)
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
        foreach (string name in s_replication) text.Add(name, 0);
        text.Add("expired_keys", counts.Keyspace.Expired);
        text.Add("evicted_keys", 0);
        text.Add("evicted_clients", counts.CutOff);
        text.Add("keyspace_hits", counts.Keyspace.Hits);
        text.Add("keyspace_misses", counts.Keyspace.Misses);
        foreach (string name in s_others) text.Add(name, 0);
        text.Add("total_error_replies", call.Server.ErrorCounts.Sum(error => error.Value));
    }
}
