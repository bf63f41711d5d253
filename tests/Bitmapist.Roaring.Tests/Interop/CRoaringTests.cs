using Bitmapist.Roaring.Operations;
using Roaring.Net.CRoaring;

namespace Bitmapist.Roaring.Tests.Interop;

/// <summary>The same sets in CRoaring (Roaring.Net) and here: bytes cross both ways, and operations agree.</summary>
public sealed class CRoaringTests
{
    public static TheoryData<SetShape, SetShape> Pairs() => Operations.PairAlgebraTests.Pairs();

    public static TheoryData<string> DataSets() => [.. RealDataSets.Names];

    [Theory]
    [MemberData(nameof(Pairs))]
    public void Random_sets_agree(SetShape leftShape, SetShape rightShape)
    {
        int seed = 7_000 + 12 * (int)leftShape + (int)rightShape;
        Random random = new(seed);
        AssertAgree(Sets.Ids(leftShape, random), Sets.Ids(rightShape, random), $"seed {seed}");
    }

    [Theory]
    [MemberData(nameof(DataSets))]
    public void Real_sets_agree(string name)
    {
        uint[][] sets = RealDataSets.Read(Prerequisite.SharedData($"{name}.tar.gz"));
        Assert.Equal(200, sets.Length);
        for (int i = 0; i + 1 < sets.Length; i += 3)
            AssertAgree(sets[i], sets[i + 1], $"{name}, files {i} and {i + 1}");

        ReadOnlyBitmap[] ours = [.. sets.Select((set, i) => Sets.Bitmap(set, (SetForm)(i % 5)))];
        Roaring32Bitmap[] theirs = [.. sets.Select(set => Roaring32Bitmap.FromValues(set))];
        using Roaring32Bitmap any = theirs[0].OrMany(theirs[1..]);
        AssertSame(any, BitmapAlgebra.Or(ours), $"OR of all, {name}");
        Assert.Equal((long)any.Count, BitmapAlgebra.OrCardinality(ours));
        using Roaring32Bitmap odd = theirs[0].XorMany(theirs[1..]);
        AssertSame(odd, BitmapAlgebra.Xor(ours), $"XOR of all, {name}");
        Assert.Equal((long)odd.Count, BitmapAlgebra.XorCardinality(ours));
        foreach (Roaring32Bitmap their in theirs) their.Dispose();
    }

    private static void AssertAgree(uint[] left, uint[] right, string because)
    {
        using Roaring32Bitmap theirLeft = Roaring32Bitmap.FromValues(left);
        using Roaring32Bitmap theirRight = Roaring32Bitmap.FromValues(right);
        FrozenBitmap ourLeft = FrozenBitmap.FromIds(left), ourRight = FrozenBitmap.FromIds(right);
        AssertSame(theirLeft, ourLeft, because);
        theirRight.Optimize();
        AssertSame(theirRight, ourRight, because);
        SerializedBitmap read = Sets.Read(theirRight.Serialize(SerializationFormat.Portable));
        using Roaring32Bitmap and = theirLeft.And(theirRight), or = theirLeft.Or(theirRight);
        using Roaring32Bitmap xor = theirLeft.Xor(theirRight), andNot = theirLeft.AndNot(theirRight);
        foreach (ReadOnlyBitmap ours in new ReadOnlyBitmap[] { ourRight, read, read.ToFrozen() })
        {
            AssertSame(and, BitmapAlgebra.And(ourLeft, ours), "AND, " + because);
            AssertSame(or, BitmapAlgebra.Or(ourLeft, ours), "OR, " + because);
            AssertSame(xor, BitmapAlgebra.Xor(ourLeft, ours), "XOR, " + because);
            AssertSame(andNot, BitmapAlgebra.AndNot(ourLeft, ours), "AND NOT, " + because);
            Assert.Equal((long)and.Count, BitmapAlgebra.AndCardinality(ourLeft, ours));
            Assert.Equal((long)or.Count, BitmapAlgebra.OrCardinality(ourLeft, ours));
            Assert.Equal((long)xor.Count, BitmapAlgebra.XorCardinality(ourLeft, ours));
            Assert.Equal((long)andNot.Count, BitmapAlgebra.AndNotCardinality(ourLeft, ours));
        }
    }

    private static void AssertSame(Roaring32Bitmap expected, FrozenBitmap actual, string because)
    {
        actual.Validate();
        using Roaring32Bitmap crossed = Roaring32Bitmap.Deserialize(Sets.Bytes(actual), SerializationFormat.Portable);
        Assert.True(crossed.IsValid(out string? reason), $"ours are not valid to CRoaring: {reason}, {because}");
        Assert.True(crossed.ValueEquals(expected), $"ours read by CRoaring: {because}");
        SerializedBitmap read = Sets.Read(expected.Serialize(SerializationFormat.Portable));
        Assert.True(BitmapAlgebra.XorCardinality(read, actual) == 0, $"theirs read by us: {because}");
        // CRoaring prefers runs also where they only tie with an array; up to three containers then need no offsets,
        // which saves 4 bytes each and 3 bytes of the rest of the header.
        using Roaring32Bitmap optimized = expected.Clone();
        optimized.Optimize();
        int theirBytes = optimized.Serialize(SerializationFormat.Portable).Length;
        Assert.InRange(Sets.Bytes(actual).Length, 8, theirBytes + 15);
    }
}
