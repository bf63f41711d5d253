using Bitmapist.Engine.Bits;
using Bitmapist.Engine.Keyspace;
using Bitmapist.Engine.Tests.Model;
using Bitmapist.Engine.Tests.Saving;
using Bitmapist.Engine.Upkeep;
using Bitmapist.Engine.Verbs;
using Bitmapist.Storage.Log;

namespace Bitmapist.Engine.Tests.Verbs;

/// <summary>
/// A BITOP is answered before it is computed: what is asked of its result meanwhile, and what waiting may cost.
/// </summary>
public sealed class DeferredOperationTests : IAsyncDisposable
{
    private const uint DenseIds = 400_000;

    private static readonly byte[] s_destination = Name.Bytes("destination");
    private static readonly string[] s_forms = ["missing", "few", "spread", "dense", "full", "edges"];

    private readonly SimulatedServer _server = new(FsyncPolicy.No);

    private KeyspaceStore Store => _server.Keyspace.Store;

    private Session Session => _server.Session;

    public async ValueTask DisposeAsync() => await _server.DisposeAsync();

    [Theory]
    [InlineData(BitopKind.And)]
    [InlineData(BitopKind.Or)]
    [InlineData(BitopKind.Xor)]
    [InlineData(BitopKind.Not)]
    [InlineData(BitopKind.Diff)]
    [InlineData(BitopKind.Diff1)]
    [InlineData(BitopKind.AndOr)]
    [InlineData(BitopKind.One)]
    public void Counts_and_bits_are_those_of_the_computed_result(BitopKind operation)
    {
        SetForms();
        int length = operation == BitopKind.Not ? 1 : 3;
        foreach (string[] names in Tuples(s_forms, length))
        {
            StringValue result = Session.BitOp(operation, s_destination, Name.All(names));
            if (result.LengthBytes == 0) continue; // the destination is gone
            Assert.False(result.Pending.IsReady);
            uint[] asked = [0, 5, 65_535, 65_536, 131_071, 200_000, (uint)(result.LengthBytes * 8) - 1, uint.MaxValue];
            bool[] bits = Array.ConvertAll(asked, offset => Bit(s_destination, offset));
            Assert.False(result.Pending.IsReady);
            long count = result.Pending.Count();
            Assert.Equal(operation == BitopKind.One, result.Pending.IsReady);
            Assert.Equal(count, Count(s_destination));

            Assert.Equal(result.Bits.Cardinality, count);
            Assert.Equal(Array.ConvertAll(asked, result.Bits.Contains), bits);
            Assert.Equal(count, Count(s_destination));
        }
    }

    [Fact]
    public void An_operation_over_operations_is_counted()
    {
        SetForms();
        Session.BitOp(BitopKind.Or, Name.Bytes("or"), Name.All("few", "dense"));
        Session.BitOp(BitopKind.Not, Name.Bytes("not"), Name.All("or"));
        StringValue result = Session.BitOp(BitopKind.And, s_destination, Name.All("not", "full"));
        Assert.True(Session.TryGet(Name.Bytes("full"), out StringValue full));
        Assert.True(Session.TryGet(Name.Bytes("or"), out StringValue or));
        long expected = 0;
        for (uint id = 0; id < or.LengthBytes * 8; id++)
            if (full.Bits.Contains(id) && !or.Bits.Contains(id)) expected++;
        Assert.True(expected > 1000);
        Assert.Equal(expected, result.Pending.Count());
    }

    [Fact]
    public void Operands_that_nobody_changes_take_no_memory()
    {
        SetForms();
        for (int i = 0; i < 100; i++)
            Session.BitOp(BitopKind.Or, Name.Bytes($"result{i}"), Name.All("dense", "full"));
        Assert.Equal(0, Store.Deferred.HeldBytes);
        Assert.True(Store.Deferred.HasRoom);
    }

    [Fact]
    public void Copies_made_for_deferred_operations_count_until_they_are_computed()
    {
        SetForms();
        StringValue result = Session.BitOp(BitopKind.Or, s_destination, Name.All("dense", "full"));
        ChangeChunks(3);
        Assert.InRange(Store.Deferred.HeldBytes, 3 * 8192, (3 * 8192) + 1000); // each is a bitset, and was copied
        ChangeChunks(3);
        Assert.InRange(Store.Deferred.HeldBytes, 3 * 8192, (3 * 8192) + 1000); // nobody shares them any more
        Session.Delete(Name.All("dense"));
        Assert.InRange(Store.Deferred.HeldBytes, 9 * 8192, 10 * 8192);
        result.Pending.Force();
        Sweep(budgetBytes: 0);
        Assert.Equal(0, Store.Deferred.HeldBytes);
    }

