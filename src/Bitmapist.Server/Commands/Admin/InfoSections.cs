using System.Diagnostics;
using System.Runtime.InteropServices;
using Bitmapist.Engine.Saving;
using Bitmapist.Server.Copying;
using Bitmapist.Server.Parameters;
using Bitmapist.Server.Settings;
using Bitmapist.Server.State;
using Bitmapist.Transport.Contract;

namespace Bitmapist.Server.Commands.Admin;

/// <summary>Sections of INFO that tell how the server is now.</summary>
internal static class InfoSections
{
    private const long MsPerDay = 24 * 60 * 60 * 1000;
    private static readonly string s_os = DescribeSystem();

    /// <summary>INFO server: what is running, and since when.</summary>
    public static void Server(CommandContext call, InfoText text)
    {
        ServerState server = call.Server;
        long uptimeMs = Math.Max(0, server.NowUnixMs - server.StartedAtUnixMs);
        text.Add("redis_version", ServerVersion.Redis);
        text.Add("redis_git_sha1", "00000000");
        text.Add("redis_git_dirty", 0);
        text.Add("redis_build_id", "0");
        text.Add("redis_mode", "standalone");
        text.Add("os", s_os);
        text.Add("arch_bits", Environment.Is64BitProcess ? 64 : 32);
        text.Add("multiplexing_api", server.Transport.Name());
        text.Add("process_id", Environment.ProcessId);
        text.Add("process_supervised", "no");
        text.Add("run_id", server.RunId);
        text.Add("tcp_port", ParameterTable.PortOf(call));
        TimeSpan sinceEpoch = server.Time.GetUtcNow() - DateTimeOffset.UnixEpoch;
        text.Add("server_time_usec", sinceEpoch.Ticks / TimeSpan.TicksPerMicrosecond);
        text.Add("uptime_in_seconds", uptimeMs / 1000);
        text.Add("uptime_in_days", uptimeMs / MsPerDay);
        text.Add("executable", Environment.ProcessPath ?? "");
        text.Add("config_file", "");
        text.Add("io_threads_active", 0);
        text.Add("bitmapist_version", ServerVersion.Bitmapist);
        text.Add("dotnet_version", Environment.Version.ToString());
    }

    /// <summary>INFO clients: who is connected.</summary>
    public static void Clients(CommandContext call, InfoText text)
    {
        ServerState server = call.Server;
        long inputMax = 0, outputMax = 0;
        foreach (ClientState client in server.Clients.InOrder)
        {
            inputMax = Math.Max(inputMax, client.BufferedRequestBytes);
            outputMax = Math.Max(outputMax, client.QueuedReplyBytes);
        }

        text.Add("connected_clients", server.Clients.Count);
        text.Add("cluster_connections", 0);
        text.Add("maxclients", server.ClientsMax);
        text.Add("client_recent_max_input_buffer", inputMax);
        text.Add("client_recent_max_output_buffer", outputMax);
        text.Add("blocked_clients", server.Clients.InOrder.Count(client => client.IsBlocked));
        text.Add("tracking_clients", server.Tracking.Clients);
        text.Add("clients_in_timeout_table", 0);
    }

    /// <summary>
    /// INFO memory. "Used" is what the managed heap holds, garbage not yet collected included; "rss" is what the
    /// process occupies, its peak is the system's own figure.
    /// </summary>
    public static void Memory(CommandContext call, InfoText text)
    {
        GCMemoryInfo heap = GC.GetGCMemoryInfo();
        long used = GC.GetTotalMemory(forceFullCollection: false);
        long resident = Environment.WorkingSet;
        long peak = Math.Max(PeakResident(), Math.Max(resident, used));
        long clients = call.Server.Clients.InOrder.Sum(client => client.HeldBytes);

        text.AddSize("used_memory", used);
        text.AddSize("used_memory_rss", resident);
        text.AddSize("used_memory_peak", peak);
        text.Add("used_memory_peak_perc", FormattableString.Invariant($"{100.0 * used / peak:F2}%"));
        text.Add("allocator_allocated", used);
        text.Add("allocator_active", heap.TotalCommittedBytes);
        text.Add("allocator_resident", resident);
        text.AddSize("total_system_memory", heap.TotalAvailableMemoryBytes);
        text.AddSize("maxmemory", MemoryParameters.BytesMaxOf(call.Server));
        text.Add("maxmemory_policy", "noeviction");
        text.Add("mem_fragmentation_ratio", (double)resident / Math.Max(1, used), decimals: 2);
        text.Add("mem_fragmentation_bytes", resident - used);
        text.Add("mem_clients_slaves", 0);
        text.Add("mem_clients_normal", clients);
        text.Add("mem_allocator", $"dotnet-{Environment.Version}");
        text.Add("active_defrag_running", 0);
        text.Add("lazyfree_pending_objects", 0);
        text.Add("lazyfreed_objects", 0);
    }

