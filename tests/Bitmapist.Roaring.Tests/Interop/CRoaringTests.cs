using Bitmapist.Roaring.Operations;

namespace Bitmapist.Roaring.Tests.Interop;

/// <summary>The same sets in CRoaring and here: bytes cross both ways, and operations agree.</summary>
public sealed class CRoaringTests
{
    public static TheoryData<SetShape, SetShape> Pairs() => Operations.PairAlgebraTests.Pairs();

    public static TheoryData<string> DataSets() => [.. RealDataSets.Names];

    [Theory]
    [MemberData(nameof(Pairs))]
    public void Random_sets_agree(SetShape leftShape, SetShape rightShape)
    {
        Prerequisite.Require(CRoaring.IsInstalled, "libroaring.so.0 is not installed: apt-get install libroaring0");
        int seed = 7_000 + 12 * (int)leftShape + (int)rightShape;
        Random random = new(seed);
        AssertAgree(Sets.Ids(leftShape, random), Sets.Ids(rightShape, random), $"seed {seed}");
    }

    [Theory]
    [MemberData(nameof(DataSets))]
    public void Real_sets_agree(string name)
    {
        Prerequisite.Require(CRoaring.IsInstalled, "libroaring.so.0 is not installed: apt-get install libroaring0");
        uint[][] sets = RealDataSets.Read(Prerequisite.SharedData($"{name}.tar.gz"));
        Assert.Equal(200, sets.Length);
        for (int i = 0; i + 1 < sets.Length; i += 3)
            AssertAgree(sets[i], sets[i + 1], $"{name}, files {i} and {i + 1}");

        ReadOnlyBitmap[] ours = [.. sets.Select((set, i) => Sets.Bitmap(set, (SetForm)(i % 5)))];
        CRoaring[] theirs = [.. sets.Select(set => CRoaring.FromIds(set))];
        using CRoaring any = CRoaring.OrMany(theirs);
        AssertSame(any, BitmapAlgebra.Or(ours), $"OR of all, {name}");
        Assert.Equal(any.Cardinality, BitmapAlgebra.OrCardinality(ours));
        foreach (CRoaring their in theirs) their.Dispose();
    }

    private static void AssertAgree(uint[] left, uint[] right, string because)
    {
        using CRoaring theirLeft = CRoaring.FromIds(left), theirRight = CRoaring.FromIds(right);
        FrozenBitmap ourLeft = FrozenBitmap.FromIds(left), ourRight = FrozenBitmap.FromIds(right);
        AssertSame(theirLeft, ourLeft, because);
        theirRight.RunOptimize();
        AssertSame(theirRight, ourRight, because);
        SerializedBitmap read = Sets.Read(theirRight.Serialize());
        foreach (ReadOnlyBitmap ours in new ReadOnlyBitmap[] { ourRight, read, read.ToFrozen() })
        {
            using CRoaring and = CRoaring.And(theirLeft, theirRight), or = CRoaring.Or(theirLeft, theirRight);
            using CRoaring xor = CRoaring.Xor(theirLeft, theirRight), andNot = CRoaring.AndNot(theirLeft, theirRight);
            AssertSame(and, BitmapAlgebra.And(ourLeft, ours), "AND, " + because);
            AssertSame(or, BitmapAlgebra.Or(ourLeft, ours), "OR, " + because);
            AssertSame(xor, BitmapAlgebra.Xor(ourLeft, ours), "XOR, " + because);
            AssertSame(andNot, BitmapAlgebra.AndNot(ourLeft, ours), "AND NOT, " + because);
            Assert.Equal(and.Cardinality, BitmapAlgebra.AndCardinality(ourLeft, ours));
        }
    }

    private static void AssertSame(CRoaring expected, FrozenBitmap actual, string because)
    {
        actual.Validate();
        using CRoaring? crossed = CRoaring.Deserialize(Sets.Bytes(actual));
        Assert.True(crossed is not null && crossed.SetEquals(expected), $"ours read by CRoaring: {because}");
        SerializedBitmap read = Sets.Read(expected.Serialize());
        Assert.True(BitmapAlgebra.XorCardinality(read, actual) == 0, $"theirs read by us: {because}");
        // CRoaring prefers runs also where they only tie with an array; up to three containers then need no offsets,
        // which saves 4 bytes each and 3 bytes of the rest of the header.
        expected.RunOptimize();
        Assert.InRange(Sets.Bytes(actual).Length, 8, expected.Serialize().Length + 15);
    }
}
