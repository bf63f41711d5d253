using Bitmapist.Engine.Rdb;
using Bitmapist.Migration.Rdb;
using Bitmapist.Migration.Transfer;
using Bitmapist.Storage.Files;

namespace Bitmapist.Migration.Tests.Rdb;

public sealed class LzfTests(ITestOutputHelper output)
{
    private const int BytesMax = 1 << 20;

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(31)]
    [InlineData(32)]
    [InlineData(33)]
    [InlineData(264)]
    [InlineData(265)]
    [InlineData(8191)]
    [InlineData(8192)]
    [InlineData(8193)]
    [InlineData(65_535)]
    [InlineData(65_536)]
    [InlineData(65_537)]
    [InlineData(200_000)]
    public void Strings_of_any_shape_come_back(int length)
    {
        int seed = Random.Shared.Next();
        output.WriteLine($"seed {seed}");
        var random = new Random(seed);
        foreach (int distinct in (int[])[1, 2, 4, 256])
        {
            byte[] bytes = new byte[length];
            for (int i = 0; i < length; i++) bytes[i] = (byte)random.Next(distinct);
            AssertComesBack(bytes);
        }

        byte[] sparse = new byte[length];
        for (int i = 0; i < length / 100; i++) sparse[random.Next(length)] = (byte)random.Next(256);
        AssertComesBack(sparse);
        byte[] periodic = new byte[length]; // matches as far back as they can be, and farther
        byte[] period = new byte[8180 + random.Next(30)];
        random.NextBytes(period);
        for (int i = 0; i < length; i++) periodic[i] = period[i % period.Length];
        AssertComesBack(periodic);
    }

    [Fact]
    public void The_same_string_is_compressed_the_same_whatever_came_before()
    {
        int seed = Random.Shared.Next();
        output.WriteLine($"seed {seed}");
        var random = new Random(seed);
        var used = new LzfCompressor(int.MaxValue - 1_000_000); // positions start over on the way
        for (int round = 0; round < 200; round++)
        {
            byte[] bytes = new byte[random.Next(20_000)];
            for (int i = 0; i < bytes.Length; i++) bytes[i] = (byte)(random.Next(5) == 0 ? random.Next(256) : 0);
            var packed = new ByteList(2 * BytesMax);
            used.Compress(new BytesSource(bytes), packed);
            Assert.Equal(Pack(bytes), packed.Span);
        }
    }

    [Fact]
    public void Zeros_shrink_to_an_eightieth()
    {
        byte[] packed = Pack(new byte[BytesMax]);
        Assert.InRange(packed.Length, 1, BytesMax / 80);
    }

    /// <summary>Made by hand: "abc", a match of 3 back 3, a match of 264 back 1, "x".</summary>
    [Fact]
    public void The_format_s_own_words_are_understood()
    {
        byte[] packed = [2, (byte)'a', (byte)'b', (byte)'c', 0x20, 2, 0xE0, 255, 0, 0, (byte)'x'];
        byte[] expected = [.. "abcabc"u8, .. Enumerable.Repeat((byte)'c', 264), (byte)'x'];
        Assert.Equal(expected, Unpack(packed, expected.Length));
    }

    [Theory]
    [InlineData("2000", 3)] // a match at the beginning refers to nothing
    [InlineData("0061204001", 4)] // farther back than there is
    [InlineData("0061", 2)] // fewer than announced
    [InlineData("026162", 3)] // literals missing
    [InlineData("0061E0", 300)] // length missing
    [InlineData("0061E0FF", 300)] // distance missing
    [InlineData("0361626364", 3)] // more than announced
    [InlineData("0061E0FF00", 100)]
    public void Malformed_bytes_are_refused(string hex, int expanded) =>
        Assert.Throws<CorruptFileException>(() => Unpack(Convert.FromHexString(hex), expanded));

    [Fact]
    public void Random_bytes_are_refused_or_expand_to_what_was_announced()
    {
        int seed = Random.Shared.Next();
        output.WriteLine($"seed {seed}");
        var random = new Random(seed);
        for (int round = 0; round < 20_000; round++)
        {
            byte[] packed = new byte[random.Next(40)];
            random.NextBytes(packed);
            int length = random.Next(600);
            try
            {
                Assert.Equal(length, Unpack(packed, length).Length);
            }
            catch (CorruptFileException)
            {
                // Most are.
            }
        }
    }

    private static void AssertComesBack(byte[] bytes) => Assert.Equal(bytes, Unpack(Pack(bytes), bytes.Length));

    private static byte[] Pack(byte[] bytes)
    {
        var packed = new ByteList(2 * BytesMax);
        new LzfCompressor().Compress(new BytesSource(bytes), packed);
        return packed.Span.ToArray();
    }

    private static byte[] Unpack(byte[] packed, int length)
    {
        using IFile file = Disk.With(Disk.Source, packed).Open(Disk.Source, FileOpen.ReadExisting);
        var bytes = new ByteList(2 * BytesMax);
        new LzfExpander().Expand(new SourceInput(file), packed.Length, length, bytes);
        return bytes.Span.ToArray();
    }
}
