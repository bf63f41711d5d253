using Bitmapist.Testing.Servers;

namespace Bitmapist.Conformance.Tests.Analytics;

/// <summary>The commands that Redis does not have; rows worked out by hand. docs/expressions.md.</summary>
[Trait("Server", "bitmapist")]
public sealed class BitmapistSetsOfIds(BitmapistServer server) : ConformanceSpec(server), IClassFixture<BitmapistServer>
{
    // a = 1 2 3 70000, b = 2 3 4, c = 70000
    private const string Data = "FLUSHALL | SETBIT a 1 1 | SETBIT a 2 1 | SETBIT a 3 1 | SETBIT a 70000 1 " +
        "| SETBIT b 2 1 | SETBIT b 3 1 | SETBIT b 4 1 | SETBIT c 70000 1 | ";

    [Theory]
    [InlineData("BM.CARD AND a b => :2 | BM.CARD or a b => :5 | BM.CARD XOR a b => :3 | BM.CARD DIFF a b => :2")]
    [InlineData(
        "BM.CARD DIFF a b c => :1 | BM.CARD AND a => :4 | BM.CARD AND a nope => :0 " +
        "| BM.CARD DIFF nope a => :0")]
    [InlineData("BM.CARD NOT a => -ERR syntax error")]
    [InlineData("BM.CARD AND => -ERR wrong number of arguments for 'bm.card' command")]
    [InlineData("MULTI | SETBIT a 9 1 | BM.CARD OR a b | SETBIT a 10 1 | EXEC => [:0, :6, :0]")]
    [InlineData("BITOP OR d a b | BM.CARD AND d c => :1")]
    [InlineData("BM.JACCARD a b => '0.4' | BM.JACCARD a a => '1' | BM.JACCARD a nope => '0'")]
    [InlineData("BM.JACCARD nope none => $nil | HELLO 3 | BM.JACCARD a b => ,0.4 | BM.JACCARD nope none => _")]
    public Task Sets_are_compared(string row) => CheckAsync(Data + row);

    [Theory]
    [InlineData("BM.IDS a => [:1, :2, :3, :70000] | BM.IDS nope => [] | BM.IDS a LIMIT 0 => []")]
    [InlineData(
        "BM.IDS a FROM 2 => [:2, :3, :70000] | BM.IDS a LIMIT 2 FROM 2 => [:2, :3] " +
        "| BM.IDS a FROM 70001 => []")]
    [InlineData("SETBIT z 4294967295 1 | BM.IDS z FROM 4294967295 => [:4294967295]")]
    [InlineData("BM.IDS a FROM -1 => -ERR an id is an integer from 0 to 4294967295")]
    [InlineData("BM.IDS a FROM 4294967296 => -ERR an id is an integer from 0 to 4294967295")]
    [InlineData("BM.IDS a LIMIT -1 => -ERR value is out of range, must be positive")]
    [InlineData("BM.IDS a LIMIT => -ERR syntax error | BM.IDS a 5 6 => -ERR syntax error")]
    [InlineData(
        "BM.RANGE a 0 -1 => [:1, :2, :3, :70000] | BM.RANGE a 1 2 => [:2, :3] " +
        "| BM.RANGE a -2 100 => [:3, :70000]")]
    [InlineData("BM.RANGE a 2 1 => [] | BM.RANGE a 4 9 => [] | BM.RANGE a -100 0 => [:1] | BM.RANGE nope 0 -1 => []")]
    [InlineData("BM.RANGE a x 1 => -ERR value is not an integer or out of range")]
    [InlineData("BM.RANK a 0 => :0 | BM.RANK a 1 => :1 | BM.RANK a 69999 => :3 | BM.RANK a 4294967295 => :4")]
    [InlineData("BM.RANK nope 5 => :0 | BM.RANK a x => -ERR an id is an integer from 0 to 4294967295")]
    [InlineData("BM.SELECT a 0 => :1 | BM.SELECT a 3 => :70000 | BM.SELECT a 4 => $nil | BM.SELECT a -1 => :70000")]
    [InlineData("BM.SELECT a -4 => :1 | BM.SELECT a -5 => $nil | BM.SELECT nope 0 => $nil")]
    public Task Ids_are_listed_and_found_by_their_places(string row) => CheckAsync(Data + row);

