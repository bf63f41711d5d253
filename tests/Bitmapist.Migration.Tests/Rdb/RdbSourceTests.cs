using System.Text;
using Bitmapist.Migration.Transfer;
using Bitmapist.Storage.Files;
using Bitmapist.Testing.Files;

namespace Bitmapist.Migration.Tests.Rdb;

/// <summary>Every form in which an RDB file may hold a string, its expiry, and what is around it.</summary>
public sealed class RdbSourceTests
{
    private static readonly long s_nowMs = Disk.Clock().GetUtcNow().ToUnixTimeMilliseconds();

    [Fact]
    public void Strings_are_read_in_every_form()
    {
        byte[] file = new RdbBytes()
            .Key(0, "a").Text("plain")
            .Key(0, "b").Add(0xC0, 0xFF) // int8
            .Key(0, "c").Add(0xC1, 0x18, 0xFC) // int16
            .Key(0, "d").Add(0xC2, 0x00, 0x00, 0x00, 0x80) // int32
            .Key(0, "e").Add(0xC3, 5, 11, 0, "x", 0xE0, 1, 0) // LZF: one literal, a match of 10
            .Key(0, "f").Add(0x40, 3, "14b") // length of 14 bits
            .Key(0, "g").Add(0x80, 0, 0, 0, 3, "32b")
            .Key(0, "h").Add(0x81, 0, 0, 0, 0, 0, 0, 0, 3, "64b")
            .Key(0, "i").Add(0)
            .End();
        Assert.Equal(
            ["a=plain", "b=-1", "c=-1000", "d=-2147483648", "e=xxxxxxxxxxx", "f=14b", "g=32b", "h=64b", "i="],
            Strings(file));
    }

    [Fact]
    public void Names_are_strings_too()
    {
        byte[] file = new RdbBytes()
            .Add(0, 0xC0, 42).Text("number")
            .Add(0, 0xC3, 5, 11, 0, "n", 0xE0, 1, 0).Text("packed")
            .Add(0, 0).Text("empty")
            .End();
        Assert.Equal(["=empty", "42=number", "nnnnnnnnnnn=packed"], Strings(file));
    }

    [Fact]
    public void Expiries_in_seconds_and_milliseconds_are_kept_and_what_has_expired_is_left_out()
    {
        int nowSeconds = (int)(s_nowMs / 1000);
        byte[] file = new RdbBytes()
            .Add(0xFD, BitConverter.GetBytes(nowSeconds + 10)).Key(0, "s").Text("1")
            .Add(0xFC, BitConverter.GetBytes(s_nowMs + 1)).Key(0, "m").Text("1")
            .Key(0, "n").Text("1")
            .Add(0xFC, BitConverter.GetBytes(s_nowMs)).Key(0, "gone").Text("1")
            .Add(0xFD, BitConverter.GetBytes(nowSeconds - 10)).Key(1, "list").Add(1).Text("1")
            .Add(0xFC, BitConverter.GetBytes(-5L)).Key(0, "negative").Add(0xC3, 4, 3, 2, "abc")
            .End();
        (ImportReport report, List<ImportedKey> keys) = Disk.Import(file);
        Assert.Equal(
            [("m", s_nowMs + 1), ("n", 0), ("s", (nowSeconds + 10) * 1000L)],
            keys.Select(key => (Encoding.Latin1.GetString(key.Name), key.ExpiresAtUnixMs)));
        Assert.Equal(2, report.Expiries);
        Assert.Equal(3, report.Skipped["expired"]);
    }

