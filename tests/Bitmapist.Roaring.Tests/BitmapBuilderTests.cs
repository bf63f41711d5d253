namespace Bitmapist.Roaring.Tests;

public sealed class BitmapBuilderTests
{
    [Fact]
    public void Ids_in_pieces_make_the_set()
    {
        foreach (SetShape shape in Enum.GetValues<SetShape>())
        {
            Random random = new((int)shape);
            uint[] ids = Sets.Ids(shape, random);
            BitmapBuilder builder = new();
            for (int at = 0; at < ids.Length;)
            {
                int length = Math.Min(random.Next(1, 5_000), ids.Length - at);
                builder.AppendIds(ids.AsSpan(at, length));
                at += length;
            }
            Sets.AssertHolds(ids, builder.ToFrozen(), shape.ToString());
            Assert.True(builder.ToFrozen().IsEmpty); // ready for the next set
        }
    }

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
        }
    }

    [Fact]
    public void Ids_and_words_may_alternate()
    {
        BitmapBuilder builder = new();
        builder.AppendIds([1, 2, 70_000]);
        builder.AppendWords(2, [0b101]);
        builder.AppendIds([3 << 16]);
        Sets.AssertHolds([1, 2, 70_000, 2 << 16, (2 << 16) + 2, 3 << 16], builder.ToFrozen(), "alternating");
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
