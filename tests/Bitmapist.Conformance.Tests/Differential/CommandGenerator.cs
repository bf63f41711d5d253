using System.Globalization;
using System.Text;

namespace Bitmapist.Conformance.Tests.Differential;

/// <summary>
/// An endless random stream of commands whose replies two correct servers must agree on. Keys are few, so that commands
/// meet; times are either past or more than ten days away and never near each other, so that nothing expires by itself
/// and no comparison of times depends on the milliseconds between the servers. One seed is one stream.
/// </summary>
public sealed class CommandGenerator
{
    private const int DatabasesUsed = 3;
    private const int OffsetMax = 1_600_000; // 200 KB
    private const int SecondsMin = 1_000_000; // over 11 days
    private const int SecondsMax = 1_000_000_000;

    private static readonly byte[][] s_keys =
    [
        .. "a b c d e f trackist_x_2026-1 trackist_y_W2026-3 k/1 é".Split(' ').Select(Encoding.UTF8.GetBytes),
        [], [0x00, 0xff], "a b"u8.ToArray(),
    ];

    private static readonly int[] s_edgeOffsets = [0, 7, 8, 4095, 4096, 65_535, 65_536, 131_071, 131_072, 524_288];
    private static readonly string[] s_badOffsets = ["-1", "4294967296", "x", "", "1.5", "18446744073709551616", "07"];
    private static readonly string[] s_patterns =
        ["*", "?", "a*", "*[a-c]*", "trackist_*", "[^a]", "*\\ *", "k/*", "", "??*", "[b-"];

    private static readonly string[] s_junk =
        ["x", "-1", "", "4294967296", "99999999999999999999", "NX", "BIT", "1.5", "\r\n"];

    private readonly Random _random;
    private readonly (int Weight, Func<GeneratedCommand> Make)[] _choices;
    private readonly int _weightSum;

    /// <param name="seed">Of the stream.</param>
    /// <param name="protocol">What HELLO asks for: 2 or 3.</param>
    public CommandGenerator(int seed, int protocol)
    {
        _random = new Random(seed);
        _choices =
        [
            (220, () => Make("SETBIT", Key(), Offset(OffsetMax), _random.Next(3) == 0 ? "0" : "1")),
            (80, () => Make("GETBIT", Key(), Offset(OffsetMax))),
            (60, () => Make("BITCOUNT", [Key(), .. Range()])),
            (60, () => Make("BITPOS", [Key(), Bit(), .. Range()])),
            (90, Bitop),
            (50, Set),
            (25, () => Make("GET", Key())),
            (25, () => Make(Pick("GETRANGE", "SUBSTR"), Key(), Position(), Position())),
            (30, () => Make("STRLEN", Key())),
            .. new StringCommands(this).Choices(),
            (20, () => Make(Pick("EXISTS", "TOUCH"), SomeKeys(3))),
            (15, () => Make(Pick("DEL", "UNLINK"), SomeKeys(2))),
            (10, () => Make("TYPE", Key())),
            (20, () => Make(Pick("RENAME", "RENAMENX"), Key(), Key())),
            (20, Copy),
            (12, () => Make("MOVE", Key(), Database())),
            (5, () => Make("SWAPDB", Database(), Database())),
            (12, () => Make(Pick("SORT", "SORT_RO"), Key())),
            (4, () => Make("SORT", Key(), "STORE", Key())),
            (50, Expire),
            (30, () => Make(ReplyRule.NearInteger, Pick("TTL", "PTTL", "EXPIRETIME", "PEXPIRETIME"), Key())),
            (8, () => Make("PERSIST", Key())),
            (10, () => Make(ReplyRule.AnyOrder, "KEYS", Pick(s_patterns))),
            (10, () => Make(ReplyRule.OneScan, "SCAN", "0", "MATCH", Pick(s_patterns), "COUNT", "100000")),
            (10, () => Make("DBSIZE")),
            (1, () => Make(Pick("FLUSHDB", "FLUSHDB", "FLUSHALL"))),
            (15, () => Make("SELECT", Database())),
            (12, () => Make("MULTI")), (30, () => Make("EXEC")), (4, () => Make("DISCARD")),
            (10, () => Make("WATCH", SomeKeys(2))), (3, () => Make("UNWATCH")),
            (6, () => Make(Pick("PING", "ECHO"), Pick(s_junk))),
            (3, () => Make("CLIENT", "SETNAME", Pick("", "me", "a b"))), (3, () => Make("CLIENT", "GETNAME")),
            (3, () => Make(ReplyRule.KindOnly, "HELLO", Number(protocol))), (1, () => Make("RESET")),
            (5, () => Make("COMMAND", ["GETKEYS", .. Bitop().Args.Cast<object>()])),
            (3, () => Make("CONFIG", "GET", "databases")),
            (4, () => Make("PUBLISH", Pick("c", "d"), Pick(s_junk))), (1, () => Make("SPUBLISH", "c", Pick(s_junk))),
            (3, () => Make("PUBSUB", Pick("CHANNELS", "NUMPAT", "SHARDCHANNELS", "FOO"))),
            (2, () => Make("PUBSUB", Pick("NUMSUB", "SHARDNUMSUB"), Pick("c", "d"), Pick(s_junk))),
            (2, () => Make(Pick("ROLE", "LOLWUT"))), (1, () => Make("MODULE", Pick("LIST", "FOO"))),
            (2, () => Make("WAIT", "0", Pick("0", "-1", "x"))),
            (2, () => Make("CLIENT", Pick("GETREDIR", "TRACKINGINFO"))),
            (2, () => Make("CLIENT", "TRACKING", "OFF")),
            (2, () => Make("CLIENT", "KILL", "ID", Pick("0", "x", "999999999"))),
            (2, () => Make("CLIENT", Pick("UNBLOCK", "NO-EVICT", "CACHING", "PAUSE"), Pick("x", "-1"))),
            (2, () => Make("LATENCY", Pick("LATEST", "RESET"))),
            (2, () => Make(ReplyRule.KindOnly, "MEMORY", "USAGE", Key())),
            (30, Damaged),
        ];
        _weightSum = _choices.Sum(choice => choice.Weight);
    }

