using System.Globalization;
using Bitmapist.Server.State;
using Bitmapist.Server.Tests.Connections;

namespace Bitmapist.Server.Tests.Commands.Admin;

public sealed class InfoTests
{
    /// <summary>What redis_exporter and Datadog read.</summary>
    private static readonly string[] s_readByTools =
    [
        "uptime_in_seconds", "process_id", "connected_clients", "blocked_clients", "maxclients", "used_memory",
        "used_memory_rss", "used_memory_peak", "maxmemory", "mem_fragmentation_ratio", "loading",
        "rdb_changes_since_last_save", "rdb_bgsave_in_progress", "rdb_last_save_time", "rdb_last_bgsave_status",
        "aof_enabled", "aof_last_write_status", "total_connections_received", "total_commands_processed",
        "total_net_input_bytes", "total_net_output_bytes", "total_error_replies", "rejected_connections",
        "expired_keys", "evicted_keys", "keyspace_hits", "keyspace_misses", "used_cpu_sys", "used_cpu_user",
            "connected_slaves",
        "master_repl_offset",
    ];

    [Fact]
    public async Task Has_every_field_that_monitoring_tools_read()
    {
        await using var client = new PipedClient(PipedClient.NewServer());
        string info = await client.SendAsync("INFO all");
        Assert.All(s_readByTools, field => Assert.Contains($"\r\n{field}:", info, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Counts_hits_misses_calls_and_bytes()
    {
        await using var client = new PipedClient(PipedClient.NewServer());
        await client.SendAsync("SET k v");
        await client.SendAsync("GET k");
        await client.SendAsync("GET k");
        await client.SendAsync("GET missing");
        Assert.Equal("2", await client.InfoAsync("stats", "keyspace_hits"));
        Assert.Equal("1", await client.InfoAsync("stats", "keyspace_misses"));
        Assert.Equal("3", await client.InfoAsync("commands", "get"));
        Assert.Matches("^calls=3,usec=[0-9]+,", await client.InfoAsync("commandstats", "cmdstat_get"));
        const int RequestBytes = 27 + 20 + 20 + 26; // those of the first four
        const int ReplyBytes = 5 + 7 + 7 + 5;
        Assert.InRange(Number(await client.InfoAsync("stats", "total_net_input_bytes")), RequestBytes, 1000);
        Assert.InRange(Number(await client.InfoAsync("stats", "total_net_output_bytes")), ReplyBytes, 20_000);
    }

    [Fact]
    public async Task Keeps_the_counts_of_clients_that_went()
    {
        ServerState server = PipedClient.NewServer();
        await using (var gone = new PipedClient(server)) await gone.SendAsync("PING");
        await using var client = new PipedClient(server);
        Assert.Equal("1", await client.InfoAsync("commands", "ping"));
        Assert.Equal("1", await client.InfoAsync("clients", "connected_clients"));
        Assert.Equal("2", await client.InfoAsync("stats", "total_connections_received"));
    }

    [Fact]
    public async Task Tells_the_mean_time_that_keys_have_left()
    {
        await using var client = new PipedClient(PipedClient.NewServer());
        await client.SendAsync("SET forever v");
        await client.SendAsync("SET a v EX 100");
        await client.SendAsync("SET b v EX 1000");
        await client.SendAsync("EXPIRE b 300");
        string line = await client.InfoAsync("keyspace", "db0");
        Assert.StartsWith("keys=3,expires=2,avg_ttl=", line, StringComparison.Ordinal);
        Assert.InRange(Number(line["keys=3,expires=2,avg_ttl=".Length..]), 190_000, 200_000);
        await client.SendAsync("PERSIST a");
        await client.SendAsync("DEL b");
        Assert.Equal("keys=2,expires=0,avg_ttl=0", await client.InfoAsync("keyspace", "db0"));
    }

    [Fact]
    public async Task Answers_within_a_transaction()
    {
        await using var client = new PipedClient(PipedClient.NewServer());
        await client.SendAsync("MULTI");
        await client.SendAsync("SET k v");
        await client.SendAsync("INFO keyspace");
        string replies = await client.SendAsync("EXEC");
        Assert.Equal("*2\r\n+OK\r\n$44\r\n# Keyspace\r\ndb0:keys=1,expires=0,avg_ttl=0\r\n\r\n", replies);
    }

    [Fact]
    public async Task Separates_sections_by_an_empty_line_and_takes_their_names_in_any_order()
    {
        await using var client = new PipedClient(PipedClient.NewServer());
        Assert.Equal(
            "$43\r\n# Modules\r\n\r\n# Cluster\r\ncluster_enabled:0\r\n\r\n",
            await client.SendAsync("INFO CLUSTER modules"));
    }

    private static long Number(string digits) => long.Parse(digits, CultureInfo.InvariantCulture);
}
