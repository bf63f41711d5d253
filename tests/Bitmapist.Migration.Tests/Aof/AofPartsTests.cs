using System.Text;
using Bitmapist.Migration.Tests.Rdb;
using Bitmapist.Migration.Transfer;
using Bitmapist.Storage.Files;
using Bitmapist.Testing.Files;

namespace Bitmapist.Migration.Tests.Aof;

/// <summary>Which append-only files an import takes, and that a part of several is not taken for all.</summary>
public sealed class AofPartsTests
{
    [Theory]
    [InlineData(AofBytes.Directory)]
    [InlineData(AofBytes.Directory + "/")]
    [InlineData(AofBytes.Manifest)]
    public void Base_and_increments_are_taken_by_directory_or_manifest(string source)
    {
        SimulatedFileSystem files = AofBytes.Set("APPEND a 2", "SET b 3");
        Assert.Equal(["a=12", "b=3"], AofBytes.Import(files, source.TrimEnd('/'), out ImportReport report));
        Assert.Equal(2, report.Commands);
        Assert.Empty(report.Warnings);
        Assert.Contains("append-only files of Redis", Text(report), StringComparison.Ordinal);
        Assert.Contains("commands replayed: 2\n", Text(report), StringComparison.Ordinal);
    }

    [Fact]
    public void Files_are_replayed_in_the_manifest_s_order_each_beginning_in_database_0()
    {
        SimulatedFileSystem files = AofBytes.Set("SELECT 3", "SET b 3");
        files.WriteAll(AofBytes.Directory + "/second", AofBytes.Of("APPEND a -second"));
        files.WriteAll(AofBytes.Directory + "/third", AofBytes.Of("APPEND a -third"));
        files.WriteAll(AofBytes.Manifest, Encoding.ASCII.GetBytes(
            "# by hand\nfile appendonly.aof.0.base.rdb seq 1 type h\nfile appendonly.aof.1.base.rdb seq 2 type b\n"
            + "file appendonly.aof.1.incr.aof seq 1 type i startoffset 5\nfile second seq 7 type i endoffset 6\n"
            + "file \"th\\x69rd\" seq 8 type i\n"));
        Assert.Equal(["a=1-second-third", "b=3"], AofBytes.Import(files, AofBytes.Directory, out _));
    }

    [Fact]
    public void Databases_of_any_number_are_there_when_a_command_names_them()
    {
        SimulatedFileSystem files = AofBytes.Set(
            "APPEND a 2", "COPY a b DB 17", "SELECT 100", "SET c 3", "MOVE c 65534", "SWAPDB 9999 0", "SET d 4");
        files.WriteAll(AofBytes.Base, new RdbBytes().Key(0, "a").Text("1").Add(0xFE, 40).Key(0, "z").Text("9").End());
        ImportReport report = Import.Run(files, AofBytes.Directory, Disk.Target, Disk.Clock());
        Assert.Equal(
            ["17 b", "40 z", "100 d", "9999 a", "65534 c"],
            Disk.Read(files, Disk.Target).Select(key => $"{key.Database} {Encoding.Latin1.GetString(key.Name)}"));
        Assert.Equal(65535, report.Databases);
    }

    [Fact]
    public void A_key_of_the_base_that_has_expired_lives_on_if_a_command_gave_it_time()
    {
        byte[] past = BitConverter.GetBytes(Disk.Clock().GetUtcNow().ToUnixTimeMilliseconds() - 1);
        SimulatedFileSystem files = AofBytes.Set("PERSIST k", "PEXPIREAT l 2900000000000");
        files.WriteAll(AofBytes.Base, new RdbBytes().Add(0xFA).Text("aof-base").Text("1")
            .Add(0xFC, past).Key(0, "k").Text("1").Add(0xFC, past).Key(0, "l").Text("1")
            .Add(0xFC, past).Key(0, "m").Text("1").End());
        Assert.Equal(["k=1", "l=1"], AofBytes.Import(files, AofBytes.Directory, out ImportReport report));
        Assert.Equal(1, report.Skipped["expired"]);
    }

    [Fact]
    public void A_file_of_older_versions_is_taken_with_the_dump_it_begins_with()
    {
        byte[] dump = new RdbBytes(9).Add(0xFA).Text("aof-preamble").Add(0xC0, 1).Key(0, "a").Text("1")
            .Key(1, "list").Add(1).Text("x").End();
        byte[] commands = AofBytes.Of("APPEND a 2", "LPOP list");
        SimulatedFileSystem files = Disk.With("/data/appendonly.aof", [.. dump, .. commands]);
        Assert.Equal(["a=12"], AofBytes.Import(files, "/data/appendonly.aof", out ImportReport report));
        Assert.Equal((1, 1), (report.Skipped["type list"], report.Skipped["commands on type list"]));
    }