    /// <summary>A number below another one.</summary>
    internal int Below(int end) => _random.Next(end);

    /// <summary>All keys that the stream ever names.</summary>
    public static IReadOnlyList<byte[]> KeySpace => s_keys;

    /// <summary>Databases in use: 0 to this minus 1.</summary>
    public static int DatabaseCount => DatabasesUsed;

    public GeneratedCommand Next()
    {
        int ticket = _random.Next(_weightSum);
        foreach ((int weight, Func<GeneratedCommand> make) in _choices)
        {
            if (ticket < weight) return make();
            ticket -= weight;
        }
        throw new InvalidOperationException("The weights do not add up.");
    }

    private GeneratedCommand Bitop()
    {
        string operation = Pick("AND", "OR", "XOR", "NOT", "and", "AND", "OR", "NAND");
        int sources = operation == "NOT" && _random.Next(10) > 0 ? 1 : _random.Next(1, 5);
        return Make("BITOP", [operation, Key(), .. Enumerable.Range(0, sources).Select(_ => Key())]);
    }

    private GeneratedCommand Set()
    {
        List<object> args = [Key(), Value()];
        if (_random.Next(4) == 0) args.Add(Pick("NX", "XX", "nx"));
        if (_random.Next(4) == 0) args.Add("GET");
        switch (_random.Next(8))
        {
            case 0: args.Add("KEEPTTL"); break;
            case 1: args.AddRange(["EX", Seconds()]); break;
            case 2: args.AddRange(["PX", Seconds() * 1000]); break;
            case 3: args.AddRange(["EXAT", FutureUnixSeconds()]); break;
            case 4: args.AddRange(["PXAT", FutureUnixSeconds() * 1000]); break;
        }
        if (_random.Next(30) == 0) args.Add(Pick("NX", "XX", "EX", "KEEPTTL", "FOO", ""));
        return Make("SET", args);
    }

    private GeneratedCommand Copy()
    {
        List<object> args = [Key(), Key()];
        if (_random.Next(3) == 0) args.AddRange(["DB", Database()]);
        if (_random.Next(2) == 0) args.Add("REPLACE");
        return Make("COPY", args);
    }

    private GeneratedCommand Expire()
    {
        bool past = _random.Next(10) == 0;
        (string name, long time) = _random.Next(4) switch
        {
            0 => ("EXPIRE", past ? -1 : Seconds()),
            1 => ("PEXPIRE", past ? -1 : Seconds() * 1000),
            2 => ("EXPIREAT", past ? 1 : FutureUnixSeconds()),
            _ => ("PEXPIREAT", past ? 1 : FutureUnixSeconds() * 1000),
        };
        List<object> args = [Key(), time];
        if (_random.Next(2) == 0) args.Add(Pick("NX", "XX", "GT", "LT"));
        if (_random.Next(8) == 0) args.Add(Pick("NX", "XX", "GT", "LT", "FOO"));
        return Make(name, args);
    }

