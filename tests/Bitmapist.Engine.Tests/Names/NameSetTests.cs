using System.Globalization;
using System.Text;
using Bitmapist.Engine.Names;

namespace Bitmapist.Engine.Tests.Names;

/// <summary>The sorted set of names, against the framework's, and what was frozen of it at every moment.</summary>
public sealed class NameSetTests
{
    private static readonly Comparer<byte[]> s_bytewise =
        Comparer<byte[]>.Create((x, y) => x.AsSpan().SequenceCompareTo(y));

    [Theory]
    [InlineData(1, 40)]
    [InlineData(2, 700)]
    [InlineData(3, 5_000)]
    [InlineData(4, 5_000)]
    public void Names_that_come_and_go_are_those_of_a_sorted_dictionary_and_frozen_ones_stay(int seed, int pool)
    {
        var random = new Random(seed);
        var set = new NameSet();
        var model = new SortedDictionary<byte[], bool>(s_bytewise);
        List<(FrozenNames Frozen, NameState[] Expected)> frozen = [];
        for (int step = 0; step < pool * 6; step++)
        {
            byte[] name = NameOf(random.Next(pool));
            // It fills, empties until hardly a name is left, and fills again.
            if (random.Next(20) < (step / pool % 3 == 1 ? 1 : 17))
            {
                bool isPresent = random.Next(3) > 0;
                set.Set(name, isPresent);
                model[name] = isPresent;
            }
            else
            {
                set.Remove(name);
                model.Remove(name);
            }

            Assert.Equal(model.Count, set.Count);
            Assert.Equal(model.ContainsKey(name), set.Contains(name));
            if (random.Next(pool / 10) == 0) frozen.Add((set.Freeze(), Expected(model, [], null)));
        }

        frozen.Add((set.Freeze(), Expected(model, [], null)));
        Assert.Contains(frozen, item => item.Expected.Length > Math.Min(600, pool / 2));
        foreach ((FrozenNames names, NameState[] expected) in frozen)
        {
            AssertSame(expected, names.Read([], null));
            Assert.Equal(expected.Length, names.CountFrom([], null));
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(256)]
    [InlineData(257)]
    [InlineData(3_000)]
    public void A_range_begins_and_ends_where_it_says(int count)
    {
        var set = new NameSet();
        var model = new SortedDictionary<byte[], bool>(s_bytewise);
        for (int i = 0; i < count; i++)
        {
            set.Set(NameOf(i * 2), isPresent: i % 3 > 0);
            model[NameOf(i * 2)] = i % 3 > 0;
        }

        FrozenNames names = set.Freeze();
        int[] places = [0, 1, 2, 255, 256, 257, 510, 511, 512, 513, 2_999, 5_998, 5_999, 6_000];
        foreach (int from in places)
        {
            AssertSame(Expected(model, NameOf(from), null), names.Read(NameOf(from), null));
            foreach (int to in places)
            {
                NameState[] expected = Expected(model, NameOf(from), NameOf(to));
                AssertSame(expected, names.Read(NameOf(from), NameOf(to)));
                Assert.InRange(names.CountFrom(NameOf(from), NameOf(to)), expected.Length, expected.Length + 512);
            }
        }
    }

    [Fact]
    public void Every_order_of_coming_and_going_leaves_none()
    {
        foreach (int stride in (int[])[1, 7, 1_003, 2_999])
        {
            var set = new NameSet();
            for (int i = 0; i < 3_000; i++) set.Set(NameOf(i * 7 % 3_000), isPresent: true);
            for (int i = 0; i < 3_000; i++) set.Remove(NameOf((int)((long)i * stride % 3_000)));
            Assert.Equal(0, set.Count);
            Assert.Empty(set.Freeze().Read([], null));
            set.Set(NameOf(1), isPresent: true);
            Assert.Equal([NameOf(1)], set.Freeze().Read([], null).Select(state => state.Name));
        }
    }

    private static byte[] NameOf(int i) => Encoding.ASCII.GetBytes(i.ToString("D5", CultureInfo.InvariantCulture));

    private static NameState[] Expected(SortedDictionary<byte[], bool> model, byte[] from, byte[]? end) =>
    [
        .. model.Where(pair => s_bytewise.Compare(pair.Key, from) >= 0
            && (end is null || s_bytewise.Compare(pair.Key, end) < 0))
            .Select(pair => new NameState(pair.Key, pair.Value)),
    ];

    private static void AssertSame(NameState[] expected, IEnumerable<NameState> names)
    {
        NameState[] actual = [.. names];
        Assert.Equal(expected.Select(Text), actual.Select(Text));
    }

    private static string Text(NameState state) => $"{Encoding.ASCII.GetString(state.Name)} {state.IsPresent}";
}
