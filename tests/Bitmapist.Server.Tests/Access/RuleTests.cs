using System.Text;
using Bitmapist.Server.Access;
using Bitmapist.Server.Dispatch;

namespace Bitmapist.Server.Tests.Access;

/// <summary>Rules of any kind, sensible or not.</summary>
public sealed class RuleTests
{
    private const int Rounds = 3000;
    private static readonly CommandCatalog s_catalog = CommandList.Table.Catalog;

    private static readonly string[] s_beginnings =
    [
        "+", "-", "~", "%R~", "%W~", "%RW~", "%", "&", ">", "<", "#", "!", "(", ")", "on", "off", "nopass", "reset",
        "resetpass", "resetkeys", "resetchannels", "allkeys", "allchannels", "allcommands", "nocommands", "@",
        "clearselectors", "sanitize-payload", "skip-sanitize-payload", "", "+@", "-@", "+@all", "-@all", "~*", "&*",
    ];

    private static readonly string[] s_ends =
    [
        "", "get", "set", "config", "config|get", "config|set", "config|nope", "read", "write", "string", "all", "a*",
        "[a-z]?", "\\", "[", "\0", " ", "é", "|", "select|0", "get|x|y", "(", ")", "~b)", "+get ~x)", "+nope)", "p",
        new string('a', 64), new string('?', 2100),
    ];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Any_rule_is_applied_or_refused_and_what_is_shown_can_be_read_again(int seed)
    {
        var random = new Random(seed);
        var builder = new UserBuilder(s_catalog);
        int refused = 0;
        for (int round = 0; round < Rounds; round++)
        {
            string rule = s_beginnings[random.Next(s_beginnings.Length)] + s_ends[random.Next(s_ends.Length)];
            string before = builder.Build().ToString();
            RuleFault fault = builder.Apply(rule);
            string after = builder.Build().ToString();
            if (fault == RuleFault.None)
            {
                Assert.Equal(after, Reread(after).ToString());
                AssertSameRights(builder.Build(), Reread(after), after);
                continue;
            }

            Assert.Equal(before, after);
            Assert.NotEmpty(fault.Text());
            refused++;
        }

        Assert.InRange(refused, Rounds / 10, Rounds - (Rounds / 10));
    }

    [Theory]
    [InlineData("+get", "+set", "-get", "-@all +set -get")]
    [InlineData("+config|get", "+config", "-@all +config")]
    [InlineData("+@all", "-@string", "+get", "+@all -@string +get")]
    [InlineData("+select|0", "+select|1", "-@all +select|0 +select|1")]
    [InlineData("+GET", "-@ALL", "+@String", "-@all +@string")]
    public void Rules_about_commands_are_kept_unless_a_later_one_makes_them_void(params string[] rulesAndOutcome)
    {
        var builder = new SelectorBuilder(s_catalog);
        foreach (string rule in rulesAndOutcome[..^1]) Assert.Equal(RuleFault.None, builder.Apply(rule));
        Assert.Equal(rulesAndOutcome[^1], builder.Build().CommandRules.ToString());
    }

    [Fact]
    public void A_text_of_any_bytes_is_a_file_of_users_or_is_refused_with_a_line()
    {
        var random = new Random(4);
        for (int round = 0; round < 500; round++)
        {
            var text = new StringBuilder();
            for (int words = random.Next(40); words > 0; words--)
            {
                if (random.Next(4) == 0) text.Append("\nuser ");
                text.Append(s_beginnings[random.Next(s_beginnings.Length)]).Append(s_ends[random.Next(s_ends.Length)]);
                text.Append(" \n"[random.Next(8) == 0 ? 1 : 0]);
            }

            var files = new Testing.Files.SimulatedFileSystem();
            AclFileTests.Put(files, "u", text.ToString());
            try
            {
                new AclFile(files, "u").Read(s_catalog);
            }
            catch (AclFileException refused)
            {
                Assert.Matches(@"u:\d+|line \d+", refused.Message);
            }
        }
    }

    private static UserRules Reread(string rules)
    {
        var builder = new UserBuilder(s_catalog);
        List<string> words = RuleWords.Join(rules.Split(' '), out string? unmatched);
        foreach (string word in words)
            Assert.Equal(RuleFault.None, builder.Apply(word));
        Assert.Null(unmatched);
        return builder.Build();
    }

    private static void AssertSameRights(UserRules expected, UserRules actual, string shown)
    {
        Assert.Equal(expected.IsUnrestricted, actual.IsUnrestricted);
        foreach ((Selector left, Selector right) in expected.Selectors.Zip(actual.Selectors))
        {
            for (int i = 0; i < s_catalog.Entries.Count; i++)
            {
                string name = s_catalog.Entries[i].FullName;
                Assert.True(left.AllowsCommand(i) == right.AllowsCommand(i), $"{name} in: {shown}");
                Assert.Equal(left.AllowsFirstArgument(i, "0"u8), right.AllowsFirstArgument(i, "0"u8));
            }

            foreach (string key in s_ends)
            {
                byte[] bytes = Encoding.Latin1.GetBytes(key);
                for (KeyUse use = KeyUse.None; use <= (KeyUse.Read | KeyUse.Write); use++)
                    Assert.Equal(left.AllowsKey(bytes, use), right.AllowsKey(bytes, use));
                Assert.Equal(left.AllowsChannel(bytes, false), right.AllowsChannel(bytes, false));
            }
        }
    }
}
