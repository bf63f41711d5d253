namespace Bitmapist.Roaring.Tests;

/// <summary>Every question to every shape in every form, against plain loops over the ids.</summary>
public sealed class ReadOnlyBitmapTests
{
    public static TheoryData<SetShape, SetForm> All()
    {
        TheoryData<SetShape, SetForm> all = [];
        foreach (SetShape shape in Enum.GetValues<SetShape>())
        {
            foreach (SetForm form in Enum.GetValues<SetForm>()) all.Add(shape, form);
        }
        return all;
    }

    [Theory]
    [MemberData(nameof(All))]
    public void Counting_and_searching_agree_with_the_sorted_ids(SetShape shape, SetForm form)
    {
        Random random = new(31 * (int)shape + (int)form);
        uint[] ids = Sets.Ids(shape, random);
        ReadOnlyBitmap bitmap = Sets.Bitmap(ids, form);
        Assert.Equal(ids.Length, bitmap.Cardinality);
        Assert.Equal(ids.Length == 0, bitmap.IsEmpty);
        Assert.Equal(ids.Select(id => id >> 16).Distinct().Count(), bitmap.ChunkCount);
        Assert.Equal(ids.Length > 0, bitmap.TryMax(out uint max));
        Assert.Equal(ids.LastOrDefault(), max);
        foreach (long place in Places(ids, random))
        {
            int below = Below(ids, place);
            bool holds = below < ids.Length && ids[below] == place;
            if (place < Sets.IdsMax) Assert.Equal(holds, bitmap.Contains((uint)place));
            Assert.Equal(below, bitmap.CountRange(0, place));
            Assert.Equal(below < ids.Length ? ids[below] : -1, bitmap.NextSet(place));
            long clear = place;
            for (int i = below; i < ids.Length && ids[i] == clear; i++) clear++;
            Assert.Equal(clear, bitmap.NextClear(place));
            long end = Math.Min(Sets.IdsMax, place + random.NextInt64(300_000));
            Assert.Equal(Below(ids, end) - below, bitmap.CountRange(place, end));
        }
    }

    [Theory]
    [MemberData(nameof(All))]
    public void Ids_are_found_by_rank_and_copied_from_any_place(SetShape shape, SetForm form)
    {
        Random random = new(47 * (int)shape + (int)form);
        uint[] ids = Sets.Ids(shape, random);
        ReadOnlyBitmap bitmap = Sets.Bitmap(ids, form);
        foreach (long place in Places(ids, random))
        {
            int below = Below(ids, place);
            Assert.Equal(below < ids.Length, bitmap.TrySelect(below, out uint selected));
            Assert.Equal(below < ids.Length ? ids[below] : 0, selected);
            var copied = new uint[random.Next(3) == 0 ? 200_000 : random.Next(20)];
            int count = bitmap.CopyIdsTo(place, copied);
            Assert.Equal(Math.Min(copied.Length, ids.Length - below), count);
            Assert.True(ids.AsSpan(below, count).SequenceEqual(copied.AsSpan(0, count)), $"{count} ids from {place}");
        }

        Assert.False(bitmap.TrySelect(long.MaxValue, out _));
    }

    [Theory]
    [MemberData(nameof(All))]
    public void Word_windows_show_the_ids_as_bits(SetShape shape, SetForm form)
    {
        Random random = new(41 * (int)shape + (int)form);
        uint[] ids = Sets.Ids(shape, random);
        ReadOnlyBitmap bitmap = Sets.Bitmap(ids, form);
        foreach (long place in Places(ids, random).Where((_, i) => i % 3 == 0))
        {
            long firstWord = Math.Min(place / 64, (1L << 26) - 1);
            int length = (int)Math.Min(random.Next(1, 3_000), (1L << 26) - firstWord);
            ulong[] words = new ulong[length], expected = new ulong[length];
            words.AsSpan().Fill(0xDEAD); // must be cleared
            bitmap.CopyWordsTo(firstWord, words);
            for (int i = Below(ids, firstWord * 64); i < ids.Length && ids[i] / 64 < firstWord + length; i++)
                expected[ids[i] / 64 - firstWord] |= 1UL << (int)(ids[i] % 64);
            Assert.True(expected.AsSpan().SequenceEqual(words), $"window at word {firstWord}, {length} words");
        }
    }

    [Theory]
    [MemberData(nameof(All))]
    public void Serialized_bytes_are_as_measured_and_read_back(SetShape shape, SetForm form)
    {
        uint[] ids = Sets.Ids(shape, new Random(43 * (int)shape + (int)form));
        ReadOnlyBitmap bitmap = Sets.Bitmap(ids, form);
        byte[] bytes = Sets.Bytes(bitmap);
        Assert.Equal(bytes.Length, bitmap.SerializedBytes);
        SerializedBitmap read = Sets.Read(bytes);
        Sets.AssertHolds(ids, read, "read in place");
        Sets.AssertHolds(ids, read.ToFrozen(), "read into memory");
        Sets.AssertHolds(ids, SerializedBitmap.ReadTrusted(bytes), "trusted");
        Assert.Equal(bytes, Sets.Bytes(read));
        Assert.Equal(Math.Min(bytes.Length, Sets.ForeignBytes(ids, asRuns: false).Length), bytes.Length);
    }

    /// <summary>Ids, their neighbours, chunk borders and random places.</summary>
    private static IEnumerable<long> Places(uint[] ids, Random random)
    {
        HashSet<long> places = [0, 1, 65_535, 65_536, Sets.IdsMax - 1, Sets.IdsMax];
        for (int i = 0; i < 60; i++)
        {
            places.Add(random.NextInt64(Sets.IdsMax));
            if (ids.Length == 0) continue;
            long id = ids[random.Next(ids.Length)];
            places.UnionWith([id, id + 1, Math.Max(0, id - 1), id & ~0xFFFFL, (id | 0xFFFFL) + 1]);
        }
        return places.Order();
    }

    /// <summary>How many ids lie below a place.</summary>
    private static int Below(uint[] ids, long place)
    {
        if (place >= Sets.IdsMax) return ids.Length;
        int index = Array.BinarySearch(ids, (uint)place);
        return index < 0 ? ~index : index;
    }
}
