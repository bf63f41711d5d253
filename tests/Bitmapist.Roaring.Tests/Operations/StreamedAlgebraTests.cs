using Bitmapist.Roaring.Operations;

namespace Bitmapist.Roaring.Tests.Operations;

/// <summary>Bitmaps that lie elsewhere, read in parts: the same answers, and little read.</summary>
public sealed class StreamedAlgebraTests
{
    public static TheoryData<SetShape, SetShape> Pairs()
    {
        var pairs = new TheoryData<SetShape, SetShape>();
        foreach (SetShape left in Enum.GetValues<SetShape>())
            foreach (SetShape right in Enum.GetValues<SetShape>())
                if (left <= right) pairs.Add(left, right);
        return pairs;
    }

    [Theory]
    [MemberData(nameof(Pairs))]
    public void Streamed_operands_give_what_sets_give(SetShape left, SetShape right)
    {
        var random = new Random(((int)left * 100) + (int)right);
        uint[][] operands =
            [Sets.Ids(left, random), Sets.Ids(right, random), Sets.Ids(left, random), Sets.Ids(right, random)];
        foreach (int count in left == right ? [1, 4] : (int[])[2, 4])
        {
            HashSet<uint> and = [.. operands[0]], or = [.. operands[0]], xor = [.. operands[0]];
            foreach (uint[] operand in operands[1..count])
            {
                and.IntersectWith(operand);
                or.UnionWith(operand);
                xor.SymmetricExceptWith(operand);
            }

            string what = $"of {count}: {left}, {right}";
            Sets.AssertHolds(Sets.Ascending(and), StreamedAlgebra.And(Readers(operands[..count])), "AND " + what);
            Sets.AssertHolds(Sets.Ascending(or), StreamedAlgebra.Or(Readers(operands[..count])), "OR " + what);
            Sets.AssertHolds(Sets.Ascending(xor), StreamedAlgebra.Xor(Readers(operands[..count])), "XOR " + what);
        }
    }

    [Theory]
    [InlineData(SetShape.Compact)]
    [InlineData(SetShape.LargeArrays)]
    [InlineData(SetShape.Bitsets)]
    [InlineData(SetShape.ManyRuns)]
    [InlineData(SetShape.Mixed)]
    [InlineData(SetShape.Empty)]
    public void Single_questions_are_answered_as_by_the_whole(SetShape shape)
    {
        var random = new Random(3);
        uint[] ids = Sets.Ids(shape, random);
        HashSet<uint> model = [.. ids];
        foreach (SetForm form in Enum.GetValues<SetForm>())
        {
            byte[] bytes = Sets.Bytes(Sets.Bitmap(ids, form));
            foreach (uint id in ids.Take(300).Concat(ids.Select(id => id + 1).Take(300)).Append(uint.MaxValue))
                Assert.Equal(model.Contains(id), new SerializedReader(bytes.Length, Reading(bytes)).Contains(id));
        }
    }

    [Fact]
    public void An_intersection_reads_what_may_be_common_and_a_question_one_container()
    {
        // 4,000 chunks of 8 KiB each, of which the other has three.
        var large = new BitmapBuilder();
        ulong[] words = new ulong[1024];
        Array.Fill(words, 0x5555_5555_5555_5555UL);
        for (int chunk = 0; chunk < 4000; chunk++) large.AppendWords(chunk, words);
        byte[] bytes = Sets.Bytes(large.ToFrozen());
        byte[] few = Sets.Bytes(FrozenBitmap.FromIds([5, 70_000, (1000u << 16) + 4, (3999u << 16) + 7]));
        long read = 0;
        FrozenBitmap and = StreamedAlgebra.And(
            [new SerializedReader(bytes.Length, Reading(bytes, count => read += count)), Reader(few)]);
        Sets.AssertHolds([70_000, (1000u << 16) + 4], and, "common ids");
        Assert.InRange(read, 1, bytes.Length / 10);
        read = 0;
        Assert.True(new SerializedReader(bytes.Length, Reading(bytes, count => read += count)).Contains(2000 << 16));
        Assert.InRange(read, 1, 4096 + (8 * 4000) + 16 + 8192);
    }

    [Fact]
    public void Few_bytes_are_held_at_a_time()
    {
        // Ten operands of 8 MiB.
        ulong[] words = new ulong[1024];
        Array.Fill(words, 0x1248_1248_1248_1248UL);
        var operands = new SerializedReader[10];
        int longest = 0;
        for (int i = 0; i < operands.Length; i++)
        {
            var builder = new BitmapBuilder();
            for (int chunk = 0; chunk < 1024; chunk++) builder.AppendWords(chunk + i, words);
            byte[] bytes = Sets.Bytes(builder.ToFrozen());
            operands[i] = new SerializedReader(
                bytes.Length, Reading(bytes, count => longest = Math.Max(longest, count)));
        }

        FrozenBitmap or = StreamedAlgebra.Or(operands);
        Assert.Equal((1024 + 9) * 64 * 256L, or.Cardinality); // four bits of 16 set
        Assert.InRange(longest, 1, 4 << 20);
    }

    [Fact]
    public void Bytes_that_are_no_bitmap_are_refused()
    {
        byte[] bytes = Sets.Bytes(FrozenBitmap.FromIds([.. Enumerable.Range(0, 10).Select(i => (uint)i << 17)]));
        Assert.Throws<InvalidDataException>(() => Reader([1, 2, 3, 4, 5, 6, 7, 8]));
        Assert.Throws<InvalidDataException>(() => Reader(bytes[..20])); // the header is longer
        bytes[8 + (4 * 10)] = 1; // the first container within the header
        Assert.Throws<InvalidDataException>(() => Reader(bytes).Contains(0));
    }

    private static SerializedReader[] Readers(uint[][] operands)
    {
        int form = 0;
        SetForm[] forms = Enum.GetValues<SetForm>();
        return [.. operands.Select(ids => Reader(Sets.Bytes(Sets.Bitmap(ids, forms[form++ % forms.Length]))))];
    }

    private static SerializedReader Reader(byte[] bytes) => new(bytes.Length, Reading(bytes));

    private static BytesReader Reading(byte[] bytes, Action<int>? note = null) => (start, destination) =>
    {
        note?.Invoke(destination.Length);
        bytes.AsSpan(start, destination.Length).CopyTo(destination);
    };
}
