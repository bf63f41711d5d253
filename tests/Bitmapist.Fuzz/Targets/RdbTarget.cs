using System.Buffers.Binary;
using Bitmapist.Engine.Rdb;
using Bitmapist.Fuzz.Specimens;
using Bitmapist.Migration;
using Bitmapist.Migration.Rdb;
using Bitmapist.Migration.Tests.Rdb;
using Bitmapist.Migration.Transfer;
using Bitmapist.Testing.Files;

namespace Bitmapist.Fuzz.Targets;

/// <summary>
/// RDB files: see <see cref="ImportTarget"/>. Where the checksum was not made to match, what is imported is what the
/// file had before it was damaged.
/// </summary>
public sealed class RdbTarget : ImportTarget
{
    private const int WithoutChecksum = 2; // the specimen
    private static readonly byte[][] s_specimens = Specimens();

    public override string Name => "rdb";

    public override IReadOnlyList<byte[]> Tokens { get; } =
    [
        "REDIS0012"u8.ToArray(), "VALKEY080"u8.ToArray(), [0xFF], [0xFE], [0xFD, 0, 0, 0, 0x70], [0xFA], [0xFB, 1, 1],
        [0xFC, 0, 0, 0, 0, 0, 1, 0, 0], [0xF8, 1], [0xF9, 1], [0xF7], [0xF5], [0xF4, 1, 2, 3], [0xF3], [107, 1],
        [0xC3, 5, 11, 0, (byte)'x', 0xE0, 1, 0], [0xC0, 1], [0xC1, 1, 1], [0xC2, 1, 1, 1, 1], [0x81, 0, 0, 0, 0],
        [0x80, 0x20, 0, 0, 0], [0x40, 0x40], [0xE0, 0xFF, 0], [0xFF, 0xFF, 0xFF],
        "0123456789abcdef0123456789abcdef01234567"u8.ToArray(), [0xFA, 8, .. "aof-base"u8, 1, (byte)'1'],
    ];

    public override byte[] Generate(Random random)
    {
        ArgumentNullException.ThrowIfNull(random);
        int number = random.Next(s_specimens.Length);
        bool hasChecksum = number != WithoutChecksum;
        return new FileSet(number, IsForged: !hasChecksum, [s_specimens[number]]).ToArray();
    }

    public override byte[] Mutate(byte[] input, Random random)
    {
        ArgumentNullException.ThrowIfNull(random);
        FileSet set = FileSet.Parse(input);
        if (set.Files.Length == 0) return input;
        byte[] file = set.Files[0];
        if (!set.IsForged && random.Next(3) == 0) return set.With(0, Mutator.Damage(file, random), false).ToArray();
        byte[] mutated = Mutator.Mutate(file, Tokens, random);
        if (mutated.Length >= RdbHeader.Bytes + sizeof(ulong))
        {
            // Right most of the time, else absent: 0 is what rdbchecksum no writes.
            Span<byte> checksum = mutated.AsSpan(^sizeof(ulong)..);
            ulong right = random.Next(4) == 0 ? 0 : Crc64.Append(0, mutated.AsSpan(..^sizeof(ulong)));
            BinaryPrimitives.WriteUInt64LittleEndian(checksum, right);
        }

        return set.With(0, mutated, isForged: true).ToArray();
    }

    public override string Check(byte[] input, Random random)
    {
        FileSet set = FileSet.Parse(input);
        if (set.Files.Length == 0) return "no file";
        string outcome = Import(Disk(set.Files[0]), Source, random, out SortedDictionary<string, string>? keys);
        if (set.IsForged || keys is null || set.Specimen >= s_specimens.Length) return outcome;
        // Where damage made the checksum 0, it says that there is none.
        if (set.Files[0].AsSpan().EndsWith(new byte[sizeof(ulong)])) return outcome;
        Import(Disk(s_specimens[set.Specimen]), Source, random, out SortedDictionary<string, string>? expected);
        if (Keys.State(keys) != Keys.State(expected!))
            throw new FuzzFailureException($"Damage went unnoticed: {Keys.State(keys)}");
        return outcome;
    }

    private static SimulatedFileSystem Disk(byte[] file)
    {
        var disk = new SimulatedFileSystem();
        disk.WriteAll(Source, file);
        return disk;
    }

    /// <summary>Their numbers are in the corpus: what is new comes last.</summary>
    private static byte[][] Specimens() =>
    [
        RdbSamples.EveryForm(),
        RdbSamples.EveryType(),
        new RdbBytes(4).Key(0, "k").Text("v").EndWithout(),
        RdbBytes.OfValkey().Add(0xF3).Text("import").Add(1, 2, 3).Key(22, "h").Add(1).Text("f").Text("v")
            .Add(new byte[8]).Add(107, 9).Key(0, "k").Text("v").End(),
        new RdbBytes(12).Add(0xFE, 0, 0xFB, 2, 1).Add(0xFC, BitConverter.GetBytes(2_900_000_000_000)).Add(0xF9, 7)
            .Key(0, "trackist_a_2031-02").Text(new string('\0', 40) + "x").Add(0xFE, 3).Key(0, "n").Add(0xC0, 5).End(),
    ];
}
