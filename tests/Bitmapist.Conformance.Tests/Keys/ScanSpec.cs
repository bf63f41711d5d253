using Bitmapist.Testing.Servers;

namespace Bitmapist.Conformance.Tests.Keys;

/// <summary>redis.io/commands/scan: a key that is there from the first call to the last is returned.</summary>
public abstract class ScanSpec(ITestServer server) : ConformanceSpec(server)
{
    [Theory]
    [InlineData("SCAN 0 => ['0', []]")]
    [InlineData("SCAN {all} =~> []")]
    [InlineData("SET a 1 | SCAN 0 => ['0', ['a']]")]
    [InlineData("SET a 1 | SET b 2 | SET c 3 | SCAN {all} =~> ['a', 'b', 'c']")]
    [InlineData(
        "SET a 1 | SET b 2 | SET c 3 | SET d 4 | SET e 5 | SET f 6 " +
        "| SCAN {all} COUNT 1 =~> ['a', 'b', 'c', 'd', 'e', 'f']")]
    [InlineData(
        "SET a 1 | SET b 2 | SET c 3 | SET d 4 | SET e 5 | SET f 6 " +
        "| SCAN {all} COUNT 1000 =~> ['a', 'b', 'c', 'd', 'e', 'f']")]
    [InlineData("SET a 1 | SET b 2 | SET c 3 | SCAN {all} count 2 =~> ['a', 'b', 'c']")]
    [InlineData("""SET "" 1 | SET "\x00\xff" 1 | SCAN {all} =~> ['', '\x00\xff']""")]
    public Task Scans_the_whole_database(string row) => CheckAsync(row);

    [Theory]
    [InlineData("SET hello 1 | SET hallo 1 | SET world 1 | SCAN {all} MATCH h?llo =~> ['hallo', 'hello']")]
    [InlineData("SET hello 1 | SET hallo 1 | SET world 1 | SCAN {all} match h[^e]* COUNT 2 =~> ['hallo']")]
    [InlineData("SET a/b 1 | SCAN {all} MATCH * COUNT 100 =~> ['a/b']")]
    [InlineData("SET a 1 | SCAN {all} MATCH b* =~> []")]
    [InlineData("SET a 1 | SCAN {all} MATCH a MATCH b =~> []")]
    [InlineData("""SET "\xff\x00" 1 | SET b 1 | SCAN {all} MATCH "\xff*" =~> ['\xff\x00']""")]
    [InlineData(
        "SET trackist_e_2026-1 1 | SET trackist_e_W2026-3 1 | SET other 1 " +
        "| SCAN {all} MATCH trackist_* COUNT 10000 =~> ['trackist_e_2026-1', 'trackist_e_W2026-3']")]
    public Task MATCH_filters_by_name(string row) => CheckAsync(row);

    [Theory]
    [InlineData("SET a 1 | SETBIT b 1 1 | SCAN {all} TYPE string =~> ['a', 'b']")]
    [InlineData("SET a 1 | SCAN {all} TYPE STRING =~> ['a']")]
    [InlineData("SET a 1 | SCAN {all} TYPE list =~> []")]
    [InlineData("{7.0} SET a 1 | SCAN {all} TYPE nonsense =~> []")]
    [InlineData("SET a 1 | SET b 1 | SCAN {all} MATCH b TYPE string COUNT 5 =~> ['b']")]
    [InlineData("SET a 1 | SCAN {all} TYPE string TYPE hash =~> []")]
    public Task TYPE_filters_by_type(string row) => CheckAsync(row);

    [Theory]
    [InlineData("SET a 1 | SELECT 1 | SET b 1 | SCAN {all} =~> ['b']")]
    public Task Sees_only_its_database(string row) => CheckAsync(row);

    [Theory]
    [InlineData("SET a 1 | SCAN 0 COUNT 9223372036854775807 => ['0', ['a']]")]
    [InlineData("SCAN 18446744073709551615 => ['0', []]")]
    [InlineData("SCAN 999999 => ['0', []]")]
    [InlineData("SCAN 00 => ['0', []]")]
    public Task Any_number_is_a_cursor(string row) => CheckAsync(row);

    [Theory]
    [InlineData("SCAN => -ERR wrong number of arguments for 'scan' command")]
    [InlineData("SCAN x => -ERR invalid cursor")]
    [InlineData("""{7.0} SCAN "" => ['0', []]""")]
    [InlineData("{7.0} SCAN -1 => ['0', []]")]
    [InlineData("SCAN 1.5 => -ERR invalid cursor")]
    [InlineData("SCAN 0x => -ERR invalid cursor")]
    [InlineData("""{7.0} SCAN " 0" => -ERR invalid cursor""")]
    [InlineData("""SCAN "0 " => -ERR invalid cursor""")]
    [InlineData("SCAN +0 => ['0', []]")]
    [InlineData("SCAN 18446744073709551616 => -ERR invalid cursor")]
    [InlineData("SCAN 0 COUNT => -ERR syntax error")]
    [InlineData("SCAN 0 COUNT x => -ERR value is not an integer or out of range")]
    [InlineData("SCAN 0 COUNT 0 => -ERR syntax error")]
    [InlineData("SCAN 0 COUNT -1 => -ERR syntax error")]
    [InlineData("SCAN 0 COUNT 1.5 => -ERR value is not an integer or out of range")]
    [InlineData("SCAN 0 COUNT 9223372036854775808 => -ERR value is not an integer or out of range")]
    [InlineData("SCAN 0 MATCH => -ERR syntax error")]
    [InlineData("SCAN 0 TYPE => -ERR syntax error")]
    [InlineData("SCAN 0 FOO => -ERR syntax error")]
    [InlineData("SCAN 0 FOO bar => -ERR syntax error")]
    [InlineData("SCAN 0 MATCH * FOO => -ERR syntax error")]
    [InlineData("SCAN 0 MATCH * COUNT => -ERR syntax error")]
    [InlineData("SCAN 0 COUNT 10 MATCH * EXTRA 1 => -ERR syntax error")]
    [InlineData("SCAN x COUNT 0 => -ERR invalid cursor")]
    public Task Refuses_other_arguments(string row) => CheckAsync(row);
}

[Trait("Server", "bitmapist")]
public sealed class BitmapistScan(BitmapistServer server) : ScanSpec(server), IClassFixture<BitmapistServer>;

[Trait("Server", "redis")]
public sealed class RedisScan(RedisServer server) : ScanSpec(server), IClassFixture<RedisServer>;