    [Fact]
    public void Operations_are_computed_when_their_operands_hold_an_eighth_of_the_budget()
    {
        SetForms();
        using HotSet hotSet = new(Store, budgetBytes: 8 * 100_000, TimeSpan.Zero);
        Store.Memory.WhenFull(() => hotSet.BudgetBytes, () => false, () => { });
        StringValue result = Decide(BitopKind.Xor, out bool isComputedFirst);
        Assert.False(isComputedFirst);
        Session.Delete(Name.All("dense", "full"));
        SetDense();
        Decide(BitopKind.Xor, out isComputedFirst);
        Assert.True(isComputedFirst, "there is no room");

        Assert.False(result.Pending.IsReady);
        Session.BitOp(BitopKind.Xor, Name.Bytes("kept"), Name.All("dense", "few"));
        Assert.True(Session.TryGet(Name.Bytes("kept"), out StringValue kept));
        hotSet.Sweep();
        Assert.True(kept.Pending.IsReady, "the sweep computes what a key still has");
        Assert.Equal(0, Store.Deferred.HeldBytes);
        Decide(BitopKind.Xor, out isComputedFirst);
        Assert.False(isComputedFirst);
    }

    [Fact]
    public void An_operation_that_no_key_has_any_more_holds_nothing()
    {
        SetForms();
        Session.BitOp(BitopKind.Or, s_destination, Name.All("dense", "full"));
        Session.Delete(Name.All("dense", "destination"));
        Assert.NotEqual(0, Store.Deferred.HeldBytes);
        Sweep(budgetBytes: 0);
        Assert.Equal(0, Store.Deferred.HeldBytes);
    }

    [Fact]
    public void What_a_save_under_way_has_yet_to_write_counts()
    {
        SetForms();
        SnapshotCapture capture;
        using (Session.Enter(KeyspaceStore.AllShards)) capture = Store.BeginCapture();
        Assert.Equal(0, Store.Deferred.HeldBytes);
        ChangeChunks(3);
        Assert.InRange(Store.Deferred.HeldBytes, 3 * 8192, (3 * 8192) + 1000);
        using (Session.Enter(KeyspaceStore.AllShards)) Store.AbandonCapture(capture);
        Assert.Equal(0, Store.Deferred.HeldBytes);
    }

    [Fact]
    public async Task A_save_writes_the_result()
    {
        SetForms();
        Session.BitOp(BitopKind.And, s_destination, Name.All("dense", "full"));
        long count = Count(s_destination);
        await _server.Keyspace.SaveAsync();
        Assert.True(Session.TryGet(s_destination, out StringValue saved));
        Assert.True(saved.Pending.IsReady);
        Assert.Equal(count, saved.Bits.Cardinality);
    }

    [Fact]
    public async Task Callers_that_need_the_bits_at_once_have_them_computed_once()
    {
        SetForms();
        StringValue result = Session.BitOp(BitopKind.Or, s_destination, Name.All("dense", "full"));
        Task[] all = [.. Enumerable.Range(0, 50).Select(_ => result.Pending.MakeReadyAsync())];
        await Task.WhenAll(all);
        Assert.True(result.Pending.IsReady);
        Assert.True(result.Pending.MakeReadyAsync().IsCompleted);
    }

    private void SetDense()
    {
        for (uint i = 0; i < DenseIds; i += 5) Session.SetBit(Name.Bytes("dense"), i, bit: true);
    }

    /// <summary>Flips a bit in each of the first chunks of the dense set.</summary>
    private void ChangeChunks(uint chunks)
    {
        for (uint chunk = 0; chunk < chunks; chunk++)
        {
            uint offset = (chunk << 16) + 77;
            Session.SetBit(Name.Bytes("dense"), offset, !Bit(Name.Bytes("dense"), offset));
        }
    }

    private StringValue Decide(BitopKind operation, out bool isComputedFirst)
    {
        BitOpCall call = new(Session, operation, s_destination, Name.All("dense", "full"));
        Assert.True(call.TryDecide());
        isComputedFirst = call.IsComputedFirst;
        return call.Result;
    }

    private void Sweep(long budgetBytes)
    {
        using HotSet hotSet = new(Store, budgetBytes, TimeSpan.Zero);
        hotSet.Sweep();
    }

    private void SetForms()
    {
        for (uint i = 0; i < 50; i++) Session.SetBit(Name.Bytes("few"), i * 5001, bit: true);
        for (uint i = 0; i < 3000; i++) Session.SetBit(Name.Bytes("spread"), i * 67, bit: true);
        SetDense();
        StringValue ones = Session.BitOp(BitopKind.Not, Name.Bytes("full"), Name.All("dense"));
        ones.Pending.Force();
        Sweep(budgetBytes: 0);
        foreach (uint id in (uint[])[0, 65_535, 65_536, 131_071, 131_072])
            Session.SetBit(Name.Bytes("edges"), id, bit: true);
    }

    private bool Bit(byte[] name, uint offset)
    {
        Assert.True(Session.TryGetBit(name, offset, out bool bit, out _), "told at once");
        return bit;
    }

    private long Count(byte[] name)
    {
        if (!Session.TryGetCardinality(name, out long count, out PendingBits? unfinished)) count = unfinished!.Count();
        return count;
    }

    private static IEnumerable<string[]> Tuples(string[] of, int length) => length == 0
        ? [[]]
        : of.SelectMany(first => Tuples(of, length - 1).Select(rest => (string[])[first, .. rest]));
}
