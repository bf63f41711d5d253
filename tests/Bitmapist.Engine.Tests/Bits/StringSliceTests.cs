using Bitmapist.Engine.Bits;

namespace Bitmapist.Engine.Tests.Bits;

public sealed class StringSliceTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(13)]
    [InlineData(20_000)]
    public void Any_piece_of_any_slice_is_what_a_copy_of_the_string_has_there(int lengthBytes)
    {
        byte[] bytes = new byte[lengthBytes];
        new Random(lengthBytes).NextBytes(bytes);
        var value = new StringValue(lengthBytes, PendingBits.Ready(StringBytes.ToBits(bytes)));
        Random random = new(lengthBytes + 1);
        for (int round = 0; round < 300; round++)
        {
            int start = random.Next(lengthBytes + 1);
            var slice = new StringSlice(value, start, random.Next(lengthBytes - start + 1));
            int from = random.Next((int)slice.LengthBytes + 1);
            byte[] piece = new byte[Math.Min(slice.LengthBytes - from, random.Next(StringBytes.ChunkBytes + 1))];
            slice.CopyTo(from, piece);
            Assert.Equal(bytes[(start + from)..(start + from + piece.Length)], piece);
        }
    }
}
