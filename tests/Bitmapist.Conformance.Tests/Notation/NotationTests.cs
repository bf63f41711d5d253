using System.Text;
using Bitmapist.Testing.Scenarios;
using Bitmapist.Testing.Wire;

namespace Bitmapist.Conformance.Tests.Notation;

/// <summary>The notation of the tables itself: what a row sends, how a reply is shown, when the two agree.</summary>
public sealed class NotationTests
{
    [Theory]
    [InlineData("+OK\r\n", "+OK")]
    [InlineData("-ERR it's wrong\r\n", "-ERR it's wrong")]
    [InlineData(":-5\r\n", ":-5")]
    [InlineData("$0\r\n\r\n", "''")]
    [InlineData("$-1\r\n", "$nil")]
    [InlineData("*-1\r\n", "*nil")]
    [InlineData("_\r\n", "_")]
    [InlineData("$7\r\na'b\\\r\n\0\r\n", """'a\'b\\\r\n\x00'""")]
    [InlineData("*0\r\n", "[]")]
    [InlineData("*3\r\n:1\r\n$1\r\na\r\n*1\r\n$-1\r\n", "[:1, 'a', [$nil]]")]
    [InlineData("%1\r\n$1\r\na\r\n~2\r\n+x\r\n+y\r\n", "{'a' => ~[+x, +y]}")]
    [InlineData(">1\r\n=5\r\ntxt:a\r\n", ">[=txt:'a']")]
    [InlineData(",1.5\r\n", ",1.5")]
    [InlineData("#t\r\n", "#t")]
    [InlineData("!3\r\nERR\r\n", "!'ERR'")]
    public void Shows_every_kind_of_reply(string wire, string text) =>
        Assert.Equal(text, ReplyText.Render(Encoding.Latin1.GetBytes(wire)));

    [Theory]
    [InlineData("*2\r\n$3\r\nabc\r\n%1\r\n+a\r\n*1\r\n:1\r\n")]
    [InlineData("|1\r\n+ttl\r\n:5\r\n$2\r\nhi\r\n")]
    [InlineData("$4\r\n\r\n\r\n\r\n")]
    public void A_reply_ends_where_its_last_byte_is(string wire)
    {
        byte[] bytes = Encoding.Latin1.GetBytes(wire + "+NEXT\r\n");
        Assert.Equal(wire.Length, ReplyFraming.MeasureReply(bytes));
        for (int received = 1; received < wire.Length; received++)
            Assert.Equal(-1, ReplyFraming.MeasureReply(bytes.AsSpan(0, received)));
    }

    [Theory]
    [InlineData("PING\r\n")]
    [InlineData("$x\r\n")]
    [InlineData("*1 \r\n:1\r\n")]
    [InlineData("$2\r\nabc\r\n")]
    public void Bytes_that_are_no_reply_are_refused(string wire) =>
        Assert.Throws<InvalidDataException>(() => ReplyFraming.MeasureReply(Encoding.Latin1.GetBytes(wire)));

    [Theory]
    [InlineData("SET k v", "*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$1\r\nv\r\n")]
    [InlineData("  ECHO   \"\"  ", "*2\r\n$4\r\nECHO\r\n$0\r\n\r\n")]
    [InlineData("""ECHO "a\x00\xFF\r\n\t\"\\" """, "*2\r\n$4\r\nECHO\r\n$8\r\na\0\xff\r\n\t\"\\\r\n")]
    [InlineData("""ECHO 'a\'b\n'""", "*2\r\n$4\r\nECHO\r\n$5\r\na'b\\n\r\n")]
    [InlineData("KEYS a\\*b", "*2\r\n$4\r\nKEYS\r\n$4\r\na\\*b\r\n")]
    public void A_command_is_sent_as_redis_cli_would(string line, string wire) =>
        Assert.Equal(wire, Encoding.Latin1.GetString(CommandLine.Encode(line)));

    [Theory]
    [InlineData("SET \"k")]
    [InlineData("SET 'k")]
    [InlineData("SET \"k\"v")]
    public void Unbalanced_quotes_are_a_mistake_in_the_row(string line) =>
        Assert.Throws<FormatException>(() => CommandLine.Parse(line));

    [Theory]
    [InlineData("+OK", "+OK", true)]
    [InlineData("+OK", "+OKAY", false)]
    [InlineData("+OK", "-OK", false)]
    [InlineData("+O.", "+OK", false)]
    [InlineData(":<int>", ":-12", true)]
    [InlineData(":<int>", ":x", false)]
    [InlineData(":<int 5..7>", ":7", true)]
    [InlineData(":<int 5..7>", ":8", false)]
    [InlineData(":<int -2..0>", ":-3", false)]
    [InlineData(":<int 1..>", ":99999999999", true)]
    [InlineData(":<int 1..>", ":0", false)]
    [InlineData("['<int 1..2>', <any>]", "['1', 'a', 'b']", true)]
    [InlineData("'<any>x:<int 1..9>,<any>'", "'y:1,x:3,z'", true)]
    [InlineData("'<any>x:<int 1..9>,<any>'", "'y:1,x:30,z'", false)]
    public void A_pattern_matches_what_it_says(string pattern, string reply, bool matches) =>
        Assert.Equal(matches, ReplyPattern.Matches(pattern, reply));
}