    /// <summary>
    /// INFO persistence, in Redis's words: "rdb" is the database file, "aof" the log. No client is served before the
    /// database is loaded, and no process is forked to save it.
    /// </summary>
    public static void Persistence(CommandContext call, InfoText text)
    {
        PersistentKeyspace? persistence = call.Server.Persistence;
        text.Add("loading", 0);
        text.Add("async_loading", 0);
        text.Add("current_cow_peak", 0);
        text.Add("current_cow_size", 0);
        text.Add("rdb_changes_since_last_save", persistence?.ChangesSinceSave ?? 0);
        text.Add("rdb_bgsave_in_progress", persistence?.IsSaving == true ? 1 : 0);
        text.Add("rdb_last_save_time", persistence?.LastSaveUnixSeconds ?? call.Server.StartedAtUnixMs / 1000);
        text.Add("rdb_last_bgsave_status", persistence?.LastSaveFailed == true ? "err" : "ok");
        text.Add("rdb_last_bgsave_time_sec", -1);
        text.Add("rdb_current_bgsave_time_sec", -1);
        text.Add("rdb_last_cow_size", 0);
        text.Add("aof_enabled", persistence is null ? 0 : 1);
        text.Add("aof_rewrite_in_progress", 0);
        text.Add("aof_rewrite_scheduled", 0);
        text.Add("aof_last_rewrite_time_sec", -1);
        text.Add("aof_current_rewrite_time_sec", -1);
        text.Add("aof_last_bgrewrite_status", "ok");
        LogFailure? failure = persistence?.LogFailure;
        text.Add("aof_last_write_status", failure is null ? "ok" : "err");
        text.Add("aof_last_cow_size", 0);
        if (persistence is null) return;
        text.Add("aof_current_size", persistence.LogBytes);
        text.Add("aof_base_size", persistence.DatabaseLiveBytes);
        text.Add("aof_delayed_fsync", persistence.DelayedFsyncs);
        text.Add("bitmapist_log_state", failure is null ? "ok" : failure.IsSync ? "sync_failed" : "write_failed");
        text.Add("bitmapist_log_error", failure?.Reason.Cause ?? "");
        text.Add("bitmapist_log_refusing_since", (failure?.SinceUnixMs ?? 0) / 1000);
        text.Add("bitmapist_log_failures", persistence.LogFailures);
        text.Add("bitmapist_database_size", persistence.DatabaseBytes);
        text.Add("bitmapist_backup_in_progress", call.Server.Backups.IsRunning ? 1 : 0);
        text.Add("bitmapist_last_backup_status", call.Server.Backups.LastFailed ? "err" : "ok");
        text.Add("bitmapist_last_backup_time", call.Server.Backups.LastUnixSeconds);
    }

    /// <summary>INFO replication: a master without replicas.</summary>
    public static void Replication(CommandContext call, InfoText text)
    {
        text.Add("role", "master");
        text.Add("connected_slaves", 0);
        text.Add("master_failover_state", "no-failover");
        text.Add("master_replid", call.Server.ReplicationId);
        text.Add("master_replid2", new string('0', 40));
        text.Add("master_repl_offset", 0);
        text.Add("second_repl_offset", -1);
        text.Add("repl_backlog_active", 0);
        text.Add("repl_backlog_size", 0);
        text.Add("repl_backlog_first_byte_offset", 0);
        text.Add("repl_backlog_histlen", 0);
    }

    /// <summary>INFO cpu: seconds of processor time since the start; there are no child processes.</summary>
    public static void Cpu(CommandContext call, InfoText text)
    {
        Environment.ProcessCpuUsage usage = Environment.CpuUsage;
        text.Add("used_cpu_sys", usage.PrivilegedTime.TotalSeconds, decimals: 6);
        text.Add("used_cpu_user", usage.UserTime.TotalSeconds, decimals: 6);
        text.Add("used_cpu_sys_children", 0.0, decimals: 6);
        text.Add("used_cpu_user_children", 0.0, decimals: 6);
    }

    /// <summary>INFO slurp: the copy from another server that runs, or the last one.</summary>
    public static void Slurp(CommandContext call, InfoText text)
    {
        SlurpProgress? slurp = call.Server.Slurper.Latest;
        text.Add("slurp_in_progress", slurp?.Status == SlurpStatus.Running ? 1 : 0);
        if (slurp is null) return;
        long endedAtUnixMs = slurp.EndedAtUnixMs == 0 ? call.Server.NowUnixMs : slurp.EndedAtUnixMs;
        text.Add("slurp_status", slurp.Status.ToString().ToLowerInvariant());
        text.Add("slurp_error", slurp.Failure.ReplaceLineEndings(" "));
        text.Add("slurp_source", slurp.Options.Address);
        text.Add("slurp_source_db", slurp.Options.SourceDatabase);
        text.Add("slurp_db", slurp.Database);
        text.Add("slurp_seconds", (endedAtUnixMs - slurp.StartedAtUnixMs) / 1000.0, decimals: 3);
        text.Add("slurp_keys", slurp.Keys);
        text.Add("slurp_bits", slurp.Bits);
        text.Add("slurp_bytes", slurp.Bytes);
        text.Add("slurp_keys_with_expiry", slurp.Expiring);
        text.Add("slurp_keys_without_bits", slurp.WithoutBits);
        text.Add("slurp_skipped_other_types", slurp.OtherTypes);
        text.Add("slurp_skipped_gone", slurp.Gone);
        text.Add("slurp_skipped_too_long", slurp.TooLong);
        text.Add("slurp_unnamed", slurp.Unnamed);
    }

    /// <summary>System, release and architecture as uname tells them: "Linux 6.1.0 x86_64".</summary>
    private static string DescribeSystem()
    {
        string architecture = RuntimeInformation.OSArchitecture switch
        {
            Architecture.X64 => "x86_64",
            Architecture.Arm64 => "aarch64",
            Architecture other => other.ToString(),
        };
        const string Release = "/proc/sys/kernel/osrelease";
        return OperatingSystem.IsLinux() && File.Exists(Release)
            ? $"Linux {File.ReadAllText(Release).Trim()} {architecture}"
            : $"{RuntimeInformation.OSDescription} {architecture}";
    }

    private static long PeakResident()
    {
        using var process = Process.GetCurrentProcess();
        return process.PeakWorkingSet64;
    }
}
