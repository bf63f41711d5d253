using Bitmapist.Roaring.Kernels;

namespace Bitmapist.Roaring.Tests.Kernels;

public sealed class IdSortTests
{
    [Theory]
    [InlineData(0u, uint.MaxValue)]
    [InlineData(0u, 255u)]
    [InlineData(0u, 256u)]
    [InlineData(65_000u, 66_000u)]
    [InlineData(0x7FFF_FFFFu, 0x8000_0000u)]
    [InlineData(0xFFFF_FF00u, uint.MaxValue)]
    [InlineData(77u, 77u)]
    public void Sorts_as_the_library_does(uint lowest, uint highest)
    {
        Random random = new(3);
        foreach (int count in new[] { 0, 1, 2, 47, 48, 49, 300, 5000 })
        {
            uint[] ids = new uint[count];
            foreach (ref uint id in ids.AsSpan())
                id = (uint)(lowest + random.NextInt64(highest - lowest + 1L));
            if (count > 1) (ids[0], ids[^1]) = (highest, lowest);
            uint[] expected = [.. ids.Order()];
            uint[] scratch = new uint[count];
            Assert.Equal(expected, IdSort.Sort(ids, scratch, lowest, highest).ToArray());
        }
    }
}
