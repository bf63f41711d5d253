using System.Diagnostics;
using System.Globalization;
using Bitmapist.Engine.Verbs;
using Bitmapist.Server.Access;
using Bitmapist.Server.Copying;
using Bitmapist.Server.Parameters;
using Bitmapist.Server.PubSub;
using Bitmapist.Server.Settings;
using Bitmapist.Transport.Contract;
using static Bitmapist.Http.Metrics.MetricFamily;

namespace Bitmapist.Http.Metrics;

/// <summary>All metrics, in the order of the page.</summary>
internal static class MetricFamilies
{
    /// <summary>What calls took, by command.</summary>
    public static readonly MetricFamily Durations = Histogram(
        "command_duration_seconds",
        "What calls took, by command; calls in a pipeline count with their mean, none with latency-tracking off.",
        "cmd");

    private static readonly MetricFamily[] s_server =
    [
        Facts("build_info", "What is running; always 1.", ["version", "redis_version", "transport"],
            server => [ServerVersion.Bitmapist, ServerVersion.Redis, server.Transport.Name()]),
        Gauge("start_time_seconds", "When the server started, as Unix time.",
            reading => reading.Server.StartedAtUnixMs / 1000.0),
        Counters("cpu_seconds_total", "Processor time used, in the program itself and in the system for it.", "mode",
            _ => [("user", Environment.CpuUsage.UserTime.TotalSeconds),
                ("system", Environment.CpuUsage.PrivilegedTime.TotalSeconds)]),
        Gauge("open_descriptors", "Files and sockets open.", _ => DescriptorLimit.CountOpen()),
        Gauge("open_descriptors_max", "Files and sockets that may be open.", _ => DescriptorLimit.Read()),
    ];

    private static readonly MetricFamily[] s_clients =
    [
        Gauge("clients", "Clients connected.", reading => reading.Server.Clients.Count),
        Gauge("clients_max", "Clients that may be connected: maxclients.", reading => reading.Server.ClientsMax),
        Gauge("clients_blocked", "Clients that wait in the middle of a command.", reading => reading.Blocked),
        Gauge("clients_tracking", "Clients that are told of changes to keys they read.",
            reading => reading.Server.Tracking.Clients),
        Gauge("clients_memory_bytes", "Memory for unfinished requests and unread replies of all clients.",
            reading => reading.ClientBytes),
        Counter("connections_accepted_total", "Connections served.", reading => reading.Counts.Accepted),
        Counter("connections_rejected_total",
            "Connections refused: there were too many, protected mode kept them out, or TLS failed.",
            reading => reading.Counts.Rejected),
        Counters("clients_cut_off_total", "Clients cut off, by the setting that they exceeded.", "setting",
            reading => [("maxmemory-clients", reading.Counts.CutOff),
                ("client-output-buffer-limit", reading.Server.OutputLimits.CutOff)]),
        Counter("received_bytes_total", "Bytes of requests received.", reading => reading.Counts.Clients.InputBytes),
        Counter("sent_bytes_total", "Bytes of replies sent.", reading => reading.Counts.Clients.OutputBytes),
    ];

    private static readonly MetricFamily[] s_commands =
    [
        Counters("command_calls_total", "Calls, by command.", "cmd",
            reading => reading.ByCommand(counts => counts.Calls)),
        Counters("command_failed_calls_total", "Calls that were answered with an error, by command.", "cmd",
            reading => reading.ByCommand(counts => counts.Failures)),
        Counters("command_rejected_calls_total", "Calls refused before they ran, by command.", "cmd",
            reading => reading.ByCommand(counts => counts.Rejections)),
        Counters("command_seconds_total", "Time spent in calls, by command.", "cmd",
            reading => reading.ByCommand(counts => counts.Ticks / (double)Stopwatch.Frequency)),
        Durations,
        Counters("error_replies_total", "Error replies, by their first word.", "code",
            reading => reading.Server.ErrorCounts.Select(error => (error.Key, (double)error.Value))),
        Counters("access_denied_total", "Refusals for want of a right, by what was not allowed.", "reason",
            reading => [("auth", Denied(reading, AccessDenial.Authentication)),
                ("command", Denied(reading, AccessDenial.Command)), ("key", Denied(reading, AccessDenial.Key)),
                ("channel", Denied(reading, AccessDenial.Channel))]),
        Gauge("slowlog_entries", "Calls that SLOWLOG keeps.", reading => reading.Server.SlowCalls.Count),
    ];

    private static readonly MetricFamily[] s_keys =
    [
        Gauges("keys", "Keys, by database.", "db", reading => ByDatabase(reading, counts => counts.Keys)),
        Gauges("keys_expiring", "Keys that have an expiry time, by database.", "db",
            reading => ByDatabase(reading, counts => counts.Expiring)),
        Counter("keys_expired_total", "Keys removed because their time had come.",
            reading => reading.Counts.Keyspace.Expired),
        Counter("keyspace_hits_total", "Lookups by reading commands that found their key.",
            reading => reading.Counts.Keyspace.Hits),
        Counter("keyspace_misses_total", "Lookups by reading commands whose key is missing.",
            reading => reading.Counts.Keyspace.Misses),
        Gauge("hot_keys", "Resident keys; others are on disk alone.", reading => reading.Keyspace.ResidentKeys),
        Gauge("hot_bytes", "Memory of bitmaps and index.",
            reading => reading.Persistence?.MemoryBytes ?? reading.Keyspace.ResidentBytes),
        Gauge("hot_max_bytes", "What they may occupy before keys are evicted: maxmemory; 0: any number.",
            reading => MemoryParameters.BytesMaxOf(reading.Server)),
        Counter("hot_hits_total", "Lookups whose key was resident.", reading => reading.Keyspace.HotHits),
        Counter("hot_loads_total", "Keys fetched from the database file.", reading => reading.Keyspace.Loads),
        Counter("hot_evictions_total", "Keys evicted to the disk; none is lost by it.",
            reading => reading.Keyspace.Evicted),
    ];

