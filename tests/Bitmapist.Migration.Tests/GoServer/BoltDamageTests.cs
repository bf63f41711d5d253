using Bitmapist.Migration.Transfer;
using Bitmapist.Storage.Files;
using Bitmapist.Testing.Files;

namespace Bitmapist.Migration.Tests.GoServer;

/// <summary>
/// A real database with bytes changed or missing: it is refused, or what comes over is valid. Nothing hangs, nothing
/// crashes.
/// </summary>
public sealed class BoltDamageTests(ITestOutputHelper output)
{
    private const int Rounds = 1000;
    private const int PageBytes = 4096;

    [Fact]
    public void Changed_bytes_are_refused_or_come_over_as_valid_bitmaps()
    {
        byte[] whole = Fixture.Database("small");
        int seed = Random.Shared.Next();
        output.WriteLine($"seed {seed}");
        var random = new Random(seed);
        int refused = 0;
        for (int round = 0; round < Rounds; round++)
        {
            byte[] damaged = (byte[])whole.Clone();
            for (int i = random.Next(1, 5); i > 0; i--) Change(damaged, random);
            if (!TryImport(damaged)) refused++;
        }

        output.WriteLine($"{refused} of {Rounds} refused");
        Assert.InRange(refused, 1, Rounds - 1); // both happen, or the test looks at nothing
    }

    [Fact]
    public void A_file_cut_before_its_last_page_in_use_is_refused()
    {
        byte[] whole = Fixture.Database("small");
        ulong pages = Math.Min(PagesInUse(whole, 0), PagesInUse(whole, PageBytes));
        for (int bytes = 1; bytes < (int)pages * PageBytes; bytes += bytes < 2 * PageBytes ? 97 : PageBytes / 3)
            Assert.False(TryImport(whole[..bytes]), $"{bytes} bytes");
    }

    private static ulong PagesInUse(byte[] file, int metaPage) => BitConverter.ToUInt64(file, metaPage + 16 + 40);

    /// <summary>Where structure is, mostly: page headers, elements, and meta pages.</summary>
    private static void Change(byte[] bytes, Random random)
    {
        int page = random.Next(bytes.Length / PageBytes) * PageBytes;
        int at = random.Next(4) switch
        {
            0 => page + random.Next(16),
            1 => page + 16 + random.Next(160),
            2 => random.Next(2 * PageBytes),
            _ => random.Next(bytes.Length),
        };
        bytes[at] = random.Next(3) switch
        {
            0 => (byte)(bytes[at] ^ (1 << random.Next(8))),
            1 => 0xFF,
            _ => (byte)random.Next(256),
        };
    }

    private static bool TryImport(byte[] bytes)
    {
        SimulatedFileSystem files = Disk.With(Disk.Source, bytes);
        try
        {
            Import.Run(files, Disk.Source, Disk.Target, Disk.Clock());
        }
        catch (Exception refusal) when (refusal is CorruptFileException or MigrationException)
        {
            Assert.StartsWith(Disk.Source, refusal.Message, StringComparison.Ordinal);
            Assert.Equal([Disk.Source], files.List("/data", ""));
            return false;
        }

        Disk.Read(files, Disk.Target); // which validates every bitmap
        return true;
    }
}
