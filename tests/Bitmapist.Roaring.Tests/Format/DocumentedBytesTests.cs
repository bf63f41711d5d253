using Bitmapist.Roaring.Operations;

namespace Bitmapist.Roaring.Tests.Format;

/// <summary>The examples of docs/format/roaring.md, to the byte.</summary>
public sealed class DocumentedBytesTests
{
    [Fact]
    public void Empty_bitmap_is_eight_bytes() =>
        Assert.Equal("3A30000000000000", Convert.ToHexString(Sets.Bytes(FrozenBitmap.Empty)));

    [Fact]
    public void Run_and_array_container_follow_a_header_without_offsets() => Assert.Equal(
        "3B300100" + "01" + "0000030001000000" + "010001000300" + "7011",
        Convert.ToHexString(Sets.Bytes(FrozenBitmap.FromIds([1, 2, 3, 4, 70_000]))));

    [Fact]
    public void Header_with_every_container_stays_within_its_bound()
    {
        byte[] bytes = Sets.Bytes(BitmapAlgebra.Flip(FrozenBitmap.Empty, 0, Sets.IdsMax));
        Assert.Equal(4 + 8_192 + 65_536 * (4 + 4) + 65_536 * 6, bytes.Length);
        SerializedBitmap read = Sets.Read(bytes);
        Assert.Equal(Sets.IdsMax, read.Cardinality);
        Assert.Equal(Sets.IdsMax, read.NextClear(0));
        Assert.True(read.TryMax(out uint last));
        Assert.Equal(uint.MaxValue, last);
    }
}