    private static readonly MetricFamily[] s_memory =
    [
        Gauge("memory_resident_bytes", "What the process occupies.", reading => reading.Memory.Resident),
        Gauge("memory_peak_bytes", "The most it has occupied.", reading => reading.Memory.Peak),
        Gauge("memory_heap_bytes", "The managed heap, garbage not yet collected included.",
            reading => reading.Memory.Used),
        Gauge("memory_committed_bytes", "What the heap has of the system.", reading => reading.Memory.Committed),
        Gauge("memory_limit_bytes", "What the machine, or the container, has.",
            _ => GC.GetGCMemoryInfo().TotalAvailableMemoryBytes),
        Counter("allocated_bytes_total", "Bytes allocated on the heap.", _ => GC.GetTotalAllocatedBytes()),
        Counters("collections_total", "Collections of garbage, by generation.", "generation",
            _ => Enumerable.Range(0, GC.MaxGeneration + 1)
                .Select(generation => (Number(generation), (double)GC.CollectionCount(generation)))),
        Counter("collection_pause_seconds_total", "Time for which collections have stopped the program.",
            _ => GC.GetTotalPauseDuration().TotalSeconds),
    ];

    private static readonly MetricFamily[] s_storage =
    [
        Gauge("log_bytes", "Length of the write-ahead log.", reading => reading.Persistence?.LogBytes ?? 0),
        Gauge("log_writes_refused", "1 while writes are refused because the log failed, else 0.",
            reading => Flag(reading.Persistence?.LogFailure is not null)),
        Counter("log_failures_total", "How often writes came to be refused.",
            reading => reading.Persistence?.LogFailures ?? 0),
        Counter("log_delayed_fsyncs_total", "Acknowledgements that waited because the disk was behind.",
            reading => reading.Persistence?.DelayedFsyncs ?? 0),
        Gauge("database_bytes", "Length of the database file.", reading => reading.Persistence?.DatabaseBytes ?? 0),
        Gauge("database_live_bytes", "What of it is live, as of the last save.",
            reading => reading.Persistence?.DatabaseLiveBytes ?? 0),
        Gauge("changes_since_save", "Changes that the log has and the database file does not.",
            reading => reading.Persistence?.ChangesSinceSave ?? 0),
        Gauge("save_in_progress", "1 while a save is under way, else 0.",
            reading => Flag(reading.Persistence?.IsSaving == true)),
        Gauge("save_failed", "1 if the last save failed, else 0.",
            reading => Flag(reading.Persistence?.LastSaveFailed == true)),
        Gauge("save_success_time_seconds", "When the last save ended well, or the start, as Unix time.",
            reading => reading.Persistence?.LastSaveUnixSeconds ?? reading.Server.StartedAtUnixMs / 1000),
        Gauge("backup_in_progress", "1 while a backup is being written, else 0.",
            reading => Flag(reading.Server.Backups.IsRunning)),
        Gauge("backup_failed", "1 if the last backup failed, else 0.",
            reading => Flag(reading.Server.Backups.LastFailed)),
        Gauge("backup_success_time_seconds", "When the last backup ended well, as Unix time; 0: none did.",
            reading => reading.Server.Backups.LastUnixSeconds),
        Gauge("slurp_in_progress", "1 while SLURP copies from another server, else 0.",
            reading => Flag(reading.Server.Slurper.Latest?.Status == SlurpStatus.Running)),
    ];

    private static readonly MetricFamily[] s_pubSub =
    [
        Gauges("pubsub_channels", "Channels and patterns with subscribers, by kind.", "kind",
            reading => [("channel", reading.Server.Channels.Count(ChannelKind.Channel)),
                ("pattern", reading.Server.Channels.Count(ChannelKind.Pattern)),
                ("shard", reading.Server.Channels.Count(ChannelKind.Shard))]),
        Gauge("tracking_keys", "Keys remembered for client-side caching.",
            reading => reading.Server.Tracking.Counts.Keys),
    ];

    /// <summary>All of them.</summary>
    public static IReadOnlyList<MetricFamily> All { get; } =
        [.. s_server, .. s_clients, .. s_commands, .. s_keys, .. s_memory, .. s_storage, .. s_pubSub];

    private static double Denied(Reading reading, AccessDenial reason) => reading.Server.Access.Log.Count(reason);

    private static IEnumerable<(string Label, double Value)> ByDatabase(
        Reading reading, Func<DatabaseCounts, double> figure) =>
        reading.Databases.Select(counts => ("db" + Number(counts.Database), figure(counts)));

    private static double Flag(bool isOn) => isOn ? 1 : 0;

    private static string Number(int number) => number.ToString(CultureInfo.InvariantCulture);
}
