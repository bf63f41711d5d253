using System.Text;
using Bitmapist.Engine.Rdb;
using Bitmapist.Fuzz.Specimens;
using Bitmapist.Migration;
using Bitmapist.Migration.Rdb;
using Bitmapist.Migration.Tests.Rdb;
using Bitmapist.Migration.Transfer;
using Bitmapist.Testing.Files;
using Bitmapist.Testing.Wire;

namespace Bitmapist.Fuzz.Targets;

/// <summary>
/// Redis's append-only files: a manifest and what it names, or a file of its own. See <see cref="ImportTarget"/>. They
/// have no checksums but in a base and in values to RESTORE.
/// </summary>
public sealed class AofTarget : ImportTarget
{
    private const string Directory = "/data/appendonlydir";
    private static readonly string[] s_names = ["appendonly.aof.manifest", "base", "first", "second"];

    public override string Name => "aof";

    public override IReadOnlyList<byte[]> Tokens { get; } =
    [
        .. AofCommands.All.Select(CommandLine.Encode), "file base seq 1 type b\n"u8.ToArray(), " type i\n"u8.ToArray(),
        "file second seq 9 type i\n"u8.ToArray(), "\"\\x41\" "u8.ToArray(), "#TS:1700000000\r\n"u8.ToArray(),
        "\r\n$4\r\n"u8.ToArray(), "$536870912\r\n"u8.ToArray(), "4294967295"u8.ToArray(),
        "9223372036854775807"u8.ToArray(),
        "-1"u8.ToArray(), "#8"u8.ToArray(), "i64"u8.ToArray(), "1e400"u8.ToArray(), "*2\r\n"u8.ToArray(),
        "KEEPTTL"u8.ToArray(),
    ];

    public override byte[] Generate(Random random)
    {
        ArgumentNullException.ThrowIfNull(random);
        string manifest = random.Next(4) switch
        {
            0 => "file first seq 1 type i\n",
            1 => "file base seq 1 type b\nfile first seq 1 type i\nfile second seq 2 type i\n",
            2 => "# a comment\nfile old seq 1 type h\nfile first seq 1 type b\n"
                + "file second seq 2 type i startoffset 7\n",
            _ => "",
        };
        byte[] start = random.Next(2) == 0
            ? RdbSamples.EveryForm()
            : new RdbBytes().Add(0xFA).Text("aof-preamble").Add(0xC0, 1).Key(0, "k1").Text("value").End();
        return new FileSet(0, IsForged: true,
            [Encoding.ASCII.GetBytes(manifest), start, Commands(random), Commands(random)]).ToArray();
    }

    public override byte[] Mutate(byte[] input, Random random)
    {
        ArgumentNullException.ThrowIfNull(random);
        FileSet set = FileSet.Parse(input);
        if (set.Files.Length == 0) return input;
        int index = random.Next(set.Files.Length);
        return set.With(index, Mutator.Mutate(set.Files[index], Tokens, random), isForged: true).ToArray();
    }

    public override string Check(byte[] input, Random random)
    {
        FileSet set = FileSet.Parse(input);
        var disk = new SimulatedFileSystem();
        for (int i = 0; i < Math.Min(s_names.Length, set.Files.Length); i++)
            disk.WriteAll($"{Directory}/{s_names[i]}", set.Files[i]);
        if (set.Files.Length == 0) return "no file";
        // Without a manifest, the first file of commands is taken for all there is.
        bool isAlone = set.Files[0].Length == 0;
        if (isAlone) disk.Delete($"{Directory}/{s_names[0]}");
        return Import(disk, isAlone ? $"{Directory}/first" : Directory, random, out _);
    }

    private static byte[] Commands(Random random)
    {
        var bytes = new List<byte>();
        for (int i = random.Next(12); i > 0; i--)
        {
            if (random.Next(12) == 0) bytes.AddRange(Restore(random));
            else bytes.AddRange(CommandLine.Encode(AofCommands.All[random.Next(AofCommands.All.Length)]));
        }

        return [.. bytes];
    }

    private static byte[] Restore(Random random)
    {
        byte[] value = [0, 5, .. "value"u8, 10, 0];
        if (random.Next(2) == 0) value = [0, 0xC3, 5, 11, 0, (byte)'x', 0xE0, 1, 0, 80, 0];
        byte[] checksum = BitConverter.GetBytes(Crc64.Append(0, value));
        return CommandLine.Encode([
            "RESTORE"u8.ToArray(), "k3"u8.ToArray(), "0"u8.ToArray(), [.. value, .. checksum], "REPLACE"u8.ToArray(),
        ]);
    }
}
