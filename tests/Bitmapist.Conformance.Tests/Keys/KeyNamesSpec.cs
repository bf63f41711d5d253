using Bitmapist.Testing.Servers;

namespace Bitmapist.Conformance.Tests.Keys;

/// <summary>redis.io/commands/keys: Redis's glob syntax, over names of any bytes.</summary>
public abstract class KeyNamesSpec(ITestServer server) : ConformanceSpec(server)
{
    [Theory]
    [InlineData("KEYS * => []")]
    [InlineData("SET a 1 | SET b 2 | SET ab 3 | KEYS * =~> ['a', 'ab', 'b']")]
    [InlineData("SET a 1 | SET b 2 | SET ab 3 | KEYS a* =~> ['a', 'ab']")]
    [InlineData("SET a 1 | SET b 2 | SET ab 3 | KEYS *b =~> ['ab', 'b']")]
    [InlineData("SET a 1 | SET b 2 | SET ab 3 | KEYS ? =~> ['a', 'b']")]
    [InlineData("SET a 1 | SET b 2 | SET ab 3 | KEYS a => ['a'] | KEYS c => [] | KEYS A => []")]
    [InlineData("SET a 1 | SET ab 3 | KEYS ?? => ['ab'] | KEYS ??? => [] | KEYS ?* =~> ['a', 'ab']")]
    [InlineData(
        "SET trackist_a_2026-1 1 | SET trackist_bitop_AND_x-y 1 " +
        "| KEYS trackist_bitop_* => ['trackist_bitop_AND_x-y']")]
    public Task Lists_names_that_match(string row) => CheckAsync(row);

    [Theory]
    [InlineData(
        "SET a/b/c 1 | KEYS a* => ['a/b/c'] | KEYS *c => ['a/b/c'] | KEYS a?b?c => ['a/b/c'] " +
        "| KEYS a*b*c => ['a/b/c'] | KEYS * => ['a/b/c']")]
    [InlineData("""SET "a\nb" 1 | KEYS a*b => ['a\nb'] | KEYS a?b => ['a\nb']""")]
    [InlineData("""SET "" 1 | KEYS * => [''] | KEYS "" => [''] | KEYS ? => []""")]
    [InlineData("SET aaaaaaaaab 1 | KEYS a*a*a*b => ['aaaaaaaaab'] | KEYS ***b => ['aaaaaaaaab'] | KEYS a*a*a*c => []")]
    [InlineData("SET abcabc 1 | KEYS *bc => ['abcabc'] | KEYS *a*bc => ['abcabc'] | KEYS abc => []")]
    public Task A_star_matches_everything_also_a_slash(string row) => CheckAsync(row);

    [Theory]
    [InlineData("SET hello 1 | SET hallo 1 | SET hxllo 1 | KEYS h[ae]llo =~> ['hallo', 'hello']")]
    [InlineData("SET hello 1 | SET hallo 1 | SET hbllo 1 | KEYS h[a-b]llo =~> ['hallo', 'hbllo']")]
    [InlineData("SET hello 1 | SET hallo 1 | SET hbllo 1 | KEYS h[b-a]llo =~> ['hallo', 'hbllo']")]
    [InlineData("SET hello 1 | SET hallo 1 | KEYS h[^e]llo => ['hallo'] | KEYS h[^a-d]llo => ['hello']")]
    [InlineData("SET hello 1 | SET hallo 1 | KEYS h[!e]llo => ['hello']")]
    [InlineData("SET h^llo 1 | SET hello 1 | KEYS h[e^]llo =~> ['h^llo', 'hello']")]
    [InlineData("SET a-b 1 | SET a.b 1 | KEYS a[-]b => ['a-b'] | KEYS a[.-]b =~> []")]
    [InlineData("""SET a]b 1 | KEYS a[]]b => [] | KEYS a[\\]]b => []""")]
    [InlineData("SET a1 1 | SET a5 1 | SET ab 1 | KEYS a[0-9] =~> ['a1', 'a5']")]
    [InlineData("SET a1 1 | SET ab 1 | KEYS a[^0-9] => ['ab']")]
    [InlineData("SET ab 1 | KEYS a[b => ['ab'] | KEYS a[ => [] | KEYS a[^ => ['ab'] | KEYS a[a-z => ['ab']")]
    [InlineData("SET a 1 | KEYS [] => [] | KEYS [^] => ['a'] | KEYS a[] => []")]
    [InlineData("SET axb 1 | KEYS a[^]b => ['axb'] | KEYS a[]b => []")]
    [InlineData("""SET "a\xc3\xa9b" 1 | KEYS a?b => [] | KEYS a??b => ['a\xc3\xa9b']""")]
    [InlineData("""SET "\xfe" 1 | SET "\x01" 1 | KEYS "[\xf0-\xff]" => ['\xfe'] | KEYS "[\x00-\x05]" => ['\x01']""")]
    public Task Classes_and_ranges(string row) => CheckAsync(row);

    [Theory]
    [InlineData("""SET a*b 1 | SET axb 1 | KEYS a\*b => ['a*b'] | KEYS a*b =~> ['a*b', 'axb']""")]
    [InlineData("""SET a?b 1 | SET axb 1 | KEYS a\?b => ['a?b']""")]
    [InlineData("""SET a[b 1 | KEYS a\[b => ['a[b']""")]
    [InlineData("""SET "a\\b" 1 | KEYS "a\\\\b" => ['a\\b']""")]
    [InlineData("""SET ab 1 | KEYS a\b => ['ab'] | KEYS "ab\\" => []""")]
    [InlineData("""SET "ab\\" 1 | KEYS "ab\\" => ['ab\\']""")]
    [InlineData("""SET a]b 1 | KEYS a[\]]b => ['a]b'] | SET a-b 1 | KEYS a[a\-z]b => ['a-b']""")]
    public Task A_backslash_takes_the_next_character_literally(string row) => CheckAsync(row);

    [Theory]
    [InlineData(
        """SET "\x00\xff" 1 | KEYS * => ['\x00\xff'] | KEYS "\x00*" => ['\x00\xff'] """ +
        """| KEYS "\x00\xff" => ['\x00\xff'] | KEYS "?\xff" => ['\x00\xff']""")]
    [InlineData("""SET "a b" 1 | SET "a\r\nb" 1 | KEYS "a*b" =~> ['a b', 'a\r\nb']""")]
    [InlineData("SET {k*300} 1 | KEYS {k*299}? => ['{k*300}']")]
    public Task Names_are_any_bytes(string row) => CheckAsync(row);

    [Theory]
    [InlineData("SET a 1 | SELECT 1 | KEYS * => [] | SET b 1 | KEYS * => ['b']")]
    public Task Sees_only_its_database(string row) => CheckAsync(row);

    [Theory]
    [InlineData("KEYS => -ERR wrong number of arguments for 'keys' command")]
    [InlineData("KEYS a b => -ERR wrong number of arguments for 'keys' command")]
    public Task Refuses_a_wrong_number_of_arguments(string row) => CheckAsync(row);
}

[Trait("Server", "bitmapist")]
public sealed class BitmapistKeyNames(BitmapistServer server) : KeyNamesSpec(server), IClassFixture<BitmapistServer>;

[Trait("Server", "redis")]
public sealed class RedisKeyNames(RedisServer server) : KeyNamesSpec(server), IClassFixture<RedisServer>;
