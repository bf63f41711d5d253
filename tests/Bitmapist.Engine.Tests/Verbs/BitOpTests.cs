using Bitmapist.Engine.Bits;
using Bitmapist.Engine.Keyspace;
using Bitmapist.Engine.Tests.Model;
using Bitmapist.Engine.Verbs;
using Bitmapist.Testing.Files;

namespace Bitmapist.Engine.Tests.Verbs;

public sealed class BitOpTests
{
    private static readonly byte[] s_destination = Name.Bytes("destination");

    [Fact]
    public void A_long_chain_of_operations_in_one_transaction_is_computed()
    {
        const int Links = 100_001; // as recursion, more stack than a thread has
        KeyspaceStore store = new(1, new ManualTime());
        using Session session = new(store);
        session.SetBit(Name.Bytes("one"), 7, bit: true);
        using (TransactionScope scope = session.BeginTransaction(KeyspaceStore.AllShards))
        {
            for (int i = 0; i < Links; i++)
                session.BitOp(BitopKind.Xor, s_destination, Name.All("destination", "one"));
            session.SetBit(s_destination, 3, bit: true);
            scope.Complete();
        }

        Assert.True(session.TryGetBit(s_destination, 3, out bool bit, out _));
        Assert.True(bit);
        Assert.True(session.TryGetBit(s_destination, 7, out bit, out _));
        Assert.Equal(Links % 2 == 1, bit);
    }

    [Fact]
    public void The_last_bit_of_the_longest_string_takes_part()
    {
        KeyspaceStore store = new(1, new ManualTime());
        using Session session = new(store);
        session.SetBit(Name.Bytes("far"), uint.MaxValue, bit: true);
        session.SetBit(Name.Bytes("near"), 0, bit: true);
        Assert.Equal(
            EngineLimits.StringBytes, session.BitOp(BitopKind.Not, s_destination, Name.All("far")).LengthBytes);
        StringValue not = session.BitOp(BitopKind.Not, s_destination, Name.All("far"));
        Assert.Equal(uint.MaxValue, not.Bits.Cardinality);
        Assert.False(not.Bits.Contains(uint.MaxValue));
        StringValue or = session.BitOp(BitopKind.Or, s_destination, Name.All("far", "near"));
        Assert.Equal(2, or.Bits.Cardinality);
        StringValue one = session.BitOp(BitopKind.One, s_destination, Name.All("far", "near", "near"));
        Assert.Equal(1, one.Bits.Cardinality);
        Assert.Equal(EngineLimits.StringBytes, one.LengthBytes);
    }

    [Fact]
    public void A_result_is_that_of_the_operands_when_it_was_asked_for()
    {
        KeyspaceStore store = new(1, new ManualTime());
        using Session session = new(store);
        session.SetBit(Name.Bytes("a"), 1, bit: true);
        session.SetBit(Name.Bytes("b"), 2, bit: true);
        StringValue result = session.BitOp(BitopKind.Or, s_destination, Name.All("a", "b"));
        session.SetBit(Name.Bytes("a"), 3, bit: true);
        session.Delete(Name.All("b"));
        session.Flush(0);
        Assert.Equal([1, 2], Offsets(result));
    }

    private static IEnumerable<int> Offsets(StringValue value) =>
        Enumerable.Range(0, (int)value.LengthBytes * 8).Where(offset => value.Bits.Contains((uint)offset));
}
