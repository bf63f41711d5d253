using Bitmapist.Engine.Bits;
using Bitmapist.Engine.Tests.Model;
using Bitmapist.Roaring.Operations;

namespace Bitmapist.Engine.Tests.Bits;

public sealed class StringAssemblerTests
{
    [Fact]
    public void Pieces_of_any_length_make_the_string_they_are_of()
    {
        Random random = new(5);
        StringAssembler assembler = new();
        for (int round = 0; round < 100; round++)
        {
            byte[] bytes = new byte[random.Next(4) * 10_000 + random.Next(100)];
            if (round % 3 > 0) random.NextBytes(bytes);
            if (round % 10 == 9)
            {
                assembler.Append(bytes);
                assembler.Clear();
            }

            for (int at = 0; at < bytes.Length;)
            {
                int count = Math.Min(bytes.Length - at, random.Next(20_000));
                assembler.Append(bytes.AsSpan(at, count));
                at += count;
                Assert.Equal(at, assembler.LengthBytes);
            }

            StringValue value = assembler.ToValue();
            Assert.Equal(bytes, KeyspaceState.Bytes(value));
            Assert.Equal(0, BitmapAlgebra.XorCardinality(value.Bits, StringBytes.ToBits(bytes)));
            Assert.Equal(0, assembler.LengthBytes);
        }
    }
}
