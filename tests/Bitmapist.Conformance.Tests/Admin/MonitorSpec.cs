using Bitmapist.Testing.Servers;

namespace Bitmapist.Conformance.Tests.Admin;

/// <summary>redis.io/commands/monitor: what a monitor sees, and what is kept from it.</summary>
public abstract class MonitorSpec(ITestServer server) : ConformanceSpec(server)
{
    private const string At = "<int>.<int> [0 127.0.0.1:<int>]";

    [Theory]
    [InlineData($"@1 MONITOR => +OK | SET k v | @1 {{next}} => +{At} \"SET\" \"k\" \"v\"")]
    [InlineData($"@1 MONITOR => +OK | set K \"\" | @1 {{next}} => +{At} \"set\" \"K\" \"\"")]
    [InlineData(
        """@1 MONITOR => +OK | ECHO "a b\x00\x01\n\r\t\a\b\\\"\xff" """ +
        $"| @1 {{next}} => +{At}" + """ "ECHO" "a b\\x00\\x01\\n\\r\\t\\a\\b\\\\\\"\\xff" """)]
    [InlineData(
        $"@1 MONITOR => +OK | MULTI | SET k v | GET k | EXEC => [+OK, 'v'] | @1 {{next}} => +{At} \"MULTI\" " +
        $"| @1 {{next}} => +{At} \"SET\" \"k\" \"v\" | @1 {{next}} => +{At} \"GET\" \"k\" | @1 {{next}} " +
        $"=> +{At} \"EXEC\"")]
    [InlineData(
        "@1 MONITOR => +OK | SELECT 3 | GET k | @1 {next} => +<int>.<int> [3 127.0.0.1:<int>] \"SELECT\" \"3\" " +
        "| @1 {next} => +<int>.<int> [3 127.0.0.1:<int>] \"GET\" \"k\"")]
    [InlineData("MONITOR => +OK | PING => +PONG | {next} => +<any> \"PING\"")]
    [InlineData(
        "@1 MONITOR => +OK | @2 MONITOR => +OK | PING | @1 {next} => +<any> \"PING\" | @2 {next} => " +
        "+<any> \"PING\"")]
    public Task Sees_what_is_run(string row) => CheckAsync(row.TrimEnd());

    [Theory]
    [InlineData(
        "@1 MONITOR => +OK | CONFIG GET port | CLIENT LIST | {send} NOSUCH x | {next} => <any> | GET k | " +
        "@1 {next} => +<any> \"GET\" \"k\"")]
    [InlineData(
        "@1 MONITOR => +OK | {send} AUTH secret | {next} => <any> | {send} HELLO 2 AUTH default secret " +
        "SETNAME me | {next} => <any> " +
        "| @1 {next} => +<any> \"AUTH\" \"(redacted)\" " +
        "| @1 {next} => +<any> \"HELLO\" \"2\" \"AUTH\" \"(redacted)\" \"(redacted)\" \"SETNAME\" \"me\"")]
    public Task Does_not_see_secrets_and_administration(string row) => CheckAsync(row);

    [Theory]
    [InlineData("MONITOR => +OK | GET k => -ERR Replica can't interact with the keyspace")]
    [InlineData(
        "MONITOR => +OK | SET k v => -ERR Replica can't interact with the keyspace | RESET => +RESET | " +
        "GET k => $nil")]
    [InlineData("MONITOR x => -ERR wrong number of arguments for 'monitor' command")]
    [InlineData("MULTI | MONITOR | EXEC => [-ERR MONITOR isn't allowed for DENY BLOCKING client]")]
    public Task Does_nothing_else(string row) => CheckAsync(row);

}

[Trait("Server", "bitmapist")]
public sealed class BitmapistMonitor(BitmapistServer server) : MonitorSpec(server), IClassFixture<BitmapistServer>;

[Trait("Server", "redis")]
public sealed class RedisMonitor(RedisServer server) : MonitorSpec(server), IClassFixture<RedisServer>;
