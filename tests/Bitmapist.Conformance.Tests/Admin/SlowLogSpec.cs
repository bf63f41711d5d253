using Bitmapist.Testing.Servers;

namespace Bitmapist.Conformance.Tests.Admin;

/// <summary>redis.io/commands/slowlog-get and latency-histogram: what is known about how long calls took.</summary>
public abstract class SlowLogSpec(ITestServer server) : ConformanceSpec(server)
{
    private const string Begin = "CONFIG SET slowlog-log-slower-than 0 | SLOWLOG RESET => +OK";
    private const string End = "CONFIG SET slowlog-log-slower-than 10000 => +OK";

    [Theory]
    [InlineData("SET k v", "['SET', 'k', 'v']")]
    [InlineData("ECHO {x*200}", "['ECHO', '{x*128}... (72 more bytes)']")]
    [InlineData("ECHO {x*128}", "['ECHO', '{x*128}']")]
    [InlineData(
        "EXISTS 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30 31 32 33",
        "['EXISTS', '1', '2', '3', '4', '5', '6', '7', '8', '9', '10', '11', '12', '13', '14', '15', " +
        "'16', '17', '18', " +
        "'19', '20', '21', '22', '23', '24', '25', '26', '27', '28', '29', '30', '... (3 more arguments)']")]
    [InlineData("{send} AUTH secret | {next} => <any>", "['AUTH', '(redacted)']")]
    [InlineData(
        "{send} HELLO 2 AUTH default secret SETNAME me | {next} => <any>",
        "['HELLO', '2', 'AUTH', '(redacted)', '(redacted)', 'SETNAME', 'me']")]
    public Task Shows_the_arguments(string command, string arguments) => CheckAsync(
        $"{Begin} | {command} | {End} | SLOWLOG GET 1 => [[:<int>, :<int 1700000000..>, :<int>, {arguments}, " +
        "'127.0.0.1:<int>', '<any>']] | SLOWLOG RESET => +OK");

    [Theory]
    [InlineData("SLOWLOG RESET => +OK | SLOWLOG LEN => :0 | SLOWLOG GET => [] | SLOWLOG GET -1 => []")]
    [InlineData(
        $"{Begin} | MULTI | SET k v | EXEC => [+OK] | {End} | SLOWLOG LEN => :3 | SLOWLOG GET 3 => " +
        "[<any>['SET', 'k', 'v']<any>['MULTI']<any>['SLOWLOG', 'RESET']<any>]")]
    [InlineData(
        $"{Begin} | PING | PING | PING | CONFIG SET slowlog-max-len 2 | SLOWLOG LEN => :2 " +
        $"| CONFIG SET slowlog-max-len 128 | {End} | SLOWLOG RESET")]
    [InlineData(
        $"{Begin} | CLIENT SETNAME bob | {End} | SLOWLOG GET 1 => [[:<int>, :<int>, :<int>, <any>, " +
        $"'127.0.0.1:<int>', " +
        "'bob']] | SLOWLOG RESET")]
    [InlineData("CONFIG SET slowlog-log-slower-than -1 | SLOWLOG RESET | PING | SLOWLOG LEN => :0")]
    [InlineData("SLOWLOG => -ERR wrong number of arguments for 'slowlog' command")]
    [InlineData("SLOWLOG FOO => -ERR unknown subcommand 'FOO'. Try SLOWLOG HELP.")]
    [InlineData("SLOWLOG GET x => -ERR count should be greater than or equal to -1")]
    [InlineData("SLOWLOG GET -2 => -ERR count should be greater than or equal to -1")]
    public Task Keeps_calls(string row) => CheckAsync(row);

    [Theory]
    [InlineData("LATENCY LATEST => [] | LATENCY HISTORY x => [] | LATENCY RESET => :0 | LATENCY RESET a b => :0")]
    [InlineData("LATENCY GRAPH x => -ERR No samples available for event 'x'")]
    [InlineData("LATENCY FOO => -ERR unknown subcommand 'FOO'. Try LATENCY HELP.")]
    [InlineData("LATENCY => -ERR wrong number of arguments for 'latency' command")]
    [InlineData("LATENCY HISTORY => -ERR wrong number of arguments for 'latency|history' command")]
    [InlineData("LATENCY HISTOGRAM nosuch => []")]
    [InlineData(
        "CONFIG RESETSTAT | ECHO a | ECHO a | LATENCY HISTOGRAM echo => ['echo', ['calls', :2, 'histogram_usec', " +
        "[:<int 1..><any>:2]]]")]
    [InlineData("HELLO 3 | CONFIG RESETSTAT | ECHO a | LATENCY HISTOGRAM ECHO => {'echo' => {'calls' => :1, <any>}}")]
    [InlineData("CONFIG RESETSTAT | CLIENT ID | LATENCY HISTOGRAM client => ['client|id', <any>]")]
    [InlineData(
        "CONFIG RESETSTAT | ECHO a | INFO latencystats => '<any>latency_percentiles_usec_echo:p50=<int>.<int>," +
        """p99=<int>.<int>,p99.9=<int>.<int>\r\n<any>'""")]
    [InlineData(
        "CONFIG SET latency-tracking-info-percentiles \"50 100\" | CONFIG RESETSTAT | ECHO a " +
        """| INFO latencystats => '<any>latency_percentiles_usec_echo:p50=<int>.<int>,p100=<int>.<int>\r\n<any>' """ +
        "| CONFIG SET latency-tracking-info-percentiles \"50 99 99.9\"")]
    [InlineData(
        "CONFIG SET latency-tracking no | CONFIG RESETSTAT | ECHO a | LATENCY HISTOGRAM echo => [] | " +
        "CONFIG SET latency-tracking yes")]
    public Task Knows_latencies(string row) => CheckAsync(row);
}

[Trait("Server", "bitmapist")]
public sealed class BitmapistSlowLog(BitmapistServer server) : SlowLogSpec(server), IClassFixture<BitmapistServer>;

[Trait("Server", "redis")]
public sealed class RedisSlowLog(RedisServer server) : SlowLogSpec(server), IClassFixture<RedisServer>;
