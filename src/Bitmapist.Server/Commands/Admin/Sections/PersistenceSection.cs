using Bitmapist.Engine.Saving;

namespace Bitmapist.Server.Commands.Admin.Sections;

/// <summary>
/// INFO persistence, in Redis's words: "rdb" is the database file, "aof" the log. Nobody is served before the database
/// is loaded, and no process is forked to save it.
/// </summary>
internal static class PersistenceSection
{
    public static void Write(CommandContext call, InfoText text)
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
}
