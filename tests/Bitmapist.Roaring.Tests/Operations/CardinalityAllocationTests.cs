using Bitmapist.Roaring.Operations;

namespace Bitmapist.Roaring.Tests.Operations;

/// <summary>Sizes of results are asked for all the time: they must leave nothing to the collector.</summary>
public sealed class CardinalityAllocationTests
{
    public static TheoryData<int> Counts() => [2, 3, 5, 40];

    [Theory]
    [MemberData(nameof(Counts))]
    public void Sizes_of_results_allocate_nothing(int count)
    {
        ReadOnlyBitmap[] all =
        [
            .. from shape in Enum.GetValues<SetShape>()
               from form in Enum.GetValues<SetForm>()
               select Sets.Bitmap(Sets.Ids(shape, new Random((int)shape)), form),
        ];
        ReadOnlyBitmap[][] groups =
            [.. Enumerable.Range(0, all.Length).Select(i => Operands(all, i, count, stride: 7))];
        // And where every operand has the shape, so that none is passed over for being empty.
        groups =
            [.. groups, .. Enumerable.Range(0, all.Length / 5).Select(i => Operands(all, 5 * i, count, stride: 0))];
        foreach (ReadOnlyBitmap[] operands in groups)
        {
            long total = 0, allocated = long.MaxValue;
            // The pool and the workspaces take what they need in the first rounds; compiling allocates at any time.
            for (int round = 0; round < 20 && allocated > 0; round++)
            {
                long before = GC.GetAllocatedBytesForCurrentThread();
                total += AllSizes(operands);
                allocated = GC.GetAllocatedBytesForCurrentThread() - before;
            }
            Assert.True(allocated == 0, $"{allocated} bytes for {count} operands, sizes {total}");
        }
    }

    private static long AllSizes(ReadOnlyBitmap[] operands) =>
        BitmapAlgebra.AndCardinality(operands) + BitmapAlgebra.OrCardinality(operands)
        + BitmapAlgebra.XorCardinality(operands)
        + BitmapAlgebra.AndNotCardinality(operands[0], operands.AsSpan(1));

    private static ReadOnlyBitmap[] Operands(ReadOnlyBitmap[] all, int first, int count, int stride) =>
        [.. Enumerable.Range(0, count).Select(i => all[(first + i * stride) % all.Length])];
}
