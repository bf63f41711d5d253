using Bitmapist.Engine.Bits;
using Bitmapist.Engine.Keyspace;
using Bitmapist.Engine.Tests.Model;
using Bitmapist.Engine.Verbs;
using Bitmapist.Roaring;
using Bitmapist.Testing.Files;

namespace Bitmapist.Engine.Tests.Keyspace;

/// <summary>Keys of hardly any ids, which have no bitmap object, up to the border where they get one.</summary>
public sealed class FewIdsTests
{
    private static readonly byte[] s_key = Name.Bytes("key");

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Ids_that_come_and_go_are_those_of_a_set_and_frozen_values_stay(int seed)
    {
        KeyspaceStore store = new(1, new ManualTime());
        using Session session = new(store);
        var random = new Random(seed);
        uint[] pool = [0, 1, 7, 65_535, 65_536, 65_537, 1_000_000, 4_294_967_294, uint.MaxValue, 123, 456, 789];
        HashSet<uint> expected = [];
        List<(StringValue Value, uint[] Ids)> frozen = [];
        for (int step = 0; step < 600; step++)
        {
            uint id = pool[random.Next(pool.Length)];
            bool bit = random.Next(20) < (step / 150 % 2 == 0 ? 18 : 1); // it fills, and then it empties
            Assert.Equal(expected.Contains(id), session.SetBit(s_key, id, bit));
            if (bit) expected.Add(id);
            else expected.Remove(id);
            Assert.True(session.TryGet(s_key, out StringValue value));
            frozen.Add((value, [.. expected.Order()]));
            Assert.True(session.TryGetCardinality(s_key, out long count, out _));
            Assert.Equal(expected.Count, count);
            foreach (uint asked in pool)
            {
                Assert.True(session.TryGetBit(s_key, asked, out bool has, out _));
                Assert.Equal(expected.Contains(asked), has);
            }
        }

        Assert.Contains(frozen, item => item.Ids.Length > FewIds.Max);
        Assert.Contains(frozen, item => item.Ids.Length == 0);
        foreach ((StringValue value, uint[] ids) in frozen)
        {
            value.Bits.Validate();
            Assert.Equal(ids, FewIdsOf(value.Bits));
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(8)]
    public void Arrays_and_bitmaps_tell_the_same(int count)
    {
        uint[] ids = [.. Enumerable.Range(0, count).Select(i => (uint)i * 50_000)];
        FrozenBitmap bits = FrozenBitmap.OfFew(ids);
        bits.Validate();
        Assert.Equal(ids, FewIds.Of(bits));
        Assert.Equal(ids, FewIds.Of(FrozenBitmap.FromIds(ids)));
        Assert.Equal(count, bits.Cardinality);
    }

    private static uint[] FewIdsOf(FrozenBitmap bits)
    {
        List<uint> ids = [];
        for (long id = bits.NextSet(0); id >= 0; id = bits.NextSet(id + 1)) ids.Add((uint)id);
        return [.. ids];
    }
}
