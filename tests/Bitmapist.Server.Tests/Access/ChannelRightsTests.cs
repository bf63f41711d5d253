using System.Text;
using Bitmapist.Resp.Requests;
using Bitmapist.Server.Access;
using Bitmapist.Server.Commands;

namespace Bitmapist.Server.Tests.Access;

/// <summary>Channels: by name where a name is given, to the letter where a pattern is.</summary>
public sealed class ChannelRightsTests
{
    [Theory]
    [InlineData("&news*", "news", false, true)]
    [InlineData("&news*", "newsflash", false, true)]
    [InlineData("&news*", "old", false, false)]
    [InlineData("&news*", "news*", true, true)]
    [InlineData("&news*", "newsf*", true, false)]
    [InlineData("&news*", "*", true, false)]
    [InlineData("&*", "*", true, true)]
    [InlineData("&*", "anything", false, true)]
    [InlineData("resetchannels", "anything", false, false)]
    [InlineData("&a &b", "b", false, true)]
    [InlineData("(&c)", "c", false, true)]
    public void A_channel_is_allowed_by_a_pattern_of_any_selector(
        string rules, string channel, bool isPattern, bool isAllowed)
    {
        User user = NewUser(rules);
        Assert.Equal(isAllowed, user.MayUseChannel(Encoding.Latin1.GetBytes(channel), isPattern));
    }

    [Theory]
    [InlineData(nameof(ChannelUse.First), "publish a b", 0)]
    [InlineData(nameof(ChannelUse.First), "publish b a", 1)]
    [InlineData(nameof(ChannelUse.All), "subscribe a a1", 0)]
    [InlineData(nameof(ChannelUse.All), "subscribe a b", 2)]
    [InlineData(nameof(ChannelUse.AllPatterns), "psubscribe a*", 0)]
    [InlineData(nameof(ChannelUse.AllPatterns), "psubscribe a* a1", 2)]
    [InlineData(nameof(ChannelUse.None), "unsubscribe b", 0)]
    public void Every_channel_of_a_call_is_checked(string channels, string call, int refused)
    {
        string[] words = call.Split(' ');
        var spec = new CommandSpec(words[0], -2, CommandFlags.None, KeySpec.None, (_, _) => { })
        {
            Summary = "", Channels = Enum.Parse<ChannelUse>(channels),
        };
        AccessDenial denial =
            AccessCheck.Find(
                NewUser("allcommands &a*").Rules, spec, Arguments(words), default, out int position);
        Assert.Equal(refused == 0 ? AccessDenial.None : AccessDenial.Channel, denial);
        Assert.Equal(refused, position);
    }

    private static User NewUser(string rules)
    {
        var builder = new UserBuilder(CommandCatalog.Empty);
        foreach (string rule in rules.Split(' ')) Assert.Equal(RuleFault.None, builder.Apply(rule));
        return new User("u", builder.Build());
    }

    private static ArgumentList Arguments(string[] words)
    {
        var reader = new RequestReader();
        byte[] request = Encoding.ASCII.GetBytes(string.Join(' ', words) + "\r\n");
        Assert.Equal(RequestStatus.Complete, reader.Read(request, out _));
        return new ArgumentList(reader.Request).Skip(0);
    }
}