    /// <summary>A command with an argument too many, one too few or a strange one.</summary>
    private GeneratedCommand Damaged()
    {
        GeneratedCommand command = Next();
        // A changed SCAN could end early, and HELLO describes the server. No argument of a command with a time is
        // changed below, since that could come to be past, and DBSIZE would count the key until it is removed.
        if (command.Rule == ReplyRule.OneScan || command.Name is "HELLO" or "FLUSHALL" or "FLUSHDB") return command;
        List<byte[]> args = [.. command.Args];
        bool hasTime = command.Name is "SET" or "SETEX" or "PSETEX" or "GETEX" or "RESTORE";
        switch (_random.Next(hasTime ? 2 : 3))
        {
            case 0: args.Add(Encoding.UTF8.GetBytes(Pick(s_junk))); break;
            case 1 when args.Count > 1: args.RemoveAt(args.Count - 1); break;
            default: args[_random.Next(args.Count)] = Encoding.UTF8.GetBytes(Pick(s_junk)); break;
        }
        return command with { Args = args };
    }

    internal byte[] Key() => s_keys[_random.Next(s_keys.Length)];

    internal byte[][] SomeKeys(int max) => [.. Enumerable.Range(0, _random.Next(1, max + 1)).Select(_ => Key())];

    private string Database() => _random.Next(30) == 0 ? "16" : Number(Math.Max(0, _random.Next(-2, DatabasesUsed)));

    private string Bit() => _random.Next(40) == 0 ? Pick("2", "-1", "x") : Number(_random.Next(2));

    internal long Seconds() => _random.Next(SecondsMin, SecondsMax);

    // The near future of the year 2100, in a few values only, so that equal times meet.
    internal long FutureUnixSeconds() => 4_102_444_800 + _random.Next(20) * 1_000_000_000L;

    internal string Offset(int max) => _random.Next(40) switch
    {
        0 => Pick(s_badOffsets),
        < 20 => Number(_random.Next(300)),
        < 30 => Number(_random.Next(70_000)),
        < 35 => Number(s_edgeOffsets[_random.Next(s_edgeOffsets.Length)]),
        _ => Number(_random.Next(max)),
    };

    private IEnumerable<object> Range()
    {
        int given = _random.Next(8);
        if (given == 0) return [];
        if (given == 1) return [Position()];
        if (given < 5) return [Position(), Position()];
        return [Position(), Position(), Pick("BYTE", "BIT", "bit", "BIT", _random.Next(10) == 0 ? "BITS" : "byte")];
    }

    internal string Position() => _random.Next(50) switch
    {
        0 => Pick(s_junk),
        < 25 => Number(_random.Next(-40, 40)),
        < 40 => Number(_random.Next(-9_000, 9_000)),
        _ => Number(_random.Next(-OffsetMax, OffsetMax)),
    };

    internal byte[] Value()
    {
        int bytesMax = _random.Next(10) switch { 0 => 1, < 7 => 40, < 9 => 300, _ => 20_000 };
        int valueBytes = _random.Next(bytesMax);
        byte[] value = new byte[valueBytes];
        switch (_random.Next(4))
        {
            case 0: value.AsSpan(valueBytes / 4).Fill(0xff); break;
            case 1: value.AsSpan(valueBytes / 2).Fill(0x01); break;
            default: _random.NextBytes(value); break;
        }
        return value;
    }

    internal string Pick(params string[] words) => words[_random.Next(words.Length)];

    internal static string Number(long value) => value.ToString(CultureInfo.InvariantCulture);

    internal static GeneratedCommand Make(string name, params IEnumerable<object> args) =>
        Make(ReplyRule.Exact, name, args);

    internal static GeneratedCommand Make(ReplyRule rule, string name, params IEnumerable<object> args) =>
        new([Encoding.ASCII.GetBytes(name), .. args.Select(Bytes)], rule);

    private static byte[] Bytes(object arg) => arg switch
    {
        byte[] bytes => bytes,
        long number => Encoding.ASCII.GetBytes(Number(number)),
        string word => Encoding.UTF8.GetBytes(word),
        _ => throw new ArgumentException($"No argument of a command: {arg}"),
    };
}
