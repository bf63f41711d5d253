using System.Globalization;

namespace Bitmapist.Migration.Tests.Aof;

/// <summary>
/// Random commands as clients send them, which Redis would rewrite before it logs them; on strings alone, and such that
/// each can have an effect. Times from now on are all <see cref="SecondsFromNow"/>.
/// </summary>
internal sealed class FirstFormMix(Random random)
{
    public const int SecondsFromNow = 500_000;
    private const string Milliseconds = "500000000";

    public IEnumerable<string> Commands(int count)
    {
        yield return "SET always there"; // a COPY without its source would not be logged
        for (int i = 0; i < count; i++)
        {
            bool isTransaction = random.Next(10) == 0;
            if (isTransaction) yield return "multi";
            for (int j = isTransaction ? random.Next(1, 5) : 1; j > 0; j--) yield return Next();
            if (isTransaction) yield return "exec";
        }
    }

    private string Next() => random.Next(26) switch
    {
        0 => $"SET {Name()} {Value()} EX {SecondsFromNow} GET",
        1 => $"set {Name()} {Value()} px {Milliseconds}",
        2 => $"SET {Name()} {Value()} KEEPTTL",
        3 => $"SET {Name()} {Value()} NX",
        4 => $"SETEX {Name()} {SecondsFromNow} {Value()}",
        5 => $"PSETEX {Name()} {Milliseconds} {Value()}",
        6 => $"GETSET {Name()} {Value()}",
        7 => $"GETDEL {Name()}",
        8 => $"GETEX {Name()} {Pick($"EX {SecondsFromNow}", $"PX {Milliseconds}", "EXAT 2900000001", "PERSIST", "")}",
        9 => $"EXPIRE {Name()} {SecondsFromNow} {Pick("", "NX", "XX", "GT", "LT")}",
        10 => $"PEXPIRE {Name()} {Milliseconds}",
        11 => $"EXPIREAT {Name()} 2900000000 {Pick("", "NX", "XX", "GT", "LT")}",
        12 => $"EXPIRE {Name()} -{SecondsFromNow}",
        13 => $"PERSIST {Name()}",
        14 or 15 => $"INCRBYFLOAT {Number()} {Real()}",
        16 => $"SET {Number()} {Real()}",
        17 => $"{Pick("INCR", "DECR")} {Whole()}",
        18 => $"{Pick("INCRBY", "DECRBY")} {Whole()} {random.NextInt64(-1_000_000_000, 1_000_000_000)}",
        19 => $"APPEND {Name()} {Pick("\"\"", Value())}",
        20 => $"SETRANGE {Name()} {random.Next(300)} {Pick("\"\"", Value())}",
        21 => $"SETBIT {Name()} {random.Next(3000)} {random.Next(2)}",
        22 => $"RENAMENX {Name()} {Name()}",
        23 => $"MSETNX {Name()} {Value()} {Name()} {Value()}",
        24 => $"COPY always {Name()} REPLACE",
        _ => $"BITOP {Pick("AND", "OR", "XOR")} {Name()} {Name()} {Name()}",
    };

    private string Name() => $"k{random.Next(8)}";

    private string Number() => $"real{random.Next(6)}";

    private string Whole() => $"whole{random.Next(4)}";

    private string Value() => $"value-{random.Next(1_000_000_000)}";

    private string Real() => Pick(
        (random.NextDouble() * Math.Pow(10, random.Next(-20, 20))).ToString("R", CultureInfo.InvariantCulture),
        $"{random.NextInt64()}.{random.NextInt64():D19}", $"-{random.Next(1000)}.5", $".{random.Next(1000)}",
        $"{random.Next(100)}e{random.Next(-25, 25)}", "-0", "1.00", "9223372036854775807");

    private T Pick<T>(params T[] choices) => choices[random.Next(choices.Length)];
}
