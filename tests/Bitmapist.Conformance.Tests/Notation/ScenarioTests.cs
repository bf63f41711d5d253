using Bitmapist.Testing.Scenarios;
using Bitmapist.Testing.Servers;

namespace Bitmapist.Conformance.Tests.Notation;

/// <summary>Rows that are wrong must fail: otherwise the tables would prove nothing.</summary>
[Trait("Server", "redis")]
public sealed class ScenarioTests(RedisServer server) : ConformanceSpec(server), IClassFixture<RedisServer>
{
    [Theory]
    [InlineData("SET k v => +OKAY")]
    [InlineData("SET k v | GET k => 'w'")]
    [InlineData("GET missing => ''")]
    [InlineData("SET k => +OK")]
    [InlineData("NOSUCH | PING => +PONG")]
    [InlineData("SET a 1 | SET b 1 | KEYS * =~> ['a']")]
    [InlineData("SET a 1 | SCAN {all} =~> ['a', 'b']")]
    [InlineData("SCAN {all} COUNT 0 =~> []")]
    [InlineData("SET k v EX 100 | TTL k => :<int 10..20>")]
    [InlineData("SELECT 1 | @1 SET k v | GET k => 'v'")]
    public async Task A_wrong_row_fails(string row) =>
        await Assert.ThrowsAsync<ScenarioException>(() => CheckAsync(row));

    [Theory]
    [InlineData("SET k {ab*3} | GET k => 'ababab' | GET k => '{ab*3}'")]
    [InlineData("SET k v EXAT {now+100} | PEXPIRETIME k => :<int {nowms+99000}..{nowms+100000}>")]
    [InlineData("SET k v PX 10 | {sleep 40} | GET k => $nil")]
    [InlineData("SET b 1 | SET a 1 | KEYS * =~> ['a', 'b'] | SCAN {all} COUNT 1 =~> ['a', 'b']")]
    [InlineData("SET k v | @1 SELECT 1 | @1 GET k => $nil | @2 GET k => 'v'")]
    [InlineData("NOSUCH => -ERR <any>")]
    public Task A_right_row_passes(string row) => CheckAsync(row);

    [Fact]
    public async Task Every_row_starts_from_nothing()
    {
        await CheckAsync("SELECT 5 | SET k v | SELECT 0 | SET k v");
        await CheckAsync("DBSIZE => :0 | SELECT 5 | DBSIZE => :0");
    }

    [Fact]
    public async Task A_failure_shows_the_step_and_both_replies()
    {
        const string Row = "PING | GETBIT k 1 => :1";
        ScenarioException failure = await Assert.ThrowsAsync<ScenarioException>(() => CheckAsync(Row));
        Assert.Equal(
            "GETBIT k 1\n  expected :1\n  received :0\n  step 2 of: PING | GETBIT k 1 => :1", failure.Message);
    }
}