    [Theory]
    [InlineData("BM.EXPR \"a & b\" => :2 | BM.EXPR \"a - b\" COUNT => :2 | BM.EXPR \"(a|b) - c\" => :4")]
    [InlineData(
        "BM.EXPR \"a & ~b\" IDS => [:1, :70000] | BM.EXPR a-b => :0 | BM.EXPR nope => :0 " +
        "| BM.EXPR ~nope => :0")]
    // Up to the last byte of the longest key.
    [InlineData("BM.EXPR ~b => :5 | BM.EXPR \"~b & (b|~b)\" => :5 | BM.EXPR \"~b|(a & b)\" => :70007")]
    [InlineData("BM.EXPR \"a|b\" IDS LIMIT 2 => [:1, :2] | BM.EXPR \"a|b\" IDS CURSOR 0 LIMIT 2 => ['3', [:1, :2]]")]
    [InlineData(
        "BM.EXPR \"a|b\" IDS CURSOR 3 LIMIT 3 => ['0', [:3, :4, :70000]] " +
        "| BM.EXPR a IDS CURSOR 70001 => ['0', []]")]
    [InlineData("BM.EXPR \"a &\" => -ERR expression, character 4: expected a key, ~ or (, and the expression ends")]
    [InlineData("BM.EXPR a CURSOR 5 => -ERR syntax error | BM.EXPR a LIMIT 5 => -ERR syntax error")]
    [InlineData("BM.EXPR a COUNT IDS => -ERR syntax error | BM.EXPR a COUNT => :4")]
    [InlineData("""SETBIT "\xc3\xa0" 3 1 | BM.EXPR "\xc3\xa0" => :1 | BM.EXPR "x\xc2\x85y & a" => :0""")]
    [InlineData("SETBIT z 4294967295 1 | BM.EXPR ~z => :4294967295 | BM.EXPR ~z IDS LIMIT 2 => [:0, :1]")]
    [InlineData("BM.EXPR x@9998-12-31..9998-12-31 => :0 | BM.EXPR x@9998..9998 => :0")]
    [InlineData("BM.EXPR a SUM => -ERR syntax error | BM.EXPR a LIMIT 0 => -ERR syntax error")]
    [InlineData("SETBIT trackist_x_2026-11-3 5 1 | BM.EXPR x@2026-11-3 => :1 | BM.EXPR x@2026-11-03 LAYOUT V4 => :0")]
    [InlineData(
        "SETBIT bitmapist_x_W2026-5 5 1 | BM.EXPR x@2026-W5 LAYOUT v4 => :1 " +
        "| BM.EXPR x@2026-W5 PREFIX t: => :0")]
    [InlineData("SETBIT t:x_2026-2 5 1 | SETBIT t:x_2026-7 6 1 | BM.EXPR x@2026 IDS PREFIX t: => [:5, :6]")]
    [InlineData("SETBIT trackist_x_u 5 1 | BM.EXPR x@u IDS => [:5]")]
    [InlineData("MULTI | SETBIT a 9 1 | BM.EXPR \"a & ~b\" | SETBIT a 10 1 | EXEC => [:0, :3, :0]")]
    public Task An_expression_is_answered(string row) => CheckAsync(Data + row);

    [Theory]
    [InlineData("COMMAND GETKEYS BM.EXPR \"a & x@2026-1\" => ['a', 'trackist_x_2026-1']")]
    [InlineData("COMMAND GETKEYS BM.CARD AND a b => ['a', 'b']")]
    [InlineData("COMMAND GETKEYS BM.EXPR \"a &\" => -ERR The command has no key arguments")]
    [InlineData(
        "HELLO 3 | CLIENT TRACKING ON | BM.EXPR \"a - b\" | @1 SETBIT b 9 1 " +
        "| {next} => >['invalidate', ['b']]")]
    [InlineData("ACL CAT bitmapist => [<any>'bm.expr'<any>]")]
    [InlineData("ACL SETUSER eve on nopass ~a ~b* +@bitmapist | @1 AUTH eve x | @1 BM.EXPR \"a - b\" => :2 " +
        "| @1 BM.EXPR \"a - c\" => -NOPERM this user has no permissions to access one of the keys used as arguments " +
        "| @1 BM.CARD AND a c => -NOPERM this user has no permissions to access one of the keys used as arguments " +
        "| @1 GET a => -NOPERM this user has no permissions to run the 'get' command | ACL DELUSER eve => :1")]
    [InlineData(
        "ACL SETUSER eve on nopass %W~* +@bitmapist | @1 AUTH eve x | @1 BM.EXPR a => -NOPERM this user has no " +
        "permissions to access one of the keys used as arguments | ACL DELUSER eve => :1")]
    public Task The_keys_of_an_expression_are_keys_to_everyone(string row) => CheckAsync(Data + row);

    [Theory]
    [InlineData("BM.COHORT a b ROWS 1 AFTER 1 LAST 2026-11-03 => [['2026-11-03', :0, $nil, $nil]]")]
    [InlineData("SETBIT trackist_a_2026-1 1 1 | SETBIT trackist_a_2026-1 2 1 | SETBIT trackist_b_2026-2 2 1 " +
        "| SETBIT trackist_b_2026-4 1 1 | BM.COHORT a b BY month ROWS 2 AFTER 3 LAST 2026-2-9 => " +
        "[['2026-01-01', :2, $nil, :1, $nil, :1], ['2026-02-01', :0, $nil, $nil, $nil, $nil]] " +
        "| BM.COHORT a b BY month ROWS 1 AFTER 4 LAST 2026-1-9 UNBOUNDED => " +
        "[['2026-01-01', :2, :2, :2, :1, :1, $nil]] " +
        "| BM.COHORT a@2026-1 \"b|a\" BY month ROWS 1 AFTER 0 LAST 2026-1-9 => [['2026-01-01', :2, :2]]")]
    [InlineData("BM.COHORT a b ROWS 0 => -ERR syntax error | BM.COHORT a b ROWS 1001 => -ERR syntax error")]
    [InlineData("BM.COHORT a b BY hour => -ERR syntax error | BM.COHORT a b LAST 2026-13-1 => -ERR syntax error")]
    [InlineData("BM.COHORT a b ROWS 1000 AFTER 1000 => -ERR a table may have 250000 cells")]
    [InlineData("BM.COHORT a \"b &\" => -ERR expression, character 4: expected a key, ~ or (, and the expression ends")]
    [InlineData("BM.COHORT a b LAST 0001-01-02 => -ERR periods are in the years 1 to 9998")]
    [InlineData("BM.COHORT a b BY day ROWS 1 LAST 1990-1-1 UNBOUNDED => -ERR expression, character 1: a question may " +
        "name 10,000 keys, 20,000 times in all")]
    [InlineData("BM.COHORT \"~a@u\" a@u BY year ROWS 1 AFTER 0 LAST 9998-1-1 UNBOUNDED => [['9998-01-01', :0, $nil]]")]
    public Task A_retention_table_is_one_command(string row) => CheckAsync(Data + row);
}
