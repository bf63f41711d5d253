using System.Text;
using Bitmapist.Server.Commands;
using Bitmapist.Server.Dispatch;
using Bitmapist.Server.Settings;

namespace Bitmapist.Server.Tests.Dispatch;

public sealed class CommandTableTests
{
    public static TheoryData<string> Names => new(CommandList.Table.ByIndex.Select(spec => spec.FullName));

    [Theory]
    [MemberData(nameof(Names))]
    public void A_command_is_found_in_any_case(string name)
    {
        CommandSpec expected = Spec(name);
        foreach (string spelling in new[] { name, name.ToUpperInvariant(), name[..1].ToUpperInvariant() + name[1..] })
        {
            string[] parts = spelling.Split('|');
            CommandSpec? found = CommandList.Table.Find(Encoding.ASCII.GetBytes(parts[0]));
            if (parts.Length > 1) found = CommandTable.FindSubcommand(found!, Encoding.ASCII.GetBytes(parts[1]));
            Assert.Same(expected, found);
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("ge")]
    [InlineData("gett")]
    [InlineData("get\0")]
    [InlineData("blpop")]
    public void Other_names_are_not_found(string name) =>
        Assert.Null(CommandList.Table.Find(Encoding.ASCII.GetBytes(name)));

    [Theory]
    [MemberData(nameof(Names))]
    public void The_arity_agrees_with_the_declared_arguments(string name)
    {
        CommandSpec spec = Spec(name);
        if (spec.Subcommands.Count > 0) return; // a container's arguments are its subcommands'
        if (name == "quit") return; // takes anything and looks at nothing
        IReadOnlyList<CommandArgument> arguments = ArgumentSyntax.Parse(spec.Arguments);
        int words = name.Split('|').Length + arguments.Sum(WordsMin);
        bool isOpen = arguments.Any(IsOpen);
        Assert.Equal(spec.Arity, isOpen ? -words : words);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void The_documentation_is_complete(string name)
    {
        CommandSpec spec = Spec(name);
        Assert.Matches("^[A-Z].{4,110}\\.$", spec.Summary);
        Assert.Matches("^[0-9]+\\.[0-9]+\\.[0-9]+$", spec.Since);
        string[] groups =
            ["bitmap", "bitmapist", "string", "generic", "transactions", "connection", "pubsub", "server"];
        Assert.Contains(spec.Group, groups);
        bool hasKeys = spec.Keys.First != 0 && spec.KeyAccess != "not_key"; // channels of shards are placed as keys are
        Assert.Equal(hasKeys, HasKey(ArgumentSyntax.Parse(spec.Arguments)));
        Assert.Equal(spec.Keys.First != 0, spec.KeyAccess.Length > 0);
        Assert.Equal(spec.Categories.Split(' ').Order(), CommandFlagNames.Categories(spec).Order());
        Assert.Equal(spec.Is(CommandFlags.Fast), spec.Categories.Split(' ').Contains("fast"));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void The_releases_it_follows_have_it(string name)
    {
        CommandSpec spec = Spec(name);
        if (spec.Follows == "none") return; // no command of Redis
        Assert.Matches("^[78][.][0-9](; [A-Za-z0-9, -]+: [78][.][0-9])?$", spec.Follows);
        Assert.True(Version.Parse(spec.Since) < Version.Parse(spec.Follows.Split(';')[0] + ".99"));
    }

    [Fact]
    public void The_version_that_clients_are_told_is_the_one_that_commands_follow_unless_they_say_otherwise()
    {
        Assert.StartsWith(ServerVersion.RedisReleases + ".", ServerVersion.Redis, StringComparison.Ordinal);
        Assert.Equal(ServerVersion.RedisReleases, Spec("setbit").Follows);
        Assert.Contains($"Redis {ServerVersion.Redis} in", CommandReference.Write(), StringComparison.Ordinal);
    }

    private static CommandSpec Spec(string fullName) =>
        CommandList.Table.ByIndex.Single(spec => spec.FullName == fullName);

    private static int WordsMin(CommandArgument argument)
    {
        if (argument.IsOptional) return 0;
        int token = argument.Token.Length > 0 ? 1 : 0;
        return argument.Type switch
        {
            "pure-token" => 1,
            "oneof" => token + argument.Members.Min(WordsMin),
            "block" => token + argument.Members.Sum(WordsMin),
            _ => token + 1,
        };
    }

    private static bool IsOpen(CommandArgument argument) =>
        argument.IsOptional || argument.IsMultiple || argument.Members.Any(IsOpen);

    private static bool HasKey(IEnumerable<CommandArgument> arguments) =>
        arguments.Any(argument => argument.Type == "key" || HasKey(argument.Members));
}
