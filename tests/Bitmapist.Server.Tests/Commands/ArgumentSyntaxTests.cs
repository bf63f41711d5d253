using Bitmapist.Server.Commands;

namespace Bitmapist.Server.Tests.Commands;

public sealed class ArgumentSyntaxTests
{
    [Theory]
    [InlineData("", "")]
    [InlineData("key", "key:key")]
    [InlineData("key value", "key:key value:string")]
    [InlineData("offset:integer", "offset:integer")]
    [InlineData("key...", "key:key...")]
    [InlineData("[key...]", "[key:key...]")]
    [InlineData("[REPLACE]", "[replace:pure-token=REPLACE]")]
    [InlineData("[DB number:integer]", "[number:integer=DB]")]
    [InlineData("[NX | XX]", "[nx_xx:oneof(nx:pure-token=NX xx:pure-token=XX)]")]
    [InlineData("[start end]", "[start_end:block(start:string end:string)]")]
    [InlineData("ON | OFF", "on_off:oneof(on:pure-token=ON off:pure-token=OFF)")]
    [InlineData("[AUTH user password]", "[user_password:block=AUTH(user:string password:string)]")]
    [InlineData("[TYPE (A | B)]", "[a_b:oneof=TYPE(a:pure-token=A b:pure-token=B)]")]
    [InlineData("[ID id...]", "[id:block=ID(id:string...)]")]
    [InlineData("(name value)...", "name_value:block(name:string value:string)...")]
    [InlineData("[EX s | KEEP]", "[s_keep:oneof(s:string=EX keep:pure-token=KEEP)]")]
    [InlineData(
        "[a [b [X | Y]]]",
        "[a_b_x_y:block(a:string [b_x_y:block(b:string [x_y:oneof(x:pure-token=X y:pure-token=Y)])])]")]
    public void Reads_the_notation_of_the_manual(string text, string expected) =>
        Assert.Equal(expected, string.Join(' ', ArgumentSyntax.Parse(text).Select(Describe)));

    [Theory]
    [InlineData("key [start:integer end:integer]", "key [start end]")]
    [InlineData("at:unix-time [X | Y]", "at [X | Y]")]
    public void Leaves_types_out_for_people(string text, string expected) =>
        Assert.Equal(expected, ArgumentSyntax.WithoutTypes(text));

    private static string Describe(CommandArgument argument)
    {
        string token = argument.Token.Length > 0 ? "=" + argument.Token : "";
        string members = argument.Members.Count > 0 ? $"({string.Join(' ', argument.Members.Select(Describe))})" : "";
        string text = $"{argument.Name}:{argument.Type}{token}{members}{(argument.IsMultiple ? "..." : "")}";
        return argument.IsOptional ? $"[{text}]" : text;
    }
}
