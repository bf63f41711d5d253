using System.Diagnostics;
using System.Globalization;
using System.Text;
using Bitmapist.Migration.Transfer;
using Bitmapist.Storage.Files;
using Bitmapist.Testing.Servers;
using Bitmapist.Testing.Wire;

namespace Bitmapist.Migration.Tests.Rdb;

/// <summary>
/// Redis → RDB → ours → RDB → Redis, with real servers on both ends. The 100,000 keys take some ten seconds;
/// BITMAPIST_ROUND_TRIP_KEYS sets another number.
/// </summary>
public sealed class RedisRoundTripTests(ITestOutputHelper output)
{
    private const int KeysByDefault = 100_000;
    private const int CommandsPerWrite = 500;

    [Fact]
    public async Task Every_key_value_and_expiry_comes_back_to_redis()
    {
        int keys = int.TryParse(Environment.GetEnvironmentVariable("BITMAPIST_ROUND_TRIP_KEYS"), out int asked)
            ? asked : KeysByDefault;
        int seed = Random.Shared.Next();
        output.WriteLine($"seed {seed}, {keys} keys");
        using var redis = new RedisServer();
        Prerequisite.Require(redis.SkipReason is null, redis.SkipReason);
        using RawConnection connection = await RawConnection.ConnectAsync(redis.Port);
        foreach (byte[][] commands in new RedisDataSet(new Random(seed)).Commands(keys).Chunk(CommandsPerWrite))
        {
            await connection.SendBytesAsync(commands.SelectMany(command => command).ToArray());
            List<byte[]> replies = await connection.ReceiveAsync(commands.Length);
            Assert.DoesNotContain(replies, reply => reply[0] == '-');
        }

        DirectoryInfo folder = Directory.CreateTempSubdirectory("bitmapist-test-");
        string database = Path.Combine(folder.FullName, "bitmapist.db");
        string dump = Path.Combine(folder.FullName, "out.rdb");
        Assert.Equal("+OK", ReplyText.Render(await connection.AskAsync("SAVE")));
        var elapsed = Stopwatch.StartNew();
        ImportReport imported = Import.Run(
            PhysicalFileSystem.Instance, redis.DumpPath, database, TimeProvider.System);
        output.WriteLine($"imported in {elapsed.Elapsed}: {imported.StringBytes} bytes of strings");
        Assert.Equal(keys, imported.Keys);
        Assert.Empty(imported.Skipped);
        elapsed.Restart();
        ExportReport exported = Export.Run(PhysicalFileSystem.Instance, database, dump, TimeProvider.System);
        output.WriteLine($"exported in {elapsed.Elapsed}: {new FileInfo(redis.DumpPath).Length} bytes of Redis's dump, "
            + $"{exported.WrittenBytes} of ours");
        Assert.Equal((imported.Keys, imported.Bits, imported.StringBytes, imported.Expiries),
            (exported.Keys, exported.Bits, exported.StringBytes, exported.Expiries));

        using RedisServer back = RedisServer.Over(dump);
        using RawConnection loaded = await RawConnection.ConnectAsync(back.Port);
        // The digest is over databases, names and values, and whether a key expires; when, is asked key by key.
        Assert.Equal(await DigestAsync(connection), await DigestAsync(loaded));
        await AssertSameExpiriesAsync(connection, loaded);
        folder.Delete(recursive: true);
    }

