using Bitmapist.Roaring.Operations;

namespace Bitmapist.Roaring.Tests.Operations;

/// <summary>Every operation on every pair of shapes and forms, against HashSet.</summary>
public sealed class PairAlgebraTests
{
    private static readonly SetForm[] s_forms = Enum.GetValues<SetForm>();

    public static TheoryData<SetShape, SetShape> Pairs()
    {
        TheoryData<SetShape, SetShape> pairs = [];
        foreach (SetShape left in Enum.GetValues<SetShape>())
        {
            foreach (SetShape right in Enum.GetValues<SetShape>()) pairs.Add(left, right);
        }
        return pairs;
    }

    [Theory]
    [MemberData(nameof(Pairs))]
    public void Every_pair_of_forms_gives_what_a_hash_set_gives(SetShape leftShape, SetShape rightShape)
    {
        int seed = 1_000 * (int)leftShape + (int)rightShape;
        Random random = new(seed);
        uint[] left = Sets.Ids(leftShape, random), right = Sets.Ids(rightShape, random);
        HashSet<uint> leftHash = [.. left], rightHash = [.. right];
        uint[] and = [.. left.Where(rightHash.Contains)];
        uint[] andNot = [.. left.Where(id => !rightHash.Contains(id))];
        uint[] or = Sets.Ascending(left.Concat(right));
        uint[] xor = Sets.Ascending(andNot.Concat(right.Where(id => !leftHash.Contains(id))));
        ReadOnlyBitmap[] lefts = [.. s_forms.Select(form => Sets.Bitmap(left, form))];
        ReadOnlyBitmap[] rights = [.. s_forms.Select(form => Sets.Bitmap(right, form))];
        foreach (SetForm leftForm in s_forms)
        {
            foreach (SetForm rightForm in s_forms)
            {
                ReadOnlyBitmap a = lefts[(int)leftForm], b = rights[(int)rightForm];
                string pair = $"{leftShape}/{leftForm} and {rightShape}/{rightForm}, seed {seed}";
                Sets.AssertHolds(and, BitmapAlgebra.And(a, b), "AND of " + pair);
                Sets.AssertHolds(or, BitmapAlgebra.Or(a, b), "OR of " + pair);
                Sets.AssertHolds(xor, BitmapAlgebra.Xor(a, b), "XOR of " + pair);
                Sets.AssertHolds(andNot, BitmapAlgebra.AndNot(a, b), "AND NOT of " + pair);
                Assert.Equal(and.Length, BitmapAlgebra.AndCardinality(a, b));
                Assert.Equal(or.Length, BitmapAlgebra.OrCardinality(a, b));
                Assert.Equal(xor.Length, BitmapAlgebra.XorCardinality(a, b));
                Assert.Equal(andNot.Length, BitmapAlgebra.AndNotCardinality(a, b));
            }
        }
    }
}
