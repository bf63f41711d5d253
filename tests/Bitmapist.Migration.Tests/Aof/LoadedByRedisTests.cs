using Bitmapist.Storage.Files;
using Bitmapist.Testing.Files;
using Bitmapist.Testing.Wire;

namespace Bitmapist.Migration.Tests.Aof;

/// <summary>Append-only files made by hand give what redis-server makes of them when it loads them.</summary>
public sealed class LoadedByRedisTests(ITestOutputHelper output)
{
    private const long RoundingMs = 600_000; // relative times count from two different moments

    [Fact]
    public async Task Commands_in_their_first_form_give_what_redis_makes_of_them()
    {
        int seed = Random.Shared.Next();
        output.WriteLine($"seed {seed}");
        byte[] file = File(new FirstFormMix(new Random(seed)).Commands(3000));
        await AssertSameAsync(file);
    }

    [Fact]
    public async Task A_file_cut_anywhere_gives_what_redis_makes_of_it()
    {
        int seed = Random.Shared.Next();
        output.WriteLine($"seed {seed}");
        var random = new Random(seed);
        byte[] file = File(new FirstFormMix(random).Commands(60));
        for (int round = 0; round < 25; round++) await AssertSameAsync(file[..random.Next(16, file.Length)]);
    }

    [Theory]
    [InlineData("nothing behind the last command", "")]
    [InlineData("an annotation", "#TS:1700000000\r\n")]
    [InlineData("an annotation cut short", "#TS:17000")]
    [InlineData("a transaction that is whole", "*1\r\n$5\r\nMULTI\r\n*2\r\n$3\r\nDEL\r\n$1\r\na\r\n*1\r\n$4\r\nEXEC\r\n")]
    [InlineData("a transaction without its end", "*1\r\n$5\r\nMULTI\r\n*2\r\n$3\r\nDEL\r\n$1\r\na\r\n")]
    [InlineData("a transaction cut in a command", "*1\r\n$5\r\nMULTI\r\n*2\r\n$3\r\nDEL\r\n$1\r\na\r\n*1\r\n$4\r\nEX")]
    [InlineData("a command of another type over a string", "*4\r\n$11\r\nSUNIONSTORE\r\n$1\r\na\r\n$1\r\nx\r\n$1\r\nx\r\n")]
    public async Task The_end_of_a_file_is_taken_as_redis_takes_it(string what, string end)
    {
        output.WriteLine(what);
        await AssertSameAsync([.. File(["SET a 1", "SETBIT b 9 1"]), .. System.Text.Encoding.ASCII.GetBytes(end)]);
    }

    [Theory]
    [InlineData("SELECT 3|SET a 1|SWAPDB 3 0|SET b 2|SELECT 0|SET c 3|SWAPDB 0 5|SET d 4|MOVE d 3|SWAPDB 3 5|SWAPDB 5 5")]
    [InlineData("SET a 1|RPUSH l x|RENAME l a|SET b 1")]
    [InlineData("SET a 1|RPUSH l x|COPY l a REPLACE|COPY l b DB 1|SET c 1|SORT l ALPHA STORE c")]
    [InlineData("SET a 1|SELECT 1|SET a 2|SELECT 0|MOVE a 1|COPY a b DB 1|COPY a a DB 2 REPLACE|COPY a a DB 2")]
    [InlineData("SET a 5|RENAME a a|COPY a a|GETEX a|PERSIST a|SETRANGE b 0 \"\"|APPEND c \"\"|BITOP OR d x y")]
    [InlineData("BITFIELD a SET u8 #1 -1 OVERFLOW SAT INCRBY i5 3 100 INCRBY u63 #2 -5 OVERFLOW FAIL SET i64 0 1 GET u4 0")]
    [InlineData("BITFIELD a INCRBY i64 0 9223372036854775807 INCRBY i64 0 1|BITFIELD b OVERFLOW SAT SET u3 0 -9 SET i3 3 -9")]
    [InlineData("BITFIELD a OVERFLOW FAIL INCRBY u2 100 7|SET s 1|PEXPIREAT s 1|PERSIST s|SET t 1 PXAT 1|EXPIREAT t 1")]
    [InlineData("SET a 1|FLUSHALL ASYNC|SELECT 2|SET b 1|SELECT 0|SWAPDB 0 2|FLUSHDB|SET c 1|SCRIPT LOAD \"return 1\"")]
    [InlineData("SETRANGE a 100000 x|SETRANGE a 50 yy|APPEND a z|SETRANGE b 5000 \"12345678\"|SETBIT c 8000000 0")]
    public async Task A_script_gives_what_redis_makes_of_it(string commands) =>
        await AssertSameAsync(File(commands.Split('|')));

    [Fact]
    public async Task Restored_values_give_what_redis_makes_of_them()
    {
        using var redis = AppendingRedis.Start();
        using RawConnection connection = await RawConnection.ConnectAsync(redis.Port);
        List<byte[]> replies = await connection.AskAllAsync(
        [
            $"SET text {new string('x', 3000)}", "SETBIT bits 70000 1", "SET number 12", "RPUSH list a b", "DUMP text",
            "DUMP bits", "DUMP number", "DUMP list",
        ]);
        byte[][] dumps = [.. replies[4..].Select(reply => ReplyText.BulkContent(reply)!)];
        byte[][] options = ["REPLACE"u8.ToArray(), "ABSTTL"u8.ToArray(), "IDLETIME"u8.ToArray(), "7"u8.ToArray()];
        byte[] zero = "0"u8.ToArray(), restore = "RESTORE"u8.ToArray(), expiry = "2900000000000"u8.ToArray();
        byte[] file =
        [
            .. File(["SET overwritten 1", "SET kept 1"]),
            .. CommandLine.Encode([restore, "a"u8.ToArray(), zero, dumps[0]]),
            .. CommandLine.Encode([restore, "b"u8.ToArray(), expiry, dumps[1], .. options]),
            .. CommandLine.Encode([restore, "c"u8.ToArray(), "500000000"u8.ToArray(), dumps[2]]),
            .. CommandLine.Encode([restore, "overwritten"u8.ToArray(), zero, dumps[3], options[0]]),
            .. CommandLine.Encode([restore, "kept"u8.ToArray(), zero, dumps[0]]),
        ];
        await AssertSameAsync(file);
        file = CommandLine.Encode([restore, "a"u8.ToArray(), zero, dumps[0]]);
        file[^20] ^= 1; // in the value
        Assert.Contains("has a value whose checksum is", Assert.Throws<CorruptFileException>(
            () => Import(file)).Message, StringComparison.Ordinal);
    }

    private static byte[] File(IEnumerable<string> commands) =>
        [.. commands.SelectMany(command => CommandLine.Encode(command))];

    private static List<ImportedKey> Import(byte[] file)
    {
        SimulatedFileSystem files = Disk.With(Disk.Source, file);
        Migration.Import.Run(files, Disk.Source, Disk.Target, TimeProvider.System);
        return Disk.Read(files, Disk.Target);
    }

    private static async Task AssertSameAsync(byte[] file)
    {
        using AppendingRedis? redis = AppendingRedis.Over(file);
        Assert.NotNull(redis);
        long relativeMs = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds() + (FirstFormMix.SecondsFromNow * 1000L);
        List<string> served = await RedisStrings.ReadAsync(redis.Port, Rounded);
        Assert.Equal(served, RedisStrings.Of(Import(file), Rounded));

        long Rounded(long unixMs) => Math.Abs(unixMs - relativeMs) < RoundingMs ? -1 : unixMs;
    }
}
