namespace Bitmapist.Resp.Tests.Requests;

/// <summary>
/// Byte streams, and what must be read from them: each request as its arguments in brackets and its wire bytes, or the
/// error. The same streams are sent to redis-server.
/// </summary>
public static class RequestTable
{
    private const string InvalidCount = "-ERR Protocol error: invalid multibulk length";
    private const string InvalidLength = "-ERR Protocol error: invalid bulk length";
    private const string Unbalanced = "-ERR Protocol error: unbalanced quotes in request";

    public static TheoryData<string, string> Rows => new()
    {
        // Arrays of bulk strings.
        { @"*1\r\n$4\r\nPING\r\n", "[PING] 14" },
        { @"*2\r\n$4\r\nECHO\r\n$1\r\nx\r\n", "[ECHO][x] 21" },
        { @"*2\r\n$4\r\nECHO\r\n$0\r\n\r\n*1\r\n$4\r\nPING\r\n", "[ECHO][] 20 [PING] 14" },
        { @"*2\r\n$4\r\nECHO\r\n$11\r\nhello\r\n\x00\xffyz\r\n", @"[ECHO][hello\r\n\x00\xffyz] 32" },
        { @"*3\r\n$6\r\nfoobar\r\n$1\r\nk\r\n$1\r\n7\r\n", "[foobar][k][7] 30" },
        { @"*1\r\n$0\r\n\r\n", "[] 10" },
        { @"*12\r\n$3\r\nfoo\r\n$1\r\n1\r\n$1\r\n2\r\n$1\r\n3\r\n$1\r\n4\r\n$1\r\n5\r\n$1\r\n6\r\n$1\r\n7\r\n" +
          @"$1\r\n8\r\n$1\r\n9\r\n$2\r\n10\r\n$2\r\n11\r\n", "[foo][1][2][3][4][5][6][7][8][9][10][11] 93" },

        // Neither the byte behind a header's carriage return nor the two behind a bulk are looked at.
        { @"*1\rx$4\rxPINGzz*2\r\n$4\r\nECHO\r\n$1\r\nx\r\n", "[PING] 14 [ECHO][x] 21" },
        { @"*2\r\r$4\r$ECHO*1$10\r*0123456789$1", "[ECHO][0123456789] 31" },

        // Requests without arguments are passed over.
        { @"*0\r\n*1\r\n$4\r\nPING\r\n", "[PING] 14" },
        { @"*-1\r\n*-10\r\n\r\n\n   \r\n\r\r\n*1\r\n$4\r\nPING\r\n", "[PING] 14" },
        { @"*-9223372036854775808\r\nPING\r\n", "[PING] 6" },

        // Counts.
        { @"*\r\n", InvalidCount },
        { @"*-\r\n", InvalidCount },
        { @"*-0\r\n", InvalidCount },
        { @"*+1\r\n", InvalidCount },
        { @"*01\r\n", InvalidCount },
        { @"*00\r\n", InvalidCount },
        { @"*1 \r\n", InvalidCount },
        { @"* 1\r\n", InvalidCount },
        { @"*1x\r\n", InvalidCount },
        { @"*1\n\r\n", InvalidCount },
        { @"*2147483648\r\n", InvalidCount },
        { @"*9223372036854775807\r\n", InvalidCount },
        { @"*9223372036854775808\r\n", InvalidCount },
        { @"*-9223372036854775809\r\n", InvalidCount },
        { @"*18446744073709551617\r\n", InvalidCount },
        { @"*99999999999999999999999999\r\n", InvalidCount },
        { @"*1\r\n$4\r\nPING\r\n*x\r\n", "[PING] 14 " + InvalidCount },

        // Lengths.
        { @"*1\r\n$\r\n", InvalidLength },
        { @"*1\r\n$-1\r\n", InvalidLength },
        { @"*1\r\n$-0\r\n", InvalidLength },
        { @"*1\r\n$+4\r\n", InvalidLength },
        { @"*1\r\n$04\r\nPING\r\n", InvalidLength },
        { @"*1\r\n$4 \r\nPING\r\n", InvalidLength },
        { @"*1\r\n$x\r\n", InvalidLength },
        { @"*1\r\n$536870913\r\n", InvalidLength },
        { @"*1\r\n$4294967300\r\nPING\r\n", InvalidLength },
        { @"*1\r\n$9223372036854775808\r\n", InvalidLength },
        { @"*2\r\n$4\r\nPING\r\n$-1\r\n", InvalidLength },

        // Something else where a bulk should be.
        { @"*1\r\nPING\r\n", "-ERR Protocol error: expected '$', got 'P'" },
        { @"*1\r\n*1\r\n", "-ERR Protocol error: expected '$', got '*'" },
        { @"*1\r\n\r\n", "-ERR Protocol error: expected '$', got ' '" },
        { @"*1\r\n\n\r\n", "-ERR Protocol error: expected '$', got ' '" },
        { @"*1\r\n\xff\r\n", @"-ERR Protocol error: expected '$', got '\xff'" },
        { @"*2\r\n$1\r\nabc\r\n$1\r\n", "-ERR Protocol error: expected '$', got ' '" },
        { @"*3\r\n$3\r\nfoo\r\n$1\r\nx\r\nfooz\r\n", "-ERR Protocol error: expected '$', got 'f'" },

        // Not yet decided: Redis waits as well.
        { @"*1\r\nPING", "" },
        { @"*1\r", "" },
        { @"*1\r\n$4\r\nPING\r", "" },
        { @"*2147483647\r\n$536870912\r\n", "" },
        { @"PING\r", "" },
        { @"*1\n$4\nPING\n", "" },

        // Redis looks for a line's end as C does, so a NUL hides it.
        { @"PING\x00\r\nPING\r\n", "" },
        { @"*1\x00\r\n$4\r\nPING\r\n", "" },
        { @"*1\r\n$4\x00\r\nPING\r\n", "" },

        // Inline requests.
        { @"PING\r\n", "[PING] 6" },
        { @"PING\n", "[PING] 5" },
        { @"ECHO a\nECHO b\r\n*1\r\n$4\r\nPING\r\n", "[ECHO][a] 7 [ECHO][b] 8 [PING] 14" },
        { @"  ECHO  a \t\r\n", "[ECHO][a] 13" },
        { @" *1\r\n$4\r\nPING\r\n", "[*1] 5 [$4] 4 [PING] 6" },
        { @"$4\r\nPING\r\n", "[$4] 4 [PING] 6" },
        { @"ECHO \xff\x80\r\n", @"[ECHO][\xff\x80] 9" },
        { @"ECHO ""a b""\r\n", "[ECHO][a b] 12" },
        { @"ECHO ""a\\x41\\n\\q\\\\\\""""\r\n", @"[ECHO][aA\nq\\""] 22" },
        { @"ECHO ""\\r\\t\\b\\a""\r\n", @"[ECHO][\r\t\x08\x07] 17" },
        { @"ECHO ""\\x4""\r\n", "[ECHO][x4] 12" },
        { @"ECHO ""\\xZZ\\xff\\xaF""\r\n", @"[ECHO][xZZ\xff\xaf] 21" },
        { @"ECHO \\x41\r\n", @"[ECHO][\\x41] 11" },
        { @"ECHO 'a\\'b\\n""'\n", @"[ECHO][a'b\\n""] 15" },
        { @"ECHO a""b c""\r\n", "[ECHO][ab c] 13" },
        { @"ECHO a'b c'\r\n", "[ECHO][ab c] 13" },
        { @"ECHO """"\r\n", "[ECHO][] 9" },
        { @"""""\r\n", "[] 4" },
        { @"ECHO ''\r\n", "[ECHO][] 9" },
        { @"ECHO ""a""\x0bb\r\n", "[ECHO][a][b] 12" },
        { @"ECHO a\x0bb\n", @"[ECHO][a\x0bb] 9" },
        { @"ECHO \x0b\x0ca\n", "[ECHO][a] 9" },
        { @"\x0bECHO a\n", "[ECHO][a] 8" },
        { @"ECHO a\rb\r\n", "[ECHO][a][b] 10" },
        { @"ECHO ""a""\rb\r\n", "[ECHO][a][b] 12" },
        { @"ECHO ""a""b\r\n", Unbalanced },
        { @"ECHO 'a'b\r\n", Unbalanced },
        { @"ECHO ""a""""b""\r\n", Unbalanced },
        { @"ECHO ""a\r\n", Unbalanced },
        { @"ECHO 'a\n", Unbalanced },
        { @"ECHO a""\n", Unbalanced },
        { @"ECHO ""a\\""\r\n", Unbalanced },
        { @"ECHO ""a\\\r\n""\r\n", Unbalanced },
        { @"PING\r\nECHO '\r\nPING\r\n", "[PING] 6 " + Unbalanced },
    };
}
