using System.Text;
using Bitmapist.Migration.Tests.Aof;
using Bitmapist.Migration.Transfer;
using Bitmapist.Storage.Files;
using Bitmapist.Testing.Files;
using Bitmapist.Testing.Servers;
using Bitmapist.Testing.Wire;

namespace Bitmapist.Migration.Tests.Rdb;

/// <summary>RDB files not of SAVE: what may come before, between and behind the keys.</summary>
public sealed class RdbKindsTests
{
    private const string EndMark = "0123456789abcdef0123456789abcdef01234567";
    private static readonly string[] s_twoKeys = ["trackist_paid_2031-02=40", "trackist_seen_2031-02=4001"];

    [Fact]
    public void A_dump_of_redis_is_read() => Assert.Equal(s_twoKeys, Keys(TwoKeys(new RdbBytes()).End()));

    [Fact]
    public void The_idle_times_of_redis_enterprise_are_passed_over() => Assert.Equal(s_twoKeys, Keys(
        new RdbBytes(12).Add(0xFE, 0, 0xFB, 2, 0)
            .Add(107, 0x40, 0x51).Key(0, "trackist_seen_2031-02").Add(2, 0x40, 0x01)
            .Add(107, 5).Key(0, "trackist_paid_2031-02").Add(1, 0x40)
            .End()));

    [Fact]
    public void A_dump_of_valkey_9_is_read() => Assert.Equal(s_twoKeys, Keys(TwoKeys(RdbBytes.OfValkey()).End()));

    [Fact]
    public void What_valkey_numbers_by_itself_is_passed_over()
    {
        byte[] time = BitConverter.GetBytes(1_900_000_000_000L);
        byte[] file = TwoKeys(RdbBytes.OfValkey(81)
            .Add(0xF3).Text("import").Add(2, 0x40, 100, 0x40, 200, 0, 7) // slots that are being moved in
            .Add(0xF4, 1, 2, 3)
            .Key(22, "hash").Add(2).Text("field").Text("value").Add(time).Text("f").Text("v").Add(time)).End();
        (ImportReport report, List<ImportedKey> keys) = Disk.Import(file);
        Assert.Equal(2, keys.Count);
        Assert.Equal(1, report.Skipped["type hash"]);
    }

    [Theory]
    [InlineData((byte)23)] // a type of hash since 9.2, whose format it shares with nobody
    [InlineData((byte)25)] // a type of Redis
    [InlineData((byte)242)]
    public void What_is_unknown_in_a_file_of_valkey_is_named_so(byte type)
    {
        CorruptFileException refusal = Assert.Throws<CorruptFileException>(
            () => Disk.Import(RdbBytes.OfValkey(81).Key(type, "k").Text("v").End()));
        Assert.Equal($"byte {type} is neither an opcode nor a type of value that this program knows; "
            + "the file is of format VALKEY081", refusal.Reason);
        Assert.Equal(9, refusal.Offset);
    }

    [Theory]
    [InlineData("VALKEY08")]
    [InlineData("VALKEYOLD")]
    [InlineData("DRAGON0080")]
    public void Another_magic_is_refused_and_shown(string magic)
    {
        SimulatedFileSystem files = Disk.With(Disk.Source, Encoding.ASCII.GetBytes(magic));
        string shown = magic[..Math.Min(9, magic.Length)];
        Assert.Contains($"it begins with \"{shown}\"", Assert.Throws<MigrationException>(
            () => Import.Run(files, Disk.Source, Disk.Target, Disk.Clock())).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_mark_of_a_diskless_transfer_may_follow_the_checksum() =>
        Assert.Equal(s_twoKeys, Keys([.. TwoKeys(new RdbBytes()).End(), .. Encoding.ASCII.GetBytes(EndMark)]));

    [Theory]
    [InlineData("0")]
    [InlineData("0123456789abcdef0123456789abcdef0123456")]
    [InlineData("0123456789abcdef0123456789abcdef012345678")]
    [InlineData("0123456789ABCDEF0123456789abcdef01234567")]
    [InlineData("0123456789abcdef0123456789abcdef0123456\n")]
    [InlineData("0123456789abcdef0123456789abcdef012345670123456789abcdef0123456789abcdef01234567")]
    public void Anything_else_behind_the_checksum_is_refused(string behind)
    {
        byte[] dump = TwoKeys(new RdbBytes()).End();
        CorruptFileException refusal = Assert.Throws<CorruptFileException>(
            () => Disk.Import([.. dump, .. Encoding.ASCII.GetBytes(behind)]));
        Assert.StartsWith($"{behind.Length} bytes follow the end", refusal.Reason, StringComparison.Ordinal);
        Assert.Equal(dump.Length, refusal.Offset);
    }

    [Fact]
    public async Task A_dump_that_redis_cli_piped_from_a_diskless_sync_is_read()
    {
        using var redis = AppendingRedis.Start("--repl-diskless-sync", "yes", "--repl-diskless-sync-delay", "0");
        using (RawConnection connection = await RawConnection.ConnectAsync(redis.Port))
            await connection.AskAllAsync(["SETBIT trackist_seen_2031-02 1 1", "SETBIT trackist_seen_2031-02 15 1",
                "SETBIT trackist_paid_2031-02 1 1"]);
        DirectoryInfo folder = Directory.CreateTempSubdirectory("bitmapist-test-");
        try
        {
            using var pipe = new ServerProcess(
                "sh", ["-c", $"redis-cli -p {redis.Port} --rdb - > piped.rdb"], folder.FullName);
            Assert.Equal(0, pipe.WaitForExit());
            byte[] piped = File.ReadAllBytes(Path.Combine(folder.FullName, "piped.rdb"));
            Assert.Matches("^[0-9a-f]{40}$", Encoding.Latin1.GetString(piped[^40..])); // else this shows nothing
            Assert.Equal(s_twoKeys, Keys(piped));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static RdbBytes TwoKeys(RdbBytes file) => file
        .Add(0xFA).Text("redis-ver").Text("7.0.15").Add(0xFE, 0, 0xFB, 2, 0)
        .Key(0, "trackist_seen_2031-02").Add(2, 0x40, 0x01)
        .Key(0, "trackist_paid_2031-02").Add(1, 0x40);

    private static string[] Keys(byte[] file) =>
        [.. Disk.Import(file).Keys.Select(key => Encoding.ASCII.GetString(key.Name) + "="
            + Convert.ToHexString(Disk.Bytes(key)))];
}
