using Bitmapist.Testing.Servers;

namespace Bitmapist.Conformance.Tests.Admin;

/// <summary>Short commands about the server, and the parameters of clients' limits.</summary>
public abstract class ServerCommandsSpec(ITestServer server) : ConformanceSpec(server)
{
    private const string Failed = "-ERR CONFIG SET failed (possibly related to argument";

    [Theory]
    [InlineData("ROLE => ['master', :0, []] | ROLE x => -ERR wrong number of arguments for 'role' command")]
    [InlineData("""{7.0} LOLWUT => 'Redis ver. 7.0.15\n' | LOLWUT 1 => 'Redis ver. 7.0.15\n'""")]
    [InlineData("LOLWUT VERSION x => -ERR value is not an integer or out of range")]
    [InlineData("MODULE LIST => [] | MODULE FOO => -ERR unknown subcommand 'FOO'. Try MODULE HELP.")]
    [InlineData("MODULE => -ERR wrong number of arguments for 'module' command")]
    [InlineData("BGREWRITEAOF x => -ERR wrong number of arguments for 'bgrewriteaof' command")]
    [InlineData("DEBUG => -ERR wrong number of arguments for 'debug' command")]
    public Task Says_what_it_is(string row) => CheckAsync(row);

    [Theory]
    [InlineData("MEMORY USAGE missing => $nil | SET k v | MEMORY USAGE k => :<int 40..1000>")]
    [InlineData("SET k v | MEMORY USAGE k SAMPLES 5 => :<int 40..> | MEMORY USAGE k samples 0 => :<int 40..>")]
    [InlineData("MEMORY USAGE k SAMPLES x => -ERR value is not an integer or out of range")]
    [InlineData("MEMORY USAGE k SAMPLES -1 => -ERR syntax error | MEMORY USAGE k FOO 1 => -ERR syntax error")]
    [InlineData("MEMORY PURGE => +OK | MEMORY FOO => -ERR unknown subcommand 'FOO'. Try MEMORY HELP.")]
    [InlineData("HELLO 3 | MEMORY STATS => {<any>'peak.allocated' => :<int 1..>, <any>'fragmentation' => <any>}")]
    public Task Knows_its_memory(string row) => CheckAsync(row);

    [Theory]
    [InlineData($"CONFIG SET timeout x => {Failed} 'timeout') - argument couldn't be parsed into an integer")]
    [InlineData($"CONFIG SET timeout -1 => {Failed} 'timeout') - argument must be between 0 and 2147483647 inclusive")]
    [InlineData("CONFIG SET tcp-keepalive 100 => +OK | CONFIG GET tcp-keepalive => ['tcp-keepalive', '100']")]
    [InlineData(
        $"CONFIG SET proto-max-bulk-len 1 => {Failed} 'proto-max-bulk-len') - argument must be between 1048576 and " +
        "9223372036854775807 inclusive")]
    [InlineData($"CONFIG SET proto-max-bulk-len x => {Failed} 'proto-max-bulk-len') - argument must be a memory value")]
    [InlineData(
        $"CONFIG SET client-query-buffer-limit 1 => {Failed} 'client-query-buffer-limit') - argument must be between " +
        "1048576 and 9223372036854775807 inclusive")]
    [InlineData(
        "CONFIG SET client-query-buffer-limit 2mb => +OK | CONFIG GET client-query-buffer-limit => " +
        "['client-query-buffer-limit', '2097152'] | CONFIG SET client-query-buffer-limit 1gb => +OK")]
    [InlineData(
        "CONFIG SET client-output-buffer-limit \"pubsub 1mb 512kb 10\" => +OK | CONFIG GET " +
        "client-output-buffer-limit => " +
        "['client-output-buffer-limit', 'normal 0 0 0 slave 268435456 67108864 60 pubsub 1048576 524288 10'] " +
        "| CONFIG SET client-output-buffer-limit \"pubsub 32mb 8mb 60\" => +OK")]
    [InlineData(
        $"CONFIG SET client-output-buffer-limit \"normal 1 2\" => {Failed} 'client-output-buffer-limit') " +
        $"- Wrong number of " +
        "arguments in buffer limit configuration.")]
    [InlineData(
        $"CONFIG SET client-output-buffer-limit \"foo 1 2 3\" => {Failed} 'client-output-buffer-limit') - " +
        $"Invalid client " +
        "class specified in buffer limit configuration.")]
    [InlineData(
        $"CONFIG SET client-output-buffer-limit \"normal 1 2 x\" => {Failed} " +
        $"'client-output-buffer-limit') - Error in hard, " +
        "soft or soft_seconds setting in buffer limit configuration.")]
    [InlineData(
        $"CONFIG SET latency-tracking-info-percentiles x => {Failed} 'latency-tracking-info-percentiles') - Invalid " +
        "latency-tracking-info-percentiles parameters")]
    [InlineData(
        $"CONFIG SET latency-tracking-info-percentiles 101 => {Failed} 'latency-tracking-info-percentiles') - " +
        "latency-tracking-info-percentiles parameters should sit between [0.0,100.0]")]
    [InlineData($"CONFIG SET latency-tracking x => {Failed} 'latency-tracking') - argument must be 'yes' or 'no'")]
    [InlineData(
        $"CONFIG SET enable-debug-command yes => {Failed} 'enable-debug-command') - can't set immutable " +
        $"config")]
    public Task Limits_clients(string row) => CheckAsync(row);

    [Fact]
    public async Task An_idle_client_is_closed_and_a_subscriber_is_not()
    {
        using var idle = await Testing.Wire.RawConnection.ConnectAsync(Server.Port);
        using var subscriber = await Testing.Wire.RawConnection.ConnectAsync(Server.Port);
        await idle.AskAsync("PING");
        await subscriber.AskAsync("SUBSCRIBE c");
        await Server.SendAsync("CONFIG SET timeout 1");
        Assert.Empty(await idle.ReceiveUntilClosedAsync());
        await Server.SendAsync("CONFIG SET timeout 0");
        Assert.Equal(":1", await Server.SendAsync("PUBLISH c x"));
    }
}

[Trait("Server", "bitmapist")]
public sealed class BitmapistServerCommands(BitmapistServer server) : ServerCommandsSpec(server),
    IClassFixture<BitmapistServer>
{
    [Theory] // the Redis of these tests allows it
    [InlineData(
        "DEBUG SLEEP 0 => -ERR DEBUG command not allowed. If the enable-debug-command option is set to " +
        "\"local\", you can " +
        "run it from a local connection, otherwise you need to set this option in the configuration file, and then " +
        "restart the server.")]
    [InlineData("CONFIG GET enable-debug-command => ['enable-debug-command', 'no']")]
    public Task Does_not_debug_unless_told(string row) => CheckAsync(row);
}

[Trait("Server", "redis")]
public sealed class RedisServerCommands(RedisServer server) : ServerCommandsSpec(server), IClassFixture<RedisServer>;
