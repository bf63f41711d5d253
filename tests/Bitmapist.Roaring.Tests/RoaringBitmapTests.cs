using Bitmapist.Roaring.Operations;

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
        var startForm = seed % 2 == 0 ? SetForm.Frozen : SetForm.ReadBack; // the latter may have run containers
        RoaringBitmap bitmap = RoaringBitmap.FromFrozen(Sets.Bitmap(start, startForm).ToFrozen());
        List<(FrozenBitmap Frozen, uint[] Ids)> copies = [];
        for (int step = 0; step < 150; step++)
        {
            if (random.Next(10) == 0) bitmap = ReadBack(bitmap);
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
        long empty = new RoaringBitmap().MemoryBytes;
        RoaringBitmap bitmap = RoaringBitmap.FromFrozen(BitmapAlgebra.Flip(FrozenBitmap.Empty, 0, 1_000_000));
        for (uint id = 0; id < 1_000_000; id++) Assert.True(bitmap.Remove(id));
        Assert.True(bitmap.IsEmpty);
        Assert.InRange(bitmap.MemoryBytes, empty, empty + 16); // room for a few ids may stay
    }

    /// <summary>
    /// Ids in many chunks keep a set compact that has more of them in one chunk than an array container may hold.
    /// </summary>
    [Fact]
    public void Crowded_chunk_of_a_compact_set_becomes_a_bitset()
    {
        uint[] ids = [.. Sparse(100), .. Crowded(chunk: 100, count: 3_000)];
        RoaringBitmap bitmap = new();
        foreach (uint id in ids)
        {
            Assert.True(bitmap.Add(id));
            bitmap.Validate();
        }

        Sets.AssertHolds(ids, bitmap.Freeze(), "crowded");
    }

    [Fact]
    public void Crowded_chunk_of_a_result_becomes_a_bitset()
    {
        uint[] ids = [.. Sparse(100), .. Crowded(chunk: 100, count: 2_100), .. Crowded(chunk: 101, count: 500)];
        FrozenBitmap frozen = FrozenBitmap.FromIds(ids);
        Sets.AssertHolds(ids, frozen, "crowded");
        RoaringBitmap bitmap = RoaringBitmap.FromFrozen(frozen);
        Assert.True(bitmap.Add((100u << 16) + 1));
        bitmap.Validate();
    }

    /// <summary>One id in each of so many chunks.</summary>
    private static IEnumerable<uint> Sparse(int chunks) =>
        Enumerable.Range(0, chunks).Select(chunk => (uint)chunk << 16);

    private static IEnumerable<uint> Crowded(uint chunk, int count) =>
        Enumerable.Range(0, count).Select(i => (chunk << 16) + (3 * (uint)i));

    private static void Step(RoaringBitmap bitmap, HashSet<uint> model, Random random, uint[] start)
    {
        long near = start.Length == 0 || random.Next(5) == 0
            ? random.NextInt64(Sets.IdsMax)
            : Math.Min(start[random.Next(start.Length)] + random.NextInt64(300), uint.MaxValue);
        switch (random.Next(10))
        {
            case 0: // neighbours, which make runs grow, join, shrink and split
                long end = Math.Min(near + random.NextInt64(random.Next(2) == 0 ? 100 : 30_000), Sets.IdsMax);
                bool isAdd = random.Next(2) == 0;
                for (long id = near; id < end; id++) Single(bitmap, model, (uint)id, isAdd);
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

    /// <summary>The same set as it is after a restart: run containers where they are smaller.</summary>
    private static RoaringBitmap ReadBack(RoaringBitmap bitmap) =>
        RoaringBitmap.FromFrozen(Sets.Read(Sets.Bytes(bitmap.Freeze())).ToFrozen());

    private static void Single(RoaringBitmap bitmap, HashSet<uint> model, uint id, bool isAdd)
    {
        Assert.Equal(model.Contains(id), bitmap.Contains(id));
        if (isAdd) Assert.Equal(model.Add(id), bitmap.Add(id));
        else Assert.Equal(model.Remove(id), bitmap.Remove(id));
    }
}