    [Fact]
    public async Task Other_types_made_by_redis_are_left_out_and_counted()
    {
        using var redis = new RedisServer();
        Prerequisite.Require(redis.SkipReason is null, redis.SkipReason);
        using RawConnection connection = await RawConnection.ConnectAsync(redis.Port);
        string many = string.Join(' ', Enumerable.Range(0, 2000).Select(i => $"m{i}"));
        string scored = string.Join(' ', Enumerable.Range(0, 2000).Select(i => $"{i}.5 m{i}"));
        string longText = new('x', 20_000);
        string[] commands =
        [
            "RPUSH list a b c", $"RPUSH list:big {many}", $"RPUSH list:long {longText}",
            "SADD set:ints 1 2 3", "SADD set a b", $"SADD set:big {many}",
            "ZADD zset 1 a 2.5 b", $"ZADD zset:big {scored}", "ZADD zset:infinite inf a -inf b",
            $"ZADD zset:long 1 {longText}",
            "HSET hash f v", $"HSET hash:big {many}", $"HSET hash:long f {longText}",
            "XADD stream 1-1 f v", "XADD stream 2-1 f v", "XGROUP CREATE stream group 0",
            "XREADGROUP GROUP group consumer COUNT 1 STREAMS stream >", "XDEL stream 2-1",
            .. Enumerable.Range(1, 500).Select(i => $"XADD stream:big {i}-1 f v"),
            "EXPIRE list 1000000000",
            "FUNCTION LOAD \"#!lua name=l\\nredis.register_function('f', function() return 1 end)\"",
            "SET string value", "CONFIG SET maxmemory-policy allkeys-lfu", "SET other 17", "SELECT 3", "RPUSH list a",
            "SETBIT bits 1000000 1",
        ];
        List<byte[]> replies = await connection.AskAllAsync(commands);
        Assert.DoesNotContain(replies, reply => reply[0] == '-');
        Assert.Equal("+OK", ReplyText.Render(await connection.AskAsync("SAVE")));
        (ImportReport report, List<ImportedKey> keys) = Disk.Import(File.ReadAllBytes(redis.DumpPath));
        Assert.Equal(
            [("type hash", 3L), ("type list", 4), ("type set", 3), ("type stream", 2), ("type zset", 4)],
            report.Skipped.Select(pair => (pair.Key, pair.Value)));
        Assert.Equal(
            [(0, "other"), (0, "string"), (3, "bits")],
            keys.Select(key => (key.Database, Encoding.ASCII.GetString(key.Name))));
    }

    private static async Task<string> DigestAsync(RawConnection connection)
    {
        List<byte[]> replies = await connection.AskAllAsync(["DEBUG DIGEST", "INFO keyspace"]);
        // Of the counts, avg_ttl goes on.
        string[] counts = ReplyText.Render(replies[1]).Split("\\r\\n");
        return ReplyText.Render(replies[0]) + string.Concat(counts.Select(line => line.Split(",avg_ttl")[0] + "\n"));
    }

    private static async Task AssertSameExpiriesAsync(RawConnection left, RawConnection right)
    {
        for (int database = 0; database < 16; database++)
        {
            byte[] select = RedisDataSet.Encode(
                "SELECT"u8.ToArray(), Encoding.ASCII.GetBytes(database.ToString(CultureInfo.InvariantCulture)));
            await left.SendBytesAsync(select);
            await right.SendBytesAsync(select);
            Assert.Equal(await left.ReceiveAsync(), await right.ReceiveAsync());
            await left.SendAsync("KEYS *");
            foreach (byte[][] names in Names(await left.ReceiveAsync()).Chunk(CommandsPerWrite))
            {
                byte[] commands =
                    [.. names.SelectMany(name => RedisDataSet.Encode("PEXPIRETIME"u8.ToArray(), name))];
                await left.SendBytesAsync(commands);
                await right.SendBytesAsync(commands);
                Assert.Equal(await left.ReceiveAsync(names.Length), await right.ReceiveAsync(names.Length));
            }
        }
    }

    /// <summary>The strings of an array reply.</summary>
    private static IEnumerable<byte[]> Names(byte[] reply)
    {
        int at = 1;
        for (int count = ReadNumber(reply, ref at); count > 0; count--)
        {
            at++; // '$'
            int bytes = ReadNumber(reply, ref at);
            yield return reply[at..(at + bytes)];
            at += bytes + 2;
        }
    }

    private static int ReadNumber(byte[] reply, ref int at)
    {
        int end = Array.IndexOf(reply, (byte)'\r', at);
        int number = int.Parse(reply.AsSpan(at, end - at), CultureInfo.InvariantCulture);
        at = end + 2;
        return number;
    }
}
