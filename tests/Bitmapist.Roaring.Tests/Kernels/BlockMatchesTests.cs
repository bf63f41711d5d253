using System.Numerics;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Bitmapist.Roaring.Kernels;

namespace Bitmapist.Roaring.Tests.Kernels;

/// <summary>Blocks of eight values, at every width that this processor has, against sets.</summary>
public sealed unsafe class BlockMatchesTests
{
    [Fact]
    public void Every_width_finds_the_values_that_both_blocks_have()
    {
        Random random = new(5);
        foreach (int range in new[] { 8, 9, 12, 20, 65_536 })
        {
            for (int round = 0; round < 300; round++)
            {
                ushort[] left = Block(range, random), right = Block(range, random);
                uint expected = 0;
                for (int i = 0; i < 8; i++) expected |= Array.IndexOf(right, left[i]) >= 0 ? 1u << i : 0;
                fixed (ushort* a = left, b = right)
                {
                    Assert.Equal(expected, BlockMatches.Find(a, b));
                    Assert.Equal(BitOperations.PopCount(expected), BitOperations.PopCount(BlockMatches.Mark(a, b)));
                    Assert.Equal(expected, BlockMatches.FindVector128(a, b));
                    if (Avx2.IsSupported) Assert.Equal(expected, BlockMatches.FindVector256(a, b));
                    if (Avx512BW.IsSupported) Assert.Equal(expected, Folded(BlockMatches.FindVector512(a, b)));
                }
            }
        }
    }

    [Fact]
    public void Hidden_values_match_nothing()
    {
        ushort[] values = [1, 2, 3, 5, 8, 13, 21, 34];
        for (int from = 0; from <= 8; from++)
        {
            ushort[] hidden = new ushort[8];
            hidden.AsSpan(from).Fill(ushort.MaxValue);
            fixed (ushort* a = values)
                Assert.Equal((1u << from) - 1, BlockMatches.FindSeen(a, a, Vector128.Create<ushort>(hidden)));
        }
    }

    [Fact]
    public void Chosen_values_move_to_either_end()
    {
        Vector128<ushort> values = Vector128.Create((ushort)10, 11, 12, 13, 14, 15, 16, 17);
        for (uint chosen = 0; chosen < 256; chosen++)
        {
            ushort[] expected = [.. Enumerable.Range(0, 8).Where(i => (chosen >> i & 1) != 0).Select(i => values[i])];
            ushort[] front = new ushort[8], back = new ushort[8];
            VectorCompress.Front(values, chosen).CopyTo(front);
            VectorCompress.Back(values, chosen).CopyTo(back);
            Assert.Equal(expected, front[..expected.Length]);
            Assert.Equal(expected, back[(8 - expected.Length)..]);
        }
    }

    private static uint Folded(uint lanes) => (lanes | lanes >> 8 | lanes >> 16 | lanes >> 24) & 0xFF;

    private static ushort[] Block(int range, Random random)
    {
        SortedSet<ushort> values = [];
        while (values.Count < 8) values.Add((ushort)(65_536 - range + random.Next(range)));
        return [.. values];
    }
}
