using Bitmapist.Fuzz;
using Bitmapist.Resp.Replies;

namespace Bitmapist.Resp.Tests.Replies;

public sealed class ReplyTests
{
    [Theory]
    [InlineData(@":0\r\n")]
    [InlineData(@":1\r\n")]
    [InlineData(@"+OK\r\n")]
    [InlineData(@"+QUEUED\r\n")]
    public void Replies_of_marks_are_one_object_unless_they_carry_attributes(string reply)
    {
        Assert.Same(Read(reply), Read(reply));
        Reply hinted = Read(@"|1\r\n+ttl\r\n:5\r\n" + reply);
        Assert.NotSame(Read(reply), hinted);
        Assert.NotNull(hinted.Attributes);
        Assert.Null(Read(reply).Attributes);
    }

    [Fact]
    public void Integers_are_integers()
    {
        Assert.Equal(-7, Read(@":-7\r\n").AsInteger());
        Assert.Throws<InvalidOperationException>(() => Read(@"$1\r\n7\r\n").AsInteger());
    }

    [Fact]
    public void Strings_of_every_kind_have_bytes_and_text()
    {
        Assert.Equal("€", Read(@"$3\r\n\xe2\x82\xac\r\n").AsText());
        Assert.Equal("OK", Read(@"+OK\r\n").AsText());
        Assert.Equal("ERR no", Read(@"-ERR no\r\n").AsText());
        Assert.Equal("123", Read(@"(123\r\n").AsText());
        Assert.Equal([0, 255], Read(@"$2\r\n\x00\xff\r\n").AsBytes().ToArray());
        Assert.Throws<InvalidOperationException>(() => Read(@"$-1\r\n").AsText());
    }

    [Fact]
    public void The_text_of_verbatim_strings_is_without_their_format()
    {
        Reply reply = Read(@"=8\r\nmkd:text\r\n");
        Assert.Equal("text", reply.AsText());
    }

    [Fact]
    public void Aggregates_have_items()
    {
        Assert.Equal(2, Read(@"*2\r\n:1\r\n:2\r\n").Items.Count);
        Assert.Equal(":1", Read(@"%1\r\n+k\r\n:1\r\n").Items[1].ToString());
        Assert.Throws<InvalidOperationException>(() => Read(@"*-1\r\n").Items);
    }

    [Fact]
    public void Errors_and_nulls_say_so()
    {
        Assert.True(Read(@"-ERR no\r\n").IsError);
        Assert.True(Read(@"!6\r\nERR no\r\n").IsError);
        Assert.False(Read(@"+ERR no\r\n").IsError);
        Assert.True(Read(@"$-1\r\n").IsNull);
        Assert.True(Read(@"*-1\r\n").IsNull);
        Assert.True(Read(@"_\r\n").IsNull);
        Assert.False(Read(@"$0\r\n\r\n").IsNull);
    }

    [Fact]
    public void Attributes_belong_to_the_reply_behind_them()
    {
        Reply reply = Read(@"|1\r\n+ttl\r\n:5\r\n:1\r\n");
        Assert.Equal(1, reply.AsInteger());
        Assert.Equal(ReplyKind.Attribute, reply.Attributes!.Kind);
        Assert.Equal(5, reply.Attributes.Items[1].AsInteger());
        Assert.Null(Read(@":1\r\n").Attributes);
    }

    [Fact]
    public void A_wrong_kind_is_named_with_the_reply()
    {
        InvalidOperationException exception =
            Assert.Throws<InvalidOperationException>(() => Read(@"-ERR no\r\n").AsInteger());
        Assert.Equal("The reply is not an integer: -ERR no", exception.Message);
        string shown = Assert.Throws<InvalidOperationException>(() =>
            Read($@"$5000\r\n{new string('x', 5000)}\r\n").AsInteger()).Message;
        Assert.InRange(shown.Length, 100, 150);
    }

    private static Reply Read(string stream)
    {
        var reader = new ReplyReader();
        Assert.Equal(ReplyStatus.Complete, reader.Read(Escaped.ToBytes(stream), out _));
        return reader.Reply;
    }
}
