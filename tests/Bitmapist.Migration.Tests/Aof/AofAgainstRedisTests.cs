using Bitmapist.Migration.Transfer;
using Bitmapist.Storage.Files;
using Bitmapist.Testing.Servers;
using Bitmapist.Testing.Wire;

namespace Bitmapist.Migration.Tests.Aof;

/// <summary>
/// Append-only files that redis-server wrote under a random mix of commands give the keys that redis-server serves,
/// value by value and expiry by expiry.
/// </summary>
public sealed class AofAgainstRedisTests(ITestOutputHelper output)
{
    private const int CommandsPerWrite = 100;

    [Theory]
    [InlineData("base and increments", 4000, 1, "--aof-use-rdb-preamble yes")]
    [InlineData("several rewrites", 3000, 3, "--aof-use-rdb-preamble yes --aof-timestamp-enabled yes")]
    [InlineData("a base of commands", 3000, 2, "--aof-use-rdb-preamble no --aof-timestamp-enabled yes")]
    [InlineData("no rewrite", 6000, 0, "--aof-use-rdb-preamble yes")]
    public async Task Files_that_redis_wrote_give_the_keys_that_it_serves(
        string what, int commands, int rewrites, string options)
    {
        int seed = Random.Shared.Next();
        output.WriteLine($"{what}: seed {seed}");
        using var redis = AppendingRedis.Start(options.Split(' '));
        var mix = new CommandMix(new Random(seed));
        using (RawConnection connection = await RawConnection.ConnectAsync(redis.Port))
        {
            for (int part = 0; part <= rewrites; part++)
            {
                if (part > 0) await redis.RewriteAsync();
                foreach (string[] lines in mix.Commands(commands / (rewrites + 1)).Chunk(CommandsPerWrite))
                    await connection.AskAllAsync(lines);
            }

            await connection.AskAllAsync(["SET last value"]); // the mix may have ended with a FLUSHALL
        }

        // It is asked after a restart: a BITFIELD that fails grows its string without being logged (7.0.15).
        redis.Restart();
        List<string> served = await RedisStrings.ReadAsync(redis.Port);
        redis.Stop();
        (ImportReport report, List<ImportedKey> keys) = Import(redis.Files);
        using var text = new StringWriter();
        report.WriteTo(text);
        output.WriteLine(text.ToString());
        Assert.NotEmpty(served);
        Assert.Equal(served, RedisStrings.Of(keys));
        Assert.Empty(report.Warnings);
        Assert.Equal(FileFormat.AppendOnlyManifest, report.Format);
        Assert.InRange(report.Commands, 1, long.MaxValue);
    }

    private static (ImportReport Report, List<ImportedKey> Keys) Import(string source)
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory("bitmapist-test-");
        try
        {
            string target = Path.Combine(folder.FullName, "bitmapist.db");
            ImportReport report = Migration.Import.Run(
                PhysicalFileSystem.Instance, source, target, TimeProvider.System);
            Assert.Equal(
                ["bitmapist.db"], folder.EnumerateFiles().Select(file => file.Name).Order());
            return (report, Disk.Read(PhysicalFileSystem.Instance, target));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