    [Theory]
    [InlineData("*3\r\n$3\r\nSET\r\n$1\r\na\r\n$1\r\n1\r\n")]
    [InlineData("#TS:1700000000\r\n*3\r\n$3\r\nset\r\n$1\r\na\r\n$1\r\n1\r\n#TS:1700000001\r\n")]
    public void A_file_of_commands_alone_is_taken(string content)
    {
        SimulatedFileSystem files = Disk.With(Disk.Source, Encoding.ASCII.GetBytes(content));
        files.WriteAll("/data/other.manifest", "something else"u8);
        Assert.Equal(["a=1"], AofBytes.Import(files, Disk.Source, out _));
    }

    [Theory]
    [InlineData(AofBytes.Base)]
    [InlineData(AofBytes.Increment)]
    public void One_of_several_files_is_refused_with_the_manifest_beside_it(string part) =>
        AssertRefused(AofBytes.Set("SET b 3"), part,
            $"{part} is one of several append-only files, which only together have every key: "
            + $"import {AofBytes.Manifest}");

    [Fact]
    public void A_base_alone_is_refused_by_what_it_says_of_itself()
    {
        AssertRefused(Disk.With(Disk.Source, AofBytes.BaseOf("a", "1")), Disk.Source,
            $"{Disk.Source} is the base of several append-only files");
        AssertRefused(Disk.With(Disk.Source, new RdbBytes().Add(0xFA).Text("redis-ver").Text("7.0.15")
            .Add(0xFA).Text("aof-base").Text("1").Key(0, "a").Text("1").End()), Disk.Source,
            "import their directory, or the file *.manifest in it");
    }

    [Theory]
    [InlineData("/data/appendonly.aof.7.incr.aof")]
    [InlineData("/data/my.name.12.base.aof")]
    public void A_part_alone_is_refused_by_its_name(string path) =>
        AssertRefused(Disk.With(path, AofBytes.Of("SET a 1")), path, $"{path} is one of several append-only files");

    [Fact]
    public void A_dump_that_denies_to_be_a_base_is_a_dump()
    {
        byte[] dump = new RdbBytes().Add(0xFA).Text("aof-base").Add(0xC0, 0).Key(0, "a").Text("1").End();
        Assert.Equal(["a=1"], AofBytes.Import(Disk.With(Disk.Source, dump), Disk.Source, out ImportReport report));
        Assert.Equal(FileFormat.Rdb, report.Format);
    }

    [Fact]
    public void A_directory_without_one_manifest_is_refused()
    {
        var files = new SimulatedFileSystem();
        AssertRefused(files, AofBytes.Directory, $"{AofBytes.Directory}: no such file");
        files.WriteAll(AofBytes.Increment, AofBytes.Of("SET a 1"));
        AssertRefused(files, AofBytes.Directory, "is a directory without a manifest");
        files = AofBytes.Set("SET b 2");
        files.WriteAll(AofBytes.Directory + "/temp-appendonly.aof.manifest", "file x"u8); // a rewrite broke off
        Assert.Equal(["a=1", "b=2"], AofBytes.Import(files, AofBytes.Directory, out _));
        files.Delete(Disk.Target);
        files.WriteAll(AofBytes.Directory + "/other.manifest", "file x seq 1 type b\n"u8);
        AssertRefused(files, AofBytes.Directory, "has several manifests of append-only files: give one");
    }

    [Fact]
    public void A_file_that_the_manifest_names_and_that_is_not_there_is_refused()
    {
        SimulatedFileSystem files = AofBytes.Set("SET b 2");
        files.Delete(AofBytes.Increment);
        AssertRefused(files, AofBytes.Directory,
            $"{AofBytes.Increment} is not there, which {AofBytes.Manifest} names");
    }

    [Fact]
    public void Keys_that_a_base_cannot_give_are_no_gap_that_commands_write_into()
    {
        SimulatedFileSystem files = AofBytes.Set("SETBIT k 7 1");
        files.WriteAll(AofBytes.Base, new RdbBytes()
            .Key(0, "k").Add(0xC3, 3, 0x80, 0x20, 0, 0, 1, "???").Key(0, "l").Text("v").End());
        AssertRefused(files, AofBytes.Directory, "has 1 keys that cannot be taken over (longer than 512 MB)");
    }

    private static string Text(ImportReport report)
    {
        using var text = new StringWriter();
        report.WriteTo(text);
        return text.ToString();
    }

    private static void AssertRefused(SimulatedFileSystem files, string source, string reason)
    {
        IReadOnlyList<string> before = files.List("/data", "");
        Assert.Contains(reason, Assert.Throws<MigrationException>(
            () => Import.Run(files, source, Disk.Target, Disk.Clock())).Message, StringComparison.Ordinal);
        Assert.Equal(before, files.List("/data", ""));
    }
}
