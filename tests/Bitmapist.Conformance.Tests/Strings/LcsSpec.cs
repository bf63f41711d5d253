using Bitmapist.Testing.Servers;

namespace Bitmapist.Conformance.Tests.Strings;

/// <summary>redis.io/commands/lcs: what two strings have in common.</summary>
public abstract class LcsSpec(ITestServer server) : ConformanceSpec(server)
{
    [Theory]
    [InlineData("SET a ohmytext | SET b mynewtext | LCS a b => 'mytext' | LCS b a => 'mytext'"
        + " | LCS a a => 'ohmytext' | LCS a b LEN => :6")]
    [InlineData("SET a ABCBDAB | SET b BDCABA | LCS a b => 'BDAB' | LCS b a => 'BCBA'"
        + " | LCS a b IDX => ['matches', [[[:5, :6], [:3, :4]], [[:3, :4], [:0, :1]]], 'len', :4]"
        + " | LCS b a IDX => ['matches', [[[:5, :5], [:5, :5]], [[:4, :4], [:3, :3]], [[:2, :2], [:2, :2]],"
        + " [[:0, :0], [:1, :1]]], 'len', :4]")]
    [InlineData("""SET a "\x00\xff\x00" | SET b "\xff\x00" | LCS a b => '\xff\x00' | LCS a b len => :2""")]
    [InlineData("SET a x | LCS a missing => '' | LCS missing missing LEN => :0"
        + " | LCS a missing IDX => ['matches', [], 'len', :0] | SET b y | LCS a b => ''"
        + " | LCS a b IDX => ['matches', [], 'len', :0]")]
    [InlineData("SET a {ab*500} | SET b {ba*300} | LCS a b LEN => :600"
        + " | LCS a b IDX MINMATCHLEN 10 => ['matches', [[[:399, :998], [:0, :599]]], 'len', :600]"
        + " | LCS b a IDX MINMATCHLEN 10 => ['matches', [[[:0, :599], [:399, :998]]], 'len', :600]")]
    [InlineData("SETBIT a 100 1 | SETBIT b 80 1 | LCS a b LEN => :10"
        + " | LCS a b IDX => ['matches', [[[:2, :11], [:0, :9]]], 'len', :10]")]
    [InlineData("MULTI | SET a abcd | SET b bxd | LCS a b | SET b abcd | LCS a b IDX"
        + " | EXEC => [+OK, +OK, 'bd', +OK, ['matches', [[[:0, :3], [:0, :3]]], 'len', :4]]")]
    public Task Replies_the_longest_common_subsequence(string row) => CheckAsync(row);

    [Theory]
    [InlineData("SET a ohmytext | SET b mynewtext"
        + " | LCS a b IDX => ['matches', [[[:4, :7], [:5, :8]], [[:2, :3], [:0, :1]]], 'len', :6]"
        + " | LCS a b IDX MINMATCHLEN 4 => ['matches', [[[:4, :7], [:5, :8]]], 'len', :6]"
        + " | LCS a b MINMATCHLEN 4 => 'mytext'")]
    [InlineData("SET a ohmytext | SET b mynewtext"
        + " | LCS a b IDX MINMATCHLEN 4 WITHMATCHLEN => ['matches', [[[:4, :7], [:5, :8], :4]], 'len', :6]"
        + " | LCS a b WITHMATCHLEN => 'mytext'")]
    [InlineData("SET a ohmytext | SET b mynewtext"
        + " | LCS a b IDX WITHMATCHLEN => ['matches', [[[:4, :7], [:5, :8], :4], [[:2, :3], [:0, :1], :2]],"
        + " 'len', :6]"
        + " | LCS a b IDX MINMATCHLEN -1 => ['matches', [[[:4, :7], [:5, :8]], [[:2, :3], [:0, :1]]], 'len',"
        + " :6]")]
    [InlineData("SET a xaybzc | SET b abc"
        + " | LCS a b IDX => ['matches', [[[:5, :5], [:2, :2]], [[:3, :3], [:1, :1]], [[:1, :1], [:0, :0]]],"
        + " 'len', :3]"
        + " | LCS b a IDX WITHMATCHLEN => ['matches', [[[:2, :2], [:5, :5], :1], [[:1, :1], [:3, :3], :1],"
        + " [[:0, :0], [:1, :1], :1]], 'len', :3]"
        + " | LCS a a IDX => ['matches', [[[:0, :5], [:0, :5]]], 'len', :6]")]
    [InlineData("HELLO 3 | SET a ohmytext | SET b mynewtext"
        + " | LCS a b IDX MINMATCHLEN 4 => {'matches' => [[[:4, :7], [:5, :8]]], 'len' => :6}"
        + " | LCS a b LEN => :6")]
    public Task Replies_where_it_lies(string row) => CheckAsync(row);

    [Theory]
    [InlineData("LCS a b LEN IDX => -ERR If you want both the length and indexes, please just use IDX."
        + " | LCS a b IDX LEN => -ERR If you want both the length and indexes, please just use IDX."
        + " | LCS a b MINMATCHLEN x => -ERR value is not an integer or out of range")]
    [InlineData("LCS a b MINMATCHLEN => -ERR syntax error | LCS a b FOO => -ERR syntax error"
        + " | LCS a => -ERR wrong number of arguments for 'lcs' command"
        + " | LCS a b MINMATCHLEN 9223372036854775808 => -ERR value is not an integer or out of range")]
    public Task Refuses_what_is_malformed(string row) => CheckAsync(row);

    [Theory]
    [InlineData("SETRANGE a 20000 x | SETRANGE b 20000 x"
        + " | LCS a b LEN => -ERR Insufficient memory, transient memory for LCS exceeds proto-max-bulk-len"
        + " | LCS a b FOO => -ERR syntax error")]
    [InlineData("SETRANGE c 134217725 x | LCS c missing LEN => :0 | SETRANGE c 134217727 x"
        + " | LCS c missing LEN => -ERR Insufficient memory, transient memory for LCS exceeds"
        + " proto-max-bulk-len")]
    public Task Refuses_strings_whose_table_would_be_too_large(string row) => CheckAsync(row);
}

[Trait("Server", "bitmapist")]
public sealed class BitmapistLcs(BitmapistServer server) : LcsSpec(server), IClassFixture<BitmapistServer>;

[Trait("Server", "redis")]
public sealed class RedisLcs(RedisServer server) : LcsSpec(server), IClassFixture<RedisServer>;
