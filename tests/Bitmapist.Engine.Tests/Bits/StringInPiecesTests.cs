using Bitmapist.Engine.Bits;
using Bitmapist.Roaring.Operations;

namespace Bitmapist.Engine.Tests.Bits;

public sealed class StringInPiecesTests(ITestOutputHelper output)
{
    [Fact]
    public void A_string_in_pieces_has_the_bits_of_the_whole()
    {
        int seed = Random.Shared.Next();
        output.WriteLine($"seed {seed}");
        var random = new Random(seed);
        var builder = new StringAssembler(); // used again and again: nothing may stay in it
        for (int round = 0; round < 300; round++)
        {
            byte[] bytes = new byte[random.Next(3 * StringBytes.ChunkBytes)];
            if (random.Next(3) > 0) random.NextBytes(bytes);
            for (int at = 0; at < bytes.Length;)
            {
                int count = Math.Min(bytes.Length - at, random.Next(round % 2 == 0 ? 100 : 20_000));
                builder.Append(bytes.AsSpan(at, count));
                at += count;
                Assert.Equal(at, builder.LengthBytes);
            }

            StringValue value = builder.ToValue();
            value.Bits.Validate();
            Assert.Equal(bytes.Length, value.LengthBytes);
            Assert.Equal(0, BitmapAlgebra.XorCardinality(value.Bits, StringBytes.ToBits(bytes)));
        }
    }

    [Fact]
    public void More_than_512_MB_is_refused()
    {
        var builder = new StringAssembler();
        byte[] zeros = new byte[16 << 20];
        for (long length = 0; length < EngineLimits.StringBytes; length += zeros.Length) builder.Append(zeros);
        Assert.Equal(EngineLimits.StringBytes, builder.LengthBytes);
        Assert.Throws<ArgumentOutOfRangeException>(() => builder.Append([0]));
    }
}
