using Bitmapist.Testing.Servers;

namespace Bitmapist.Conformance.Tests.Admin;

/// <summary>redis.io/commands/info: sections of name:value lines, as the tools that watch servers read them.</summary>
public abstract class InfoSpec(ITestServer server) : ConformanceSpec(server)
{
    [Theory]
    [InlineData(
        """INFO => '# Server\r\nredis_version:<any>\r\n\r\n# Clients\r\n<any>\r\n\r\n# """ +
        """Memory\r\n<any>\r\n\r\n# Persistence\r\n<any>'""")]
    [InlineData(
        """INFO => '<any>\r\n\r\n# Stats\r\n<any>\r\n\r\n# Replication\r\n<any>\r\n\r\n# CPU\r\n<any>\r\n# """ +
        """Keyspace\r\n'""")]
    [InlineData("""INFO default => '# Server\r\nredis_version:<any>\r\n# Keyspace\r\n'""")]
    [InlineData(
        """INFO all => '# Server\r\n<any>\r\n# Commandstats\r\n<any>cmdstat_flushall:calls=<int """ +
        """1..>,usec=<int>,<any>\r\n# Keyspace\r\n'""")]
    [InlineData("""INFO everything => '# Server\r\n<any>\r\n# Keyspace\r\n'""")]
    [InlineData("""HELLO 3 | INFO => =txt:'# Server\r\n<any>\r\n# Keyspace\r\n'""")]
    public Task Has_the_usual_sections(string row) => CheckAsync(row);

    [Theory]
    [InlineData(
        """INFO server => '# Server\r\n<any>redis_version:<int>.<int>.<int>\r\n<any>""" +
        """redis_mode:standalone\r\n<any>arch_bits:64\r\n<any>'""")]
    [InlineData(
        """INFO server => '<any>\r\nprocess_id:<int 1..>\r\n<any>run_id:<any>\r\n<any>tcp_port:<int """ +
        """1..65535>\r\n<any>uptime_in_seconds:<int 0..>\r\n<any>'""")]
    public Task Describes_the_server(string row) => CheckAsync(row);

    [Theory]
    [InlineData(
        """INFO clients => '# Clients\r\nconnected_clients:<int """ +
        """1..>\r\n<any>maxclients:10000\r\n<any>blocked_clients:0\r\n<any>'""")]
    public Task Counts_clients(string row) => CheckAsync(row);

    [Theory]
    [InlineData(
        """INFO memory => '# Memory\r\nused_memory:<int 1..>\r\n<any>used_memory_rss:<int """ +
        """1..>\r\n<any>used_memory_peak:<int 1..>\r\n<any>'""")]
    [InlineData(
        """INFO memory => '<any>\r\nmaxmemory:<int 0..>\r\n<any>mem_fragmentation_ratio:<int>.<int>\r\n<any>'""")]
    public Task Measures_memory(string row) => CheckAsync(row);

    [Theory]
    [InlineData(
        """INFO persistence => '# Persistence\r\nloading:0\r\n<any>rdb_changes_since_last_save:<int """ +
        """0..>\r\n<any>rdb_bgsave_in_progress:<int 0..1>\r\n<any>'""")]
    [InlineData(
        """INFO persistence => '<any>\r\nrdb_last_save_time:<int """ +
        """1..>\r\n<any>rdb_last_bgsave_status:ok\r\n<any>aof_enabled:<int 0..1>\r\n<any>'""")]
    [InlineData("""INFO persistence => '<any>aof_last_write_status:ok\r\n<any>'""")]
    public Task Tells_what_is_saved(string row) => CheckAsync(row);

    [Theory]
    [InlineData(
        """INFO stats => '# Stats\r\ntotal_connections_received:<int """ +
        """1..>\r\n<any>total_commands_processed:<int 1..>\r\n<any>'""")]
    [InlineData(
        """INFO stats => '<any>total_net_input_bytes:<int 1..>\r\n<any>total_net_output_bytes:<int """ +
        """1..>\r\n<any>rejected_connections:0\r\n<any>'""")]
    [InlineData(
        """INFO stats => '<any>expired_keys:<int 0..>\r\n<any>evicted_keys:<int """ +
        """0..>\r\n<any>keyspace_hits:<int 0..>\r\n<any>keyspace_misses:<int 0..>\r\n<any>'""")]
    [InlineData("""NOSUCH => -<any> | INFO stats => '<any>total_error_replies:<int 1..>\r\n<any>'""")]
    public Task Counts_what_happened(string row) => CheckAsync(row);

