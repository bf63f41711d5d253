using System.Text;
using Bitmapist.Storage.Files;

namespace Bitmapist.Storage.Tests.Files;

public sealed class Crc32CTests
{
    /// <summary>RFC 3720 appendix B.4, and the check value every CRC catalogue gives for "123456789".</summary>
    [Fact]
    public void Known_answers()
    {
        Assert.Equal(0xE3069283u, Crc32C.Compute("123456789"u8));
        Assert.Equal(0x8A9136AAu, Crc32C.Compute(new byte[32]));
        Assert.Equal(0x62A8AB43u, Crc32C.Compute([.. Enumerable.Repeat((byte)0xFF, 32)]));
        Assert.Equal(0u, Crc32C.Compute([]));
    }

    [Fact]
    public void Any_split_gives_the_checksum_of_the_whole()
    {
        byte[] bytes = Encoding.ASCII.GetBytes("a sentence that is not a multiple of eight bytes long");
        for (int i = 0; i <= bytes.Length; i++)
            Assert.Equal(Crc32C.Compute(bytes), Crc32C.Append(Crc32C.Compute(bytes.AsSpan(0, i)), bytes.AsSpan(i)));
    }

    [Fact]
    public void Zeros_of_any_length_do_not_check_as_zero()
    {
        for (int i = 1; i <= 64; i++) Assert.NotEqual(0u, Crc32C.Compute(new byte[i]));
    }
}
