using Bitmapist.Engine.Rdb;
using Bitmapist.Migration.Rdb;
using Bitmapist.Migration.Transfer;

namespace Bitmapist.Migration.Tests.Rdb;

public sealed class Crc64Tests
{
    [Fact]
    public void The_published_checksum_comes_out() =>
        Assert.Equal(0xE9C6_D914_C4B8_D9CA, Crc64.Append(0, "123456789"u8));

    [Fact]
    public void Pieces_of_any_length_give_the_checksum_of_the_whole()
    {
        byte[] bytes = new byte[300];
        new Random(7).NextBytes(bytes);
        ulong whole = 0;
        foreach (byte next in bytes) whole = Crc64.Append(whole, [next]);
        for (int first = 0; first <= bytes.Length; first++)
            Assert.Equal(whole, Crc64.Append(Crc64.Append(0, bytes.AsSpan(0, first)), bytes.AsSpan(first)));
    }
}
