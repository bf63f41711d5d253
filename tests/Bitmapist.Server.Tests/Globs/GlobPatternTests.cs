using System.Text;
using Bitmapist.Server.Globs;
using Bitmapist.Server.Settings;
using Bitmapist.Server.Tests.Connections;

namespace Bitmapist.Server.Tests.Globs;

/// <summary>What real Redis cannot be asked: words of state, and that no pattern makes matching long.</summary>
public sealed class GlobPatternTests
{
    /// <summary>
    /// Patterns with so many items between their stars that their states fill words to the last bit, against a matcher
    /// that tries everything.
    /// </summary>
    [Theory]
    [InlineData(1)]
    [InlineData(62)]
    [InlineData(63)]
    [InlineData(64)]
    [InlineData(65)]
    [InlineData(127)]
    [InlineData(128)]
    [InlineData(129)]
    [InlineData(200)]
    public void Searches_for_any_number_of_items(int items)
    {
        var random = new Random(items);
        int matching = 0;
        for (int round = 0; round < 200; round++)
        {
            string[] singles = [.. Enumerable.Range(0, items).Select(_ => RandomItem(random))];
            string[] pattern = ["*", .. singles.SelectMany(item => random.Next(10) == 0 ? new[] { item, "*" }
                : [item]), "*"];
            // Mostly what the pattern asks for, with something between.
            byte[] name = [.. singles.SelectMany(item => random.Next(items * 2) == 0
                ? [(byte)'a', Matching(item)]
                : new[] { Matching(item) })];
            if (round % 2 == 0) name[random.Next(name.Length)] ^= 3;
            bool isMatch = Compile(string.Concat(pattern)).IsMatch(name);
            Assert.Equal(IsMatchByTrying(pattern, name), isMatch);
            if (isMatch) matching++;
        }

        Assert.InRange(matching, 10, 199);
    }

    [Fact]
    public void Many_stars_and_a_long_name_take_no_more_steps_than_the_name_has_bytes()
    {
        // Who tries every place for every star has not answered this in a lifetime.
        byte[] name = Enumerable.Repeat((byte)'a', 1_000_000).ToArray();
        GlobPattern pattern = Compile(string.Concat(Enumerable.Repeat("a*", 2000)) + "b");
        Assert.Equal(32, pattern.StepsPerByte);
        Assert.False(pattern.IsMatch(name));
        name[^1] = (byte)'b';
        Assert.True(pattern.IsMatch(name));
    }

    [Fact]
    public void A_class_is_one_item_however_long()
    {
        GlobPattern pattern = Compile("x*[" + new string('b', 2_000_000) + "-dq]y*");
        Assert.Equal(1, pattern.StepsPerByte);
        Assert.True(pattern.IsMatch("x__cy_"u8));
        Assert.True(pattern.IsMatch("xqy"u8));
        Assert.False(pattern.IsMatch("xay"u8));
    }

    [Theory]
    [InlineData("", "")]
    [InlineData("abc", "abc")]
    [InlineData("trackist_*_2026", "trackist_")]
    [InlineData("a?", "a")]
    [InlineData("a[b]c", "a")]
    [InlineData("a\\*b*", "a*b")]
    [InlineData("a\\", "a\\")]
    [InlineData("*a", "")]
    public void Knows_what_every_name_begins_with(string pattern, string prefix) =>
        Assert.Equal(prefix, Encoding.ASCII.GetString(Compile(pattern).LiteralPrefix));

    [Fact]
    public void A_pattern_of_more_bytes_than_a_name_may_have_matches_nothing()
    {
        byte[] name = new byte[ServerLimits.KeyBytes];
        Array.Fill(name, (byte)'a');
        Assert.True(Compile(new string('a', ServerLimits.KeyBytes)).IsMatch(name));
        Assert.False(Compile(new string('a', ServerLimits.KeyBytes + 1)).IsMatch(name));
        Assert.False(Compile(new string('a', ServerLimits.KeyBytes + 100) + "*").IsMatch(name));
    }

    [Theory]
    [InlineData("KEYS {0}", "*0\r\n")]
    [InlineData("SCAN 0 MATCH {0}", "*2\r\n$1\r\n0\r\n*0\r\n")]
    [InlineData("CONFIG GET {0}", "*0\r\n")]
    [InlineData("COMMAND LIST FILTERBY PATTERN {0}", "*0\r\n")]
    public async Task A_pattern_with_too_many_characters_between_its_stars_is_refused(string command, string reply)
    {
        await using var client = new PipedClient(PipedClient.NewServer());
        string most = new('?', ServerLimits.PatternCharacters);
        const int Characters = ServerLimits.PatternCharacters;
        string refused = $"-ERR a pattern may have at most {Characters} characters between its stars\r\n";
        Assert.Equal(reply, await client.SendAsync(string.Format(null, command, $"*{most}*")));
        Assert.Equal(reply, await client.SendAsync(string.Format(null, command, $"{most}a*{most}*a{most}")));
        Assert.Equal(refused, await client.SendAsync(string.Format(null, command, $"*{most}a*")));
        Assert.Equal(refused, await client.SendAsync(string.Format(null, command, $"*a*{most}*")));
    }

    [Theory]
    [InlineData("?")]
    [InlineData("[^a]")]
    [InlineData("[a-z]")]
    public void Compiling_takes_a_table_of_64_KiB_and_nothing_for_each_byte_that_an_item_matches(string item)
    {
        byte[] pattern = Encoding.Latin1.GetBytes(
            $"*{string.Concat(Enumerable.Repeat(item, ServerLimits.PatternCharacters))}*");
        Assert.True(GlobPattern.TryCompile(pattern, out _)); // the code is there
        long before = GC.GetAllocatedBytesForCurrentThread();
        Assert.True(GlobPattern.TryCompile(pattern, out _));
        // Beside the table: items of 4 bytes and classes of 32, in lists that double.
        Bounds.AtMost(320_000, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    private static GlobPattern Compile(string pattern)
    {
        Assert.True(GlobPattern.TryCompile(Encoding.Latin1.GetBytes(pattern), out GlobPattern? compiled));
        return compiled;
    }

    private static string RandomItem(Random random) => random.Next(6) switch
    {
        0 => "?",
        1 => "[ab]",
        2 => "[^b]",
        3 => "[a-c]",
        _ => ((char)('a' + random.Next(3))).ToString(),
    };

    private static byte Matching(string item) => (byte)(item.Length == 1 && item[0] != '?' ? item[0] : 'a');

    /// <summary>Whether items match, stars among them: by the table of all prefixes of both.</summary>
    private static bool IsMatchByTrying(string[] pattern, byte[] name)
    {
        bool[] reached = new bool[name.Length + 1]; // by the items so far
        reached[0] = true;
        foreach (string item in pattern)
        {
            var next = new bool[name.Length + 1];
            for (int i = 0; i <= name.Length; i++)
            {
                if (item == "*") next[i] = reached[i] || (i > 0 && next[i - 1]);
                else if (i > 0) next[i] = reached[i - 1] && IsMatchOfItem(item, (char)name[i - 1]);
            }

            reached = next;
        }

        return reached[^1];
    }

    private static bool IsMatchOfItem(string item, char character) => item switch
    {
        "?" => true,
        "[ab]" => character is 'a' or 'b',
        "[^b]" => character != 'b',
        "[a-c]" => character is >= 'a' and <= 'c',
        _ => item[0] == character,
    };
}
