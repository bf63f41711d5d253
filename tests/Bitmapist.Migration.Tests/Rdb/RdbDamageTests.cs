using Bitmapist.Migration.Transfer;
using Bitmapist.Storage.Files;
using Bitmapist.Testing.Files;

namespace Bitmapist.Migration.Tests.Rdb;

/// <summary>An RDB file with bytes changed or missing is refused by file, offset and reason.</summary>
public sealed class RdbDamageTests(ITestOutputHelper output)
{
    private static readonly byte[] s_whole = RdbSamples.EveryForm();

    [Fact]
    public void A_file_cut_anywhere_is_refused()
    {
        for (int bytes = 9; bytes < s_whole.Length; bytes++)
        {
            CorruptFileException refusal = Refusal(s_whole[..bytes])!;
            Assert.InRange(refusal.Offset, 9, bytes);
        }
    }

    [Fact]
    public void Every_changed_bit_is_refused()
    {
        for (int bit = "REDIS".Length * 8; bit < s_whole.Length * 8; bit++)
        {
            byte[] damaged = (byte[])s_whole.Clone();
            damaged[bit / 8] ^= (byte)(1 << (bit % 8));
            SimulatedFileSystem files = Disk.With(Disk.Source, damaged);
            Exception? refusal = Record.Exception(() => Import.Run(files, Disk.Source, Disk.Target, Disk.Clock()));
            // A version that is no number is no dump at all.
            Assert.True(refusal is CorruptFileException or MigrationException, $"bit {bit}: {refusal}");
            Assert.Equal([Disk.Source], files.List("/data", ""));
        }
    }

    [Fact]
    public void Changed_bytes_without_a_checksum_are_refused_or_come_over_as_valid_bitmaps()
    {
        int seed = Random.Shared.Next();
        output.WriteLine($"seed {seed}");
        var random = new Random(seed);
        int refused = 0;
        const int Rounds = 3000;
        for (int round = 0; round < Rounds; round++)
        {
            byte[] damaged = random.Next(2) == 0 ? RdbSamples.EveryForm() : RdbSamples.EveryType();
            damaged.AsSpan(^8..).Clear();
            for (int i = random.Next(1, 4); i > 0; i--)
                damaged[random.Next(9, damaged.Length - 8)] = (byte)random.Next(256);
            if (Refusal(damaged) is not null) refused++;
        }

        output.WriteLine($"{refused} of {Rounds} refused");
        Assert.InRange(refused, 1, Rounds - 1);
    }

    private static CorruptFileException? Refusal(byte[] file)
    {
        SimulatedFileSystem files = Disk.With(Disk.Source, file);
        try
        {
            Import.Run(files, Disk.Source, Disk.Target, Disk.Clock());
        }
        catch (CorruptFileException refusal)
        {
            Assert.Equal([Disk.Source], files.List("/data", ""));
            return refusal;
        }

        Disk.Read(files, Disk.Target);
        return null;
    }
}
