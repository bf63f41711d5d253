using Bitmapist.Roaring.Operations;
using Roaring.Net.CRoaring;

namespace Bitmapist.Roaring.Tests.Interop;

/// <summary>
/// Sets of ids and of ranges that begin and end at the borders of chunks and of the id space: every operation and its
/// size, in every form, against HashSet and against CRoaring.
/// </summary>
public sealed class BorderTests
{
    /// <summary>Ids at borders; two neighbours may also be the ends of a range that is held whole.</summary>
    private static readonly uint[] s_borders =
    [
        0, 1, 63, 64, 65_534, 65_535, 65_536, 65_537, 131_071, 131_072,
        uint.MaxValue - 65_536, uint.MaxValue - 65_535, uint.MaxValue - 1, uint.MaxValue,
    ];

    [Fact]
    public void Every_operation_agrees_at_the_borders()
    {
        SetForm[] forms = Enum.GetValues<SetForm>();
        for (int seed = 0; seed < 60; seed++)
        {
            Random random = new(seed);
            uint[] left = Ids(random), right = Ids(random);
            HashSet<uint> leftHash = [.. left], rightHash = [.. right];
            uint[] and = [.. left.Where(rightHash.Contains)], andNot = [.. left.Where(id => !rightHash.Contains(id))];
            uint[] or = Sets.Ascending(left.Concat(right));
            uint[] xor = Sets.Ascending(andNot.Concat(right.Where(id => !leftHash.Contains(id))));
            using Roaring32Bitmap theirLeft = Theirs(left, random), theirRight = Theirs(right, random);
            Assert.Equal((ulong)and.Length, theirLeft.AndCount(theirRight));
            Assert.Equal((ulong)xor.Length, theirLeft.XorCount(theirRight));
            foreach (SetForm form in forms)
            {
                ReadOnlyBitmap a = Sets.Bitmap(left, form);
                ReadOnlyBitmap b = Sets.Bitmap(right, forms[random.Next(forms.Length)]);
                string what = $"of two sets, {form}, seed {seed}";
                Sets.AssertHolds(and, BitmapAlgebra.And(a, b), "AND " + what);
                Sets.AssertHolds(or, BitmapAlgebra.Or(a, b), "OR " + what);
                Sets.AssertHolds(xor, BitmapAlgebra.Xor(a, b), "XOR " + what);
                Sets.AssertHolds(andNot, BitmapAlgebra.AndNot(a, b), "AND NOT " + what);
                Assert.Equal(and.Length, BitmapAlgebra.AndCardinality(a, b));
                Assert.Equal(or.Length, BitmapAlgebra.OrCardinality(a, b));
                Assert.Equal(xor.Length, BitmapAlgebra.XorCardinality(a, b));
                Assert.Equal(andNot.Length, BitmapAlgebra.AndNotCardinality(a, b));
                Assert.Equal(or.Length, BitmapAlgebra.OrCardinality(a, b, a, b));
                Assert.Equal(and.Length, BitmapAlgebra.AndCardinality(b, a, b));
                Assert.Equal(left.Length, BitmapAlgebra.XorCardinality(a, b, b));
                Assert.Equal(andNot.Length, BitmapAlgebra.AndNotCardinality(a, b, b));
                uint[] ids = new uint[left.Length];
                a.CopyIdsTo(ids);
                Assert.Equal(left, ids);
                Assert.All(s_borders, id => Assert.Equal(leftHash.Contains(id), a.Contains(id)));
                using Roaring32Bitmap crossed =
                    Roaring32Bitmap.Deserialize(Sets.Bytes(a), SerializationFormat.Portable);
                Assert.True(crossed.IsValid() && crossed.ValueEquals(theirLeft), what);
            }
        }
    }

    [Fact]
    public void All_ids_need_room_for_all() =>
        Assert.Throws<ArgumentException>(() => FrozenBitmap.FromIds([1, 2, 3]).CopyIdsTo(new uint[2]));

    private static uint[] Ids(Random random)
    {
        List<uint> ids = [];
        for (int i = 0; i < s_borders.Length; i++)
        {
            if (random.Next(2) == 0) continue;
            ids.Add(s_borders[i]);
            // The range to the next border, except the one across most of the id space.
            if (i + 1 < s_borders.Length && s_borders[i + 1] - s_borders[i] < 70_000 && random.Next(2) == 0)
                for (uint id = s_borders[i]; id < s_borders[i + 1]; id++) ids.Add(id);
        }
        return Sets.Ascending(ids);
    }

    private static Roaring32Bitmap Theirs(uint[] ids, Random random)
    {
        Roaring32Bitmap bitmap = Roaring32Bitmap.FromValues(ids);
        if (random.Next(2) == 0) bitmap.Optimize();
        return bitmap;
    }
}
