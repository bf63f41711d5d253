namespace Bitmapist.Roaring.Tests;

public sealed class BitmapBuilderTests
{
    [Fact]
    public void Words_make_the_set_and_zeros_make_nothing()
    {
        foreach (SetShape shape in Enum.GetValues<SetShape>())
        {
            uint[] ids = Sets.Ids(shape, new Random((int)shape));
            ReadOnlyBitmap source = Sets.Bitmap(ids, SetForm.Serialized);
            BitmapBuilder builder = new();
            ulong[] words = new ulong[1_024];
            for (int chunk = 0; chunk < 65_536; chunk++)
            {
                if (chunk is > 400 and < 65_400) continue;
                source.CopyWordsTo(chunk * 1_024L, words);
                int used = 1_024;
                while (used > 0 && words[used - 1] == 0) used--;
                builder.AppendWords(chunk, words.AsSpan(0, used));
            }
            uint[] expected = [.. ids.Where(id => id >> 16 is <= 400 or >= 65_400)];
            Sets.AssertHolds(expected, builder.ToFrozen(), shape.ToString());
            Assert.True(builder.ToFrozen().IsEmpty); // ready for the next set
        }
    }

    [Fact]
    public void Ids_in_any_order_make_the_set()
    {
        Random random = new(3);
        foreach (SetShape shape in Enum.GetValues<SetShape>())
        {
            uint[] ids = Sets.Ids(shape, random);
            uint[] shuffled = [.. ids, .. ids.Take(100)];
            random.Shuffle(shuffled);
            Sets.AssertHolds(ids, FrozenBitmap.FromIds(shuffled), shape.ToString());
        }
    }
}
