namespace Bitmapist.Resp.Tests.Replies;

/// <summary>
/// Streams of replies, and what is read from them: every reply's compact form, then the error if any.
/// </summary>
public static class ReplyTable
{
    public static TheoryData<string, string> Rows => new()
    {
        // RESP2.
        { @"+OK\r\n", "+OK" },
        { @"+\r\n", "+" },
        { @"-ERR syntax error\r\n", "-ERR syntax error" },
        { @":0\r\n:-1\r\n:9223372036854775807\r\n", ":0 :-1 :9223372036854775807" },
        { @"$3\r\nfoo\r\n", "$3 foo" },
        { @"$0\r\n\r\n", "$0" },
        { @"$6\r\n\x00\r\n\xff\\x\r\n", @"$6 \x00\r\n\xff\\x" },
        { @"$-1\r\n*-1\r\n", "$-1 *-1" },
        { @"*0\r\n", "[]" },
        { @"*2\r\n:1\r\n$1\r\na\r\n", "[:1 $1 a]" },
        { @"*2\r\n*2\r\n+a\r\n*0\r\n*1\r\n$-1\r\n:5\r\n", "[[+a []] [$-1]] :5" },

        // RESP3.
        { @"_\r\n", "_" },
        { @"#t\r\n#f\r\n", "#t #f" },
        { @",0.1\r\n,-1.5e+10\r\n,inf\r\n,-inf\r\n,nan\r\n,3\r\n", ",0.1 ,-1.5e+10 ,inf ,-inf ,nan ,3" },
        { @"(12345678901234567890123\r\n(-1\r\n", "(12345678901234567890123 (-1" },
        { @"=8\r\ntxt:a\r\nb\r\n", @"=txt:a\r\nb" },
        { @"!9\r\nERR a\r\nb!\r\n", @"-ERR a\r\nb!" },
        { @"~2\r\n:1\r\n:2\r\n", "~[:1 :2]" },
        { @">2\r\n+message\r\n+x\r\n", ">[+message +x]" },
        { @"%2\r\n+a\r\n:1\r\n+b\r\n%0\r\n", "%[+a :1 +b %[]]" },
        { @"|1\r\n+ttl\r\n:5\r\n*2\r\n:1\r\n|1\r\n+k\r\n+v\r\n:2\r\n", "|[+ttl :5] [:1 |[+k +v] :2]" },
        { @"|0\r\n:1\r\n", "|[] :1" },
        { @"*1\r\n|1\r\n+k\r\n+v\r\n*0\r\n", "[|[+k +v] []]" },

        // Unfinished.
        { @"+O", "…" },
        { @"+OK\r", "…" },
        { @":1\r\n*2\r\n:1\r\n", ":1 …" },
        { @"$3\r\nfoo\r", "…" },
        { @"|1\r\n+k\r\n+v\r\n", "…" },

        // Broken.
        { @"\r\n", "invalid: line without marker or CRLF" },
        { @"+OK\n", "invalid: line without marker or CRLF" },
        { @"+O\rK\r\n", "invalid: line without marker or CRLF" },
        { @":1\r\nhello\r\n", ":1 invalid: unknown marker 104" },
        { @":\r\n", "invalid: bad value after ':'" },
        { @":+1\r\n", "invalid: bad value after ':'" },
        { @":1.5\r\n", "invalid: bad value after ':'" },
        { @",\r\n", "invalid: bad value after ','" },
        { @",1,5\r\n", "invalid: bad value after ','" },
        { @",Infinity\r\n", "invalid: bad value after ','" },
        { @", 1\r\n", "invalid: bad value after ','" },
        { @"#x\r\n", "invalid: bad value after '#'" },
        { @"#tt\r\n", "invalid: bad value after '#'" },
        { @"_x\r\n", "invalid: bad value after '_'" },
        { @"(\r\n", "invalid: bad value after '('" },
        { @"(-\r\n", "invalid: bad value after '('" },
        { @"(12x\r\n", "invalid: bad value after '('" },
        { @"$-2\r\n", "invalid: invalid bulk length" },
        { @"$x\r\n", "invalid: invalid bulk length" },
        { @"$?\r\n", "invalid: invalid bulk length" },
        { @"=-1\r\n", "invalid: invalid bulk length" },
        { @"$3\r\nfooXY", "invalid: bulk string without CRLF" },
        { @"$3\r\nfoo\rY", "invalid: bulk string without CRLF" },
        { @"=3\r\ntxt\r\n", "invalid: verbatim string without format" },
        { @"=5\r\ntxtxt\r\n", "invalid: verbatim string without format" },
        { @"*-2\r\n", "invalid: invalid count of elements" },
        { @"*?\r\n", "invalid: invalid count of elements" },
        { @"%-1\r\n", "invalid: invalid count of elements" },
        { @"*1000000000\r\n", "invalid: too many elements" },
        { @"%9223372036854775807\r\n", "invalid: too many elements" },
        { @"$536870913\r\n", "invalid: too long bulk string" },
    };
}
