namespace Bitmapist.Roaring.Tests;

public sealed class RoaringBitmapTests
{
    public static TheoryData<int, SetShape> Seeds()
    {
        TheoryData<int, SetShape> seeds = [];
        foreach (SetShape shape in Enum.GetValues<SetShape>())
        {
            for (int i = 0; i < 4; i++) seeds.Add(100 * (int)shape + i, shape);
        }
        return seeds;
    }

    [Fact]
    public void Add_and_remove_tell_whether_the_set_changed()
    {
        RoaringBitmap bitmap = new();
        foreach (uint id in new uint[] { 0, 65_535, 65_536, 4_000_000_000, uint.MaxValue })
        {
            Assert.False(bitmap.Remove(id));
            Assert.True(bitmap.Add(id));
            Assert.False(bitmap.Add(id));
            Assert.True(bitmap.Contains(id));
        }
        Assert.Equal(5, bitmap.Cardinality);
        Assert.True(bitmap.Remove(uint.MaxValue));
        Assert.False(bitmap.Contains(uint.MaxValue));
        Assert.Equal(4, bitmap.Cardinality);
    }

    /// <summary>
    /// A random walk over ids that crowd around the shape's, so that every form is entered and left; frozen copies
    /// taken on the way must keep what they held.
    /// </summary>
    [Theory]
    [MemberData(nameof(Seeds))]
    public void Random_changes_agree_with_a_hash_set_and_leave_frozen_copies_alone(int seed, SetShape shape)
    {
        Random random = new(seed);
        uint[] start = Sets.Ids(shape, random);
        HashSet<uint> model = [.. start];
        RoaringBitmap bitmap = RoaringBitmap.FromFrozen(FrozenBitmap.FromIds(start));
        List<(FrozenBitmap Frozen, uint[] Ids)> copies = [];
        for (int step = 0; step < 150; step++)
        {
            Step(bitmap, model, random, start);
            Assert.True(model.Count == bitmap.Cardinality, $"cardinality after step {step}, seed {seed}");
            if (random.Next(10) == 0) bitmap.Validate();
            if (random.Next(20) != 0) continue;
            copies.Add((random.Next(2) == 0 ? bitmap.Freeze() : bitmap.FreezeBriefly(), Sets.Ascending(model)));
            if (random.Next(4) != 0) continue;
            bitmap = RoaringBitmap.FromFrozen(copies[random.Next(copies.Count)].Frozen);
            model = [.. Sets.ToArray(bitmap.Freeze())];
        }
        bitmap.Validate();
        Sets.AssertHolds(Sets.Ascending(model), bitmap.Freeze(), $"the end, seed {seed}");
        foreach ((FrozenBitmap frozen, uint[] ids) in copies)
            Sets.AssertHolds(ids, frozen, $"frozen copy, seed {seed}");
    }

    [Fact]
    public void Emptied_bitmap_starts_again_as_a_small_one()
    {
        RoaringBitmap bitmap = new();
        long empty = bitmap.MemoryBytes;
        bitmap.AddRange(0, 1_000_000);
        bitmap.RemoveRange(1, 1_000_000);
        Assert.True(bitmap.Remove(0));
        Assert.True(bitmap.IsEmpty);
        Assert.InRange(bitmap.MemoryBytes, empty, empty + 16); // room for a few ids may stay
    }

    [Theory]
    [InlineData(0, 4_294_967_296)]
    [InlineData(0, 1)]
    [InlineData(65_535, 65_537)]
    [InlineData(1, 65_536 * 20)]
    [InlineData(4_294_967_295, 4_294_967_296)]
    [InlineData(5, 5)]
    [InlineData(6, 5)]
    public void Ranges_are_half_open_and_cross_chunks(long start, long end)
    {
        long expected = Math.Max(0, end - start);
        RoaringBitmap bitmap = new();
        bitmap.AddRange(start, end);
        bitmap.Validate();
        Assert.Equal(expected, bitmap.Cardinality);
        Assert.Equal(expected, bitmap.Freeze().CountRange(0, Sets.IdsMax));
        bitmap.FlipRange(0, Sets.IdsMax);
        Assert.Equal(Sets.IdsMax - expected, bitmap.Cardinality);
        bitmap.RemoveRange(start, end);
        Assert.Equal(Sets.IdsMax - expected, bitmap.Cardinality);
        bitmap.RemoveRange(0, Sets.IdsMax);
        Assert.True(bitmap.IsEmpty);
        bitmap.Validate();
    }

    [Fact]
    public void Optimize_turns_runs_into_run_containers_and_keeps_the_content()
    {
        RoaringBitmap bitmap = new();
        for (uint id = 0; id < 300_000; id += id % 1_000 == 999 ? 2u : 1u) bitmap.Add(id);
        uint[] before = Sets.ToArray(bitmap.Freeze());
        long bytesBefore = bitmap.MemoryBytes;
        bitmap.Optimize();
        bitmap.Validate();
        Assert.True(bitmap.MemoryBytes < bytesBefore / 4, $"{bitmap.MemoryBytes} of {bytesBefore} bytes");
        Sets.AssertHolds(before, bitmap.Freeze(), "after Optimize");
    }

    private static void Step(RoaringBitmap bitmap, HashSet<uint> model, Random random, uint[] start)
    {
        long near = start.Length == 0 || random.Next(5) == 0
            ? random.NextInt64(Sets.IdsMax)
            : Math.Min(start[random.Next(start.Length)] + random.NextInt64(300), uint.MaxValue);
        switch (random.Next(10))
        {
            case 0:
                long end = Math.Min(near + random.NextInt64(random.Next(2) == 0 ? 100 : 30_000), Sets.IdsMax);
                Range(bitmap, model, random.Next(3), near, end);
                break;
            case 1:
                bitmap.Optimize();
                break;
            case 2 when start.Length > 0:
                for (int i = 0; i < 400; i++) Single(bitmap, model, start[random.Next(start.Length)], isAdd: false);
                break;
            default:
                int spread = random.Next(2) == 0 ? 60 : 200_000;
                for (int i = 0; i < 200; i++)
                {
                    uint id = (uint)Math.Min(near + random.Next(spread), uint.MaxValue);
                    Single(bitmap, model, id, isAdd: random.Next(3) != 0);
                }
                break;
        }
    }

    private static void Single(RoaringBitmap bitmap, HashSet<uint> model, uint id, bool isAdd)
    {
        Assert.Equal(model.Contains(id), bitmap.Contains(id));
        if (isAdd) Assert.Equal(model.Add(id), bitmap.Add(id));
        else Assert.Equal(model.Remove(id), bitmap.Remove(id));
    }

    private static void Range(RoaringBitmap bitmap, HashSet<uint> model, int operation, long start, long end)
    {
        if (operation == 0) bitmap.AddRange(start, end);
        else if (operation == 1) bitmap.RemoveRange(start, end);
        else bitmap.FlipRange(start, end);
        for (long id = start; id < end; id++)
        {
            bool wasThere = model.Contains((uint)id);
            if (operation == 0 || (operation == 2 && !wasThere)) model.Add((uint)id);
            else model.Remove((uint)id);
        }
    }
}