    [Fact]
    public void Databases_and_everything_that_is_not_a_key_are_told_apart()
    {
        byte[] file = new RdbBytes(12)
            .Add(0xFA).Text("redis-ver").Text("7.4.0").Add(0xFA).Text("ctime").Add(0xC2, 1, 2, 3, 4)
            .Add(0xF7, 0x81, "moduleID", 2, 2, 5).Text("text").Add(3, "flt!", 4, "double!!", 1, 7, 0)
            .Add(0xF5).Text("#!lua name=lib")
            .Add(0xFE, 0, 0xFB, 1, 0).Add(0xF8, 60).Key(0, "a").Text("0")
            .Add(0xFE, 15, 0xFB, 1, 0, 0xF4, 1, 2, 3).Add(0xF9, 255).Key(0, "a").Text("15")
            .Add(0xFE, 0x52, 0x34).Key(0, "a").Text("4660")
            .End();
        (ImportReport report, List<ImportedKey> keys) = Disk.Import(file);
        Assert.Equal([(0, "0"), (15, "15"), (0x1234, "4660")],
            keys.Select(key => (key.Database, Encoding.Latin1.GetString(Disk.Bytes(key)))));
        Assert.Equal(0x1235, report.Databases);
        using var text = new StringWriter();
        report.WriteTo(text);
        Assert.Contains("-databases 4661", text.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Values_of_other_types_are_left_out_and_counted_by_name()
    {
        (ImportReport report, List<ImportedKey> keys) = Disk.Import(RdbSamples.EveryType());
        Assert.Equal("k"u8.ToArray(), Assert.Single(keys).Name);
        Dictionary<string, long> skipped = report.Skipped.ToDictionary();
        Assert.Equal(1, skipped["type module bW9kdWxlS"]); // "moduleID" in base64, as module ids are written
        Assert.Equal((4, 3, 4, 8, 3), (skipped["type list"], skipped["type set"], skipped["type zset"],
            skipped["type hash"], skipped["type stream"]));
    }

    [Fact]
    public void A_file_older_than_checksums_is_read()
    {
        Assert.Equal(["k=v"], Strings(new RdbBytes(4).Key(0, "k").Text("v").EndWithout()));
        Assert.Equal(["k=v"], Strings(new RdbBytes(6).Key(0, "k").Text("v").End()));
    }

    [Fact]
    public void A_checksum_of_zero_means_that_there_is_none() =>
        Assert.Equal(["k=v"], Strings(new RdbBytes().Key(0, "k").Text("v").End(checksum: 0)));

    [Fact]
    public void A_wrong_checksum_is_refused() =>
        AssertRefused(new RdbBytes().Key(0, "k").Text("v").End(checksum: 1), "the file's checksum is 0000000000000001");

    [Fact]
    public void A_key_that_stands_twice_is_refused() =>
        AssertRefused(new RdbBytes().Key(0, "k").Text("v").Key(0, "k").Text("w").End(), "a key is in it twice");

    [Theory]
    [InlineData((byte)6)] // modules of 4.0's release candidates do not say where they end
    [InlineData((byte)8)]
    [InlineData((byte)26)]
    [InlineData((byte)243)] // an opcode of Valkey
    public void What_is_neither_opcode_nor_type_is_refused_by_number_offset_and_version(byte type)
    {
        CorruptFileException refusal = AssertRefused(
            new RdbBytes(12).Key(0, "k").Text("v").Key(type, "l").Text("v").End(),
            $"byte {type} is neither an opcode nor a type of value that this program knows; "
            + "the file is of format REDIS0012");
        Assert.Equal(9 + 5, refusal.Offset);
    }

    [Fact]
    public void An_append_only_file_with_a_dump_before_it_is_refused()
    {
        byte[] file = [.. new RdbBytes().Key(0, "k").Text("v").End(), .. "*1\r\n$4\r\nPING\r\n"u8];
        AssertRefused(file, "14 bytes follow the end: is this an append-only file?");
    }

    [Fact]
    public void A_string_that_promises_more_than_the_file_has_is_refused_at_its_offset()
    {
        CorruptFileException refusal = AssertRefused(
            new RdbBytes().Key(0, "k").Add(0x81, 0, 0, 0, 0, 0x10, 0, 0, 0, "short").End(),
            "bytes announced here");
        Assert.Equal(9 + 3 + 9, refusal.Offset);
    }

    [Fact]
    public void A_string_above_512_MB_is_left_out_and_counted()
    {
        byte[] file = new RdbBytes().Key(0, "k").Add(0xC3, 3, 0x80, 0x20, 0, 0, 1, "???").Key(0, "l").Text("v").End();
        (ImportReport report, List<ImportedKey> keys) = Disk.Import(file);
        Assert.Single(keys);
        Assert.Equal(1, report.Skipped["longer than 512 MB"]);
    }

    [Fact]
    public void A_name_longer_than_a_database_takes_is_left_out_and_counted()
    {
        byte[] file = new RdbBytes().Add(0, 0x80, 1, 0, 0, 0, new byte[1 << 24]).Text("v").Key(0, "l").Text("v").End();
        (ImportReport report, List<ImportedKey> keys) = Disk.Import(file);
        Assert.Single(keys);
        Assert.Equal(1, report.Skipped["name too long"]);
    }

    [Fact]
    public void A_string_of_512_MB_is_read_in_a_fraction_of_that_memory()
    {
        // One literal zero, then matches of 264 bytes: 1 + 264 n = 512 MiB - 247, and a match of 247.
        const int Length = 512 << 20;
        const int Matches = (Length - 1) / 264;
        const int Rest = (Length - 1) % 264;
        byte[] packed = new byte[2 + (3 * Matches) + 3];
        for (int i = 0; i < Matches; i++) (packed[2 + (3 * i)], packed[3 + (3 * i)]) = (0xE0, 255);
        (packed[^3], packed[^2]) = (0xE0, Rest - 9);
        byte[] length = BitConverter.GetBytes(System.Net.IPAddress.HostToNetworkOrder(packed.Length));
        byte[] file = new RdbBytes().Key(0, "k").Add(0xC3, 0x80, length, 0x80, 0x20, 0, 0, 0, packed).End();
        SimulatedFileSystem files = Disk.With(Disk.Source, file);
        long before = GC.GetAllocatedBytesForCurrentThread();
        ImportReport report = Import.Run(files, Disk.Source, Disk.Target, Disk.Clock());
        Bounds.AtMost(16 << 20, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.Equal((1, Length, 0), (report.Keys, report.StringBytes, report.Bits));
    }

    private static CorruptFileException AssertRefused(byte[] file, string reason)
    {
        CorruptFileException refusal = Assert.Throws<CorruptFileException>(() => Disk.Import(file));
        Assert.Contains(reason, refusal.Message, StringComparison.Ordinal);
        Assert.Equal(Disk.Source, refusal.Path);
        return refusal;
    }

    private static string[] Strings(byte[] file) =>
        [.. Disk.Import(file).Keys.Select(key =>
            $"{Encoding.Latin1.GetString(key.Name)}={Encoding.Latin1.GetString(Disk.Bytes(key))}")];
}
