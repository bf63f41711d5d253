using System.Globalization;

namespace Bitmapist.Conformance.Tests.Differential;

/// <summary>The part of the stream that treats strings as text, as numbers and as parts.</summary>
internal sealed class StringCommands(CommandGenerator any)
{
    // Beyond, strings of both servers would be long to compare; and LCS takes the product of two.
    private const int BytesMax = 3_000;

    private static readonly string[] s_integers =
        ["0", "1", "-1", "9", "100", "9223372036854775807", "-9223372036854775808", "1.5", "x", ""];

    private static readonly string[] s_reals =
        ["0", "1", "-1.5", "0.1", "1e3", "3.0e-2", ".5", "0x1F", "1e17", "inf", "nan", "x", "-1e-20", ""];

    private static readonly string[] s_kinds =
        ["u1", "u2", "u8", "i8", "u13", "i16", "u32", "i32", "u63", "i64", "i1", "u64", "i65", "x8"];

    /// <summary>The commands with their weights.</summary>
    public IEnumerable<(int Weight, Func<GeneratedCommand> Make)> Choices() =>
    [
        (25, () => CommandGenerator.Make("APPEND", any.Key(), Text())),
        (30, () => CommandGenerator.Make("SETRANGE", any.Key(), ByteOffset(), Text())),
        (40, () => CommandGenerator.Make("BITFIELD", [any.Key(), .. Steps(isReadOnly: false)])),
        (10, () => CommandGenerator.Make("BITFIELD_RO", [any.Key(), .. Steps(isReadOnly: any.Below(8) != 0)])),
        (30, () => CommandGenerator.Make(any.Pick("INCR", "DECR"), any.Key())),
        (15, () => CommandGenerator.Make(any.Pick("INCRBY", "DECRBY"), any.Key(), any.Pick(s_integers))),
        (15, () => CommandGenerator.Make("INCRBYFLOAT", any.Key(), any.Pick(s_reals))),
        (20, () => CommandGenerator.Make("SET", any.Key(), any.Pick(any.Pick(s_integers), any.Pick(s_reals)))),
        (15, () => CommandGenerator.Make("GETDEL", any.Key())),
        (15, () => CommandGenerator.Make("GETSET", any.Key(), any.Value())),
        (20, GetEx),
        (10, () => CommandGenerator.Make("SETEX", any.Key(), any.Seconds(), any.Value())),
        (10, () => CommandGenerator.Make("PSETEX", any.Key(), any.Seconds() * 1000, any.Value())),
        (10, () => CommandGenerator.Make("SETNX", any.Key(), any.Value())),
        (20, () => CommandGenerator.Make("MGET", any.SomeKeys(4))),
        (20, () => CommandGenerator.Make(any.Pick("MSET", "MSETNX"), Pairs())),
        (3, () => CommandGenerator.Make("LCS", [any.Key(), any.Key(), .. LcsOptions()])),
        (12, () => CommandGenerator.Make("OBJECT", "FREQ", any.Key())),
        // Which payload a long string has is the compressor's choice.
        (8, () => CommandGenerator.Make(ReplyRule.KindOnly, "DUMP", any.Key())),
        (12, () => CommandGenerator.Make("RESTORE", [any.Key(), any.Pick("0", "-1", "x"), Payload(), .. Options()])),
    ];

    private object[] Steps(bool isReadOnly)
    {
        List<object> steps = [];
        for (int left = any.Below(4); left >= 0; left--)
        {
            object[] place = [any.Pick(s_kinds), any.Below(4) == 0 ? $"#{any.Below(40)}" : any.Offset(200_000)];
            if (any.Below(6) == 0) steps.AddRange(["OVERFLOW", any.Pick("WRAP", "SAT", "FAIL", "sat", "fail", "NO")]);
            if (isReadOnly || any.Below(3) == 0) steps.AddRange(["GET", .. place]);
            else steps.AddRange([any.Pick("SET", "INCRBY", "incrby"), .. place, any.Pick(s_integers)]);
        }

        return [.. steps];
    }

    private GeneratedCommand GetEx()
    {
        object[] time = any.Below(7) switch
        {
            0 => ["EX", any.Seconds()],
            1 => ["PX", any.Seconds() * 1000],
            2 => ["EXAT", any.FutureUnixSeconds()],
            3 => ["PXAT", any.FutureUnixSeconds() * 1000],
            4 => ["PERSIST"],
            5 => ["EX", any.Pick("0", "-1", "x")],
            _ => [],
        };
        return CommandGenerator.Make("GETEX", [any.Key(), .. time]);
    }

    private object[] Pairs() =>
        [.. Enumerable.Range(0, 1 + any.Below(3)).SelectMany(_ => new object[] { any.Key(), any.Value() })];

    private string[] LcsOptions() => any.Below(5) switch
    {
        0 => ["LEN"],
        1 => ["IDX"],
        2 => ["IDX", "MINMATCHLEN", any.Pick("2", "0", "-1", "x"), "WITHMATCHLEN"],
        3 => [any.Pick("WITHMATCHLEN", "IDX", "FOO"), any.Pick("LEN", "len")],
        _ => [],
    };

    // A payload of "hello", of 300 and of 21 times "a", compressed, as DUMP of Redis 7.0 gives them; and a damaged one.
    private byte[] Payload() => Convert.FromHexString(any.Pick(
        "000568656C6C6F0A006372DF76653420" + "0A", "00C12C010A00954261F265825C10",
        "00C306150161" + "61E00A000A00FD0C" + "B36807413F68", "000568656C6C4F0A006372DF766534200A"));

    private string[] Options() => any.Below(3) switch
    {
        0 => [],
        1 => ["REPLACE"],
        _ => ["REPLACE", any.Pick("ABSTTL", "FREQ", "IDLETIME"), .. any.Below(2) == 0 ? (string[])[] : ["5"]],
    };

    private string ByteOffset() => any.Below(20) switch
    {
        0 => any.Pick("-1", "x", "536870912", "9223372036854775807"),
        < 15 => CommandGenerator.Number(any.Below(60)),
        _ => CommandGenerator.Number(any.Below(BytesMax)),
    };

    private byte[] Text()
    {
        byte[] value = any.Value();
        return value.Length > BytesMax ? value[..BytesMax] : value;
    }
}