    [Theory]
    [InlineData(
        """INFO replication => '# Replication\r\nrole:master\r\n<any>""" +
        """connected_slaves:0\r\n<any>master_repl_offset:0\r\n<any>'""")]
    [InlineData("""INFO cpu => '# CPU\r\nused_cpu_sys:<int>.<int>\r\nused_cpu_user:<int>.<int>\r\n<any>'""")]
    public Task Tells_the_role_and_the_cpu_time(string row) => CheckAsync(row);

    [Theory]
    [InlineData("""INFO keyspace => '# Keyspace\r\n'""")]
    [InlineData(
        "{7.0} SET a 1 | SET b 1 EX 100 " +
        """| INFO keyspace => '# Keyspace\r\ndb0:keys=2,expires=1,avg_ttl=<int 0..100000>\r\n'""")]
    [InlineData("""{7.0} SELECT 3 | SET a 1 | INFO keyspace => '# Keyspace\r\ndb3:keys=1,expires=0,avg_ttl=0\r\n'""")]
    [InlineData(
        "{7.0} SET a 1 | SELECT 15 | SET a 1 " +
        """| INFO Keyspace => '# Keyspace\r\ndb0:keys=1,expires=0,avg_ttl=0\r\ndb15:keys=1,expires=0,avg_ttl=0\r\n'""")]
    [InlineData("""HELLO 3 | INFO keyspace => =txt:'# Keyspace\r\n'""")]
    public Task Counts_keys_by_database(string row) => CheckAsync(row);

    [Theory]
    [InlineData(
        "GETBIT k 1 " +
        """| INFO commandstats => '# Commandstats\r\n<any>cmdstat_getbit:calls=<int 1..>,usec=<int """ +
        """0..>,usec_per_call=<int>.<int>,rejected_calls=<int 0..>,failed_calls=<int 0..>\r\n<any>'""")]
    [InlineData("CLIENT ID | INFO commandstats => '<any>cmdstat_client|id:calls=<int 1..>,<any>'")]
    [InlineData(
        "GETBIT => -<any> " +
        "| INFO commandstats => '<any>cmdstat_getbit:calls=<int 0..>,<any>,rejected_calls=<int 1..>,<any>'")]
    [InlineData(
        "GETBIT k x => -<any> " +
        """| INFO commandstats => '<any>cmdstat_getbit:calls=<int 1..>,<any>,failed_calls=<int 1..>\r\n<any>'""")]
    [InlineData(
        """NOSUCH => -<any> | INFO errorstats => '# Errorstats\r\n<any>errorstat_ERR:count=<int 1..>\r\n<any>'""")]
    public Task Counts_commands_and_errors(string row) => CheckAsync(row);

    [Theory]
    [InlineData("""INFO keyspace cpu => '# CPU\r\n<any>\r\n\r\n# Keyspace\r\n'""")]
    [InlineData("""INFO cpu nosuch => '# CPU\r\n<any>\r\n'""")]
    [InlineData("""INFO cpu cpu => '# CPU\r\n<any>\r\n'""")]
    public Task Takes_several_sections(string row) => CheckAsync(row);

    [Theory]
    [InlineData("INFO nosuch => ''")]
    [InlineData("""INFO "" => ''""")]
    public Task Says_nothing_about_other_sections(string row) => CheckAsync(row);
}

[Trait("Server", "bitmapist")]
public sealed class BitmapistInfo(BitmapistServer server) : InfoSpec(server), IClassFixture<BitmapistServer>;

[Trait("Server", "redis")]
public sealed class RedisInfo(RedisServer server) : InfoSpec(server), IClassFixture<RedisServer>;
