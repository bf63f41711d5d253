using System.Globalization;

namespace Bitmapist.Migration.Tests.Aof;

/// <summary>
/// Random commands over a dozen keys that strings and other types share, so that they overwrite, rename and refuse one
/// another; lines as typed into redis-cli.
/// </summary>
internal sealed class CommandMix(Random random)
{
    private static readonly string[] s_names = [.. Enumerable.Range(0, 12).Select(i => $"k{i}")];

    /// <summary>Some commands, in which transactions stay whole.</summary>
    public IEnumerable<string> Commands(int count)
    {
        for (int i = 0; i < count; i++)
        {
            if (random.Next(25) == 0)
            {
                yield return "MULTI";
                for (int j = random.Next(1, 5); j > 0; j--) yield return Next();
                yield return "EXEC";
            }
            else
            {
                yield return Next();
            }
        }
    }

    private string Next() => random.Next(10) switch
    {
        < 3 => Bits(),
        < 6 => Strings(),
        < 7 => Expiries(),
        < 8 => Keys(),
        < 9 => OtherTypes(),
        _ => random.Next(3) == 0 ? Databases() : Numbers(),
    };

    private string Bits() => random.Next(6) switch
    {
        < 3 => $"SETBIT {AnyName()} {Offset()} {random.Next(2)}",
        3 => $"BITOP {Pick("AND", "OR", "XOR")} {AnyName()} {AnyName()} {AnyName()} {AnyName()}",
        4 => $"BITOP NOT {AnyName()} {AnyName()}",
        _ => "BITFIELD " + AnyName() + string.Concat(Enumerable.Range(0, random.Next(1, 4)).Select(_ => Field())),
    };

    private string Field() => random.Next(4) switch
    {
        0 => $" OVERFLOW {Pick("WRAP", "SAT", "FAIL")}",
        1 => $" GET u8 {random.Next(200)}",
        2 => $" SET {FieldType()} {FieldOffset()} {random.NextInt64(-300, 300)}",
        _ => $" INCRBY {FieldType()} {FieldOffset()} {Pick($"{random.Next(-99, 99)}", $"{random.NextInt64()}")}",
    };

    private string Strings() => random.Next(14) switch
    {
        0 => $"SET {AnyName()} {Value()}",
        1 => $"SET {AnyName()} {Value()} {Pick("PX 1", "EX 900", "EXAT 2900000000", "PXAT 2900000000000")}",
        2 => $"SET {Text()} {Value()} KEEPTTL",
        3 => random.Next(6) == 0 ? $"SET {Text()} {Value()} XX KEEPTTL"
            : $"SET {AnyName()} {Value()} {Pick("NX", "XX", "GET", "NX EX 700", "XX GET PX 700000")}",
        4 => $"SETEX {AnyName()} 5000 {Value()}",
        5 => $"PSETEX {AnyName()} 5000000 {Value()}",
        6 => $"SETNX {AnyName()} {Value()}",
        7 => $"MSET {AnyName()} {Value()} {AnyName()} {Value()}",
        8 => $"MSETNX {AnyName()} {Value()} {AnyName()} {Value()}",
        9 => $"GETSET {AnyName()} {Value()}",
        10 => $"GETDEL {AnyName()}",
        11 => $"GETEX {AnyName()} {Pick("EX 600", "PX 600000", "EXAT 2900000001", "PERSIST", "")}",
        12 => $"APPEND {AnyName()} {Value()}",
        _ => $"SETRANGE {AnyName()} {random.Next(random.Next(8) == 0 ? 200_000 : 40)} {Value()}",
    };

    private string Numbers() => random.Next(6) switch
    {
        0 => $"INCR {AnyName()}",
        1 => $"DECR {AnyName()}",
        2 => $"INCRBY {AnyName()} {random.NextInt64(-1_000_000, 1_000_000)}",
        3 => $"DECRBY {AnyName()} {random.NextInt64(-1_000_000, 1_000_000)}",
        4 => $"SET {AnyName()} {random.Next(-100, 100)}",
        _ => $"INCRBYFLOAT {AnyName()} {Real()}",
    };

