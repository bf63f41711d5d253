using System.Runtime.Intrinsics.X86;
using Bitmapist.Roaring.Kernels;

namespace Bitmapist.Roaring.Tests.Kernels;

/// <summary>Kernels on ascending values, vector, scalar and galloping, against sets.</summary>
public sealed class ArrayKernelTests
{
    private static readonly int[] s_lengths = [0, 1, 3, 4, 5, 7, 8, 9, 15, 16, 17, 25, 100, 1_023, 1_024];

    public static TheoryData<int, int> LengthPairs()
    {
        TheoryData<int, int> pairs = [];
        foreach (int left in s_lengths)
        {
            foreach (int right in s_lengths) pairs.Add(left, right);
        }
        return pairs;
    }

    [Theory]
    [MemberData(nameof(LengthPairs))]
    public void Every_form_of_every_operation_agrees_with_sets(int leftLength, int rightLength)
    {
        int longest = Math.Max(leftLength, rightLength);
        // From hardly any common value to all but equal operands, and operands beside each other.
        foreach (int range in new[] { longest * 40 + 8, longest * 8 + 8, longest + longest / 8 + 2, longest })
        {
            for (int round = 0; round < 3; round++)
            {
                int seed = round + 10 * range;
                Random random = new(seed);
                int shift = round == 2 && range < 30_000 ? range / 2 : 0;
                ushort[] left = Values(leftLength, range, 0, random), right = Values(rightLength, range, shift, random);
                Check(left, right, $"{leftLength} and {rightLength} values below {range}, seed {seed}");
            }
        }
    }

    [Fact]
    public void Values_at_both_ends_take_part()
    {
        ushort[] low = [.. Enumerable.Range(0, 20).Select(i => (ushort)i)];
        ushort[] high = [.. Enumerable.Range(65_516, 20).Select(i => (ushort)i)];
        Check(low, high, "apart");
        Check(low, low, "the same");
        Check(high, [0, 65_535], "only the last in common");
        Check([.. low, .. high], [.. low.Take(9), .. high.Skip(3)], "both ends");
    }

    private static void Check(ushort[] left, ushort[] right, string because)
    {
        HashSet<ushort> leftHash = [.. left], rightHash = [.. right];
        ushort[] and = [.. left.Where(rightHash.Contains)];
        ushort[] andNot = [.. left.Where(value => !rightHash.Contains(value))];
        ushort[] or = [.. left.Concat(right).Distinct().Order()];
        ushort[] xor = [.. andNot.Concat(right.Where(value => !leftHash.Contains(value))).Order()];
        AssertWrites(and, left, right, ArrayIntersection.IntersectScalar, "scalar AND, " + because);
        AssertWrites(and, left, right, ArrayIntersection.IntersectGalloping, "galloping AND, " + because);
        AssertWrites(and, left, right, ArrayIntersection.Intersect, "AND, " + because);
        AssertWrites(andNot, left, right, ArrayIntersection.DifferenceScalar, "scalar AND NOT, " + because);
        AssertWrites(andNot, left, right, ArrayIntersection.DifferenceGalloping, "galloping AND NOT, " + because);
        AssertWrites(andNot, left, right, ArrayIntersection.Difference, "AND NOT, " + because);
        AssertWrites(or, left, right, ArrayUnion.UnionScalar, "scalar OR, " + because);
        AssertWrites(or, left, right, ArrayUnion.Union, "OR, " + because);
        AssertWrites(xor, left, right, ArrayUnion.SymmetricDifferenceScalar, "scalar XOR, " + because);
        AssertWrites(xor, left, right, ArrayUnion.SymmetricDifference, "XOR, " + because);
        AssertWrites(or, left, right, UnionOfPieces, "OR by pieces, " + because);
        AssertWrites(xor, left, right, DifferenceOfPieces, "XOR by pieces, " + because);
        Assert.Equal(and.Length, ArrayIntersection.CountScalar(left, right));
        Assert.Equal(and.Length, ArrayIntersection.CountGalloping(left, right));
        Assert.Equal(and.Length, ArrayIntersection.Count(left, right));
        if (BlockMatches.IsAccelerated)
        {
            AssertWrites(and, left, right, ArrayIntersection.IntersectVector, "vector AND, " + because);
            AssertWrites(andNot, left, right, ArrayIntersection.DifferenceVector, "vector AND NOT, " + because);
            Assert.Equal(and.Length, ArrayIntersection.CountVector(left, right));
        }
        if (Sse41.IsSupported)
        {
            AssertWrites(or, left, right, ArrayUnion.UnionVector, "vector OR, " + because);
            AssertWrites(xor, left, right, ArrayUnion.SymmetricDifferenceVector, "vector XOR, " + because);
        }
    }

    private static int UnionOfPieces(ReadOnlySpan<ushort> left, ReadOnlySpan<ushort> right, Span<ushort> result) =>
        ArrayUnion.MergePieces(left, right, result, keepsPairs: true);

    private static int DifferenceOfPieces(ReadOnlySpan<ushort> left, ReadOnlySpan<ushort> right, Span<ushort> result) =>
        ArrayUnion.MergePieces(left, right, result, keepsPairs: false);

    private delegate int Operation(ReadOnlySpan<ushort> left, ReadOnlySpan<ushort> right, Span<ushort> result);

    private static void AssertWrites(
        ushort[] expected, ushort[] left, ushort[] right, Operation operation, string because)
    {
        ushort[] result = new ushort[left.Length + right.Length + ArrayUnion.Slack];
        int count = operation(left, right, result);
        Assert.True(expected.AsSpan().SequenceEqual(result.AsSpan(0, count)), because);
    }

    private static ushort[] Values(int length, int range, int shift, Random random)
    {
        ushort[] all = [.. Enumerable.Range(shift, range).Select(i => (ushort)i)];
        random.Shuffle(all);
        ushort[] values = all[..Math.Min(length, range)];
        Array.Sort(values);
        return values;
    }
}
