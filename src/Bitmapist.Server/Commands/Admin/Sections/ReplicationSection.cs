namespace Bitmapist.Server.Commands.Admin.Sections;

/// <summary>INFO replication: a master without replicas.</summary>
internal static class ReplicationSection
{
    public static void Write(CommandContext call, InfoText text)
    {
        text.Add("role", "master");
        text.Add("connected_slaves", 0);
        text.Add("master_failover_state", "no-failover");
        text.Add("master_replid", call.Server.RunId);
        text.Add("master_replid2", new string('0', 40));
        text.Add("master_repl_offset", 0);
        text.Add("second_repl_offset", -1);
        text.Add("repl_backlog_active", 0);
        text.Add("repl_backlog_size", 0);
        text.Add("repl_backlog_first_byte_offset", 0);
        text.Add("repl_backlog_histlen", 0);
    }
}