    private string Expiries() => random.Next(7) switch
    {
        0 => $"EXPIRE {AnyName()} {random.Next(900, 9000)} {Condition()}",
        1 => $"PEXPIRE {AnyName()} {random.Next(900_000, 9_000_000)} {Condition()}",
        2 => $"EXPIREAT {AnyName()} {2_900_000_000 + random.Next(100)} {Condition()}",
        3 => $"PEXPIREAT {AnyName()} {2_900_000_000_000 + random.Next(100)} {Condition()}",
        4 => $"EXPIRE {AnyName()} -1",
        5 => $"PEXPIRE {AnyName()} 2",
        _ => $"PERSIST {AnyName()}",
    };

    private string Keys() => random.Next(7) switch
    {
        0 => $"DEL {Name()} {Name()}",
        1 => $"UNLINK {Name()}",
        2 => $"RENAME {Name()} {Name()}",
        3 => $"RENAMENX {Name()} {Name()}",
        4 => $"COPY {Name()} {Name()} {Pick("", "REPLACE", "DB 1", "DB 2 REPLACE")}",
        5 => $"MOVE {Name()} {random.Next(3)}",
        _ => $"EVAL \"redis.call('SETBIT',KEYS[1],ARGV[1],1) redis.call('APPEND',KEYS[2],'x')\" 2 {Name()} {Name()} 77",
    };

    private string OtherTypes() => random.Next(12) switch
    {
        0 => $"RPUSH {Name()} a b 3",
        1 => $"LPOP {Name()}",
        2 => $"SADD {Name()} 1 2 3",
        3 => $"{Pick("SUNIONSTORE", "SINTERSTORE", "SDIFFSTORE")} {Name()} {Name()} {Name()}",
        4 => $"ZADD {Name()} 1 a 2 b",
        5 => $"{Pick("ZUNIONSTORE", "ZINTERSTORE")} {Name()} 2 {Name()} {Name()}",
        6 => $"ZRANGESTORE {Name()} {Name()} 0 1",
        7 => $"SORT {Name()} {Pick("LIMIT 0 1", "BY nosort", "")} STORE {Name()}",
        8 => $"HSET {Name()} field value",
        9 => $"XADD {Name()} * field value",
        10 => $"GEOADD {Name()} 13.4 52.5 berlin",
        _ => $"GEORADIUS {Name()} 13 52 200 km {Pick("STORE", "STOREDIST", "COUNT 3 STORE")} {Name()}",
    };

    private string Databases() => random.Next(8) switch
    {
        < 4 => $"SELECT {random.Next(3)}",
        < 6 => $"SWAPDB {random.Next(3)} {random.Next(3)}",
        6 => Pick("FLUSHDB", "FLUSHDB ASYNC"),
        _ => random.Next(10) == 0 ? "FLUSHALL" : "PING",
    };

    private string Name() => Pick(s_names);

    /// <summary>
    /// A key that never is of another type: what SET with KEEPTTL keeps of a list's expiry time is not known here.
    /// </summary>
    private string Text() => $"t{random.Next(3)}";

    private string AnyName() => random.Next(4) == 0 ? Text() : Name();

    private string Offset() => Pick($"{random.Next(64)}", $"{random.Next(100_000)}");

    private string Condition() => random.Next(2) == 0 ? "" : Pick("NX", "XX", "GT", "LT", "XX GT");

    private string FieldType() => random.Next(2) == 0 ? $"u{random.Next(1, 64)}" : $"i{random.Next(1, 65)}";

    private string FieldOffset() => Pick($"{random.Next(200)}", $"#{random.Next(9)}");

    private string Real() => (random.NextDouble() * Math.Pow(10, random.Next(-6, 12)))
        .ToString(random.Next(2) == 0 ? "R" : "E5", CultureInfo.InvariantCulture);

    private string Value()
    {
        if (random.Next(20) == 0) return new string('v', random.Next(20_000));
        byte[] bytes = new byte[random.Next(1, 30)];
        random.NextBytes(bytes);
        return '"' + string.Concat(bytes.Select(value => $"\\x{value:x2}")) + '"';
    }

    private T Pick<T>(params T[] choices) => choices[random.Next(choices.Length)];
}
