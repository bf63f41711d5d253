using Bitmapist.Roaring.Operations;

namespace Bitmapist.Roaring.Tests.Operations;

/// <summary>Operations on one, three and more operands of any shape and form.</summary>
public sealed class ManyOperandTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(12)]
    [InlineData(40)]
    public void Any_number_of_operands_agrees_with_counting_members(int operandCount)
    {
        for (int seed = 0; seed < 12; seed++)
        {
            Random random = new(seed);
            uint[][] sets = new uint[operandCount][];
            ReadOnlyBitmap[] operands = new ReadOnlyBitmap[operandCount];
            for (int i = 0; i < operandCount; i++)
            {
                SetShape shape = Pick(seed, random);
                sets[i] = Sets.Ids(shape, random);
                operands[i] = Sets.Bitmap(sets[i], (SetForm)random.Next(5));
            }
            Check(sets, operands, $"{operandCount} operands, seed {seed}");
        }
    }

    [Fact]
    public void And_of_overlapping_operands_keeps_the_common_ids()
    {
        Random random = new(5);
        uint[] common = Sets.Ids(SetShape.LargeArrays, random);
        for (int round = 0; round < 20; round++)
        {
            uint[][] sets = new uint[random.Next(3, 6)][];
            for (int i = 0; i < sets.Length; i++)
                sets[i] = Sets.Ascending(common.Concat(Sets.Ids((SetShape)random.Next(12), random)));
            ReadOnlyBitmap[] operands = [.. sets.Select(set => Sets.Bitmap(set, (SetForm)random.Next(5)))];
            Check(sets, operands, $"round {round}, seed 5");
        }
    }

    /// <summary>
    /// Sets of a few ids, which are gathered as bits where a chunk has many and sorted where it has few; with repeated
    /// ids, sets given twice and an empty one.
    /// </summary>
    [Theory]
    [InlineData(3, 5, 0, 1000)]
    [InlineData(3, 5, 4_294_966_296, 1000)]
    [InlineData(30, 1, 65_500, 70)]
    [InlineData(30, 10, 4_294_867_296, 100_000)]
    [InlineData(100, 20, 0, 1_000_000)]
    [InlineData(100, 20, 20_000_000, 20_000)]
    [InlineData(100, 100, 0, 6_000_000)]
    [InlineData(50, 30, 0, 4_294_967_296)]
    [InlineData(280, 10, 60_000, 300)]
    [InlineData(280, 300, 1_000_000, 600_000)]
    [InlineData(265, 4000, 0, 4_294_967_296)] // more ids than are gathered at once
    public void Many_small_sets_agree_with_counting_members(int count, int ids, long first, long range)
    {
        Random random = new(count + ids);
        for (int round = 0; round < 3; round++)
        {
            uint[][] sets = new uint[count][];
            for (int i = 0; i < count; i++)
                sets[i] = Sets.Ascending(Enumerable.Range(0, ids).Select(_ => (uint)(first + random.NextInt64(range))));
            sets[1] = sets[0];
            sets[2] = round == 0 ? [] : sets[2];
            ReadOnlyBitmap[] operands =
                [.. sets.Select(set => Sets.Bitmap(set, random.Next(9) == 0 ? SetForm.Serialized : SetForm.Frozen))];
            Check(sets, operands, $"{count} of {ids} ids, round {round}");
        }
    }

    [Fact]
    public void No_operand_is_the_callers_mistake()
    {
        Assert.Throws<ArgumentException>(() => BitmapAlgebra.And());
        Assert.Throws<ArgumentException>(() => BitmapAlgebra.OrCardinality());
    }

    [Theory]
    [InlineData(0, 4_294_967_296)]
    [InlineData(0, 0)]
    [InlineData(100, 70_000)]
    [InlineData(65_536, 131_072)]
    [InlineData(19_660_800, 19_760_000)]
    public void Flip_reverses_membership_in_its_range(long start, long end)
    {
        foreach (SetShape shape in Enum.GetValues<SetShape>())
        {
            uint[] ids = Sets.Ids(shape, new Random((int)shape));
            FrozenBitmap flipped = BitmapAlgebra.Flip(Sets.Bitmap(ids, SetForm.Serialized), start, end);
            flipped.Validate();
            long inside = ids.Count(id => id >= start && id < end);
            Assert.Equal(ids.Length - inside + (end - start - inside), flipped.Cardinality);
            foreach (uint id in ids.Where((_, i) => i % 97 == 0))
                Assert.Equal(id < start || id >= end, flipped.Contains(id));
            Sets.AssertHolds(ids, BitmapAlgebra.Flip(flipped, start, end), $"{shape} flipped twice");
        }
    }

    /// <summary>Some runs of one shape only, so that chunks are shared; others mixed.</summary>
    private static SetShape Pick(int seed, Random random) => seed % 3 == 0
        ? (SetShape)(seed % 12)
        : (SetShape)random.Next(seed % 3 == 1 ? 6 : 12);

    private static void Check(uint[][] sets, ReadOnlyBitmap[] operands, string because)
    {
        Dictionary<uint, int> members = [];
        foreach (uint id in sets.SelectMany(set => set)) members[id] = members.GetValueOrDefault(id) + 1;
        uint[] and = Sets.Ascending(members.Where(pair => pair.Value == sets.Length).Select(pair => pair.Key));
        uint[] or = Sets.Ascending(members.Keys);
        uint[] xor = Sets.Ascending(members.Where(pair => pair.Value % 2 == 1).Select(pair => pair.Key));
        HashSet<uint> rest = [.. sets.Skip(1).SelectMany(set => set)];
        uint[] andNot = [.. sets[0].Where(id => !rest.Contains(id))];
        Sets.AssertHolds(and, BitmapAlgebra.And(operands), "AND, " + because);
        Sets.AssertHolds(or, BitmapAlgebra.Or(operands), "OR, " + because);
        Sets.AssertHolds(xor, BitmapAlgebra.Xor(operands), "XOR, " + because);
        Sets.AssertHolds(andNot, BitmapAlgebra.AndNot(operands[0], operands.AsSpan(1)), "AND NOT, " + because);
        Assert.Equal(and.Length, BitmapAlgebra.AndCardinality(operands));
        Assert.Equal(or.Length, BitmapAlgebra.OrCardinality(operands));
        Assert.Equal(xor.Length, BitmapAlgebra.XorCardinality(operands));
        Assert.Equal(andNot.Length, BitmapAlgebra.AndNotCardinality(operands[0], operands.AsSpan(1)));
    }
}
