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
    public void What_says_how_to_make_a_result_counts()
    {
        SetForms();
        long before = Store.Memory.Bytes;
        for (int i = 0; i < 100; i++)
            Session.BitOp(BitopKind.Or, Name.Bytes($"result{i}"), Name.All("few", "few", "few", "few", "few"));
        Assert.InRange(Store.Memory.Bytes - before, 100 * 800, 100 * 1500);
        Sweep(budgetBytes: 0);
        Assert.InRange(Store.Memory.Bytes - before, 100 * 800, 100 * 1500);
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
    public async Task Operations_are_computed_first_and_saved_when_operands_hold_an_eighth_of_the_budget()
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
        long count = Count(Name.Bytes("kept"));
        Session.Delete(Name.All("dense", "destination"));
        SetDense();
        Session.Delete(Name.All("dense"));
        hotSet.Sweep(); // what was overwritten counts no longer; what a key still has does
        Assert.True(hotSet.HasToSaveOperations);
        await _server.SaveAsync();
        hotSet.Sweep();
        Assert.Equal(0, Store.Deferred.HeldBytes);
        Assert.False(hotSet.HasToSaveOperations);
        Assert.Equal(count, Count(Name.Bytes("kept")));
        SetDense();
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
    public async Task A_save_writes_the_result()
    {
        SetForms();
        Session.BitOp(BitopKind.And, s_destination, Name.All("dense", "full"));
        long count = Count(s_destination);
        Assert.True(Session.TryGet(s_destination, out StringValue before));
        await _server.SaveAsync();
        Assert.False(before.Pending.IsReady); // a result that nothing asked for is not kept
        Sweep(budgetBytes: 0);
        Assert.True(Session.TryGet(s_destination, out StringValue saved));
        Assert.NotNull(saved.Pending.Stored);
        Assert.Equal(count, saved.Bits.Cardinality);
        Assert.Equal(before.Bits.Cardinality, count);
    }

    [Fact]
    public async Task A_save_under_way_does_not_make_evictions_call_for_more()
    {
        for (int k = 0; k < 40; k++)
            for (uint i = 0; i < 65_536 * 3; i += 5) Session.SetBit(Name.Bytes($"k{k}"), i, bit: true);
        await _server.SaveAsync();
        SnapshotCapture capture;
        using (Session.Enter(KeyspaceStore.AllShards)) capture = Store.BeginCapture();
        long budget = 40 * 3 * 8192 * 8 / 10;
        using HotSet hotSet = new(Store, budget, TimeSpan.Zero);
        for (int sweep = 0; sweep < 6; sweep++)
        {
            hotSet.Sweep();
            Assert.InRange(Store.Statistics().ResidentKeys, 20, 35); // a tenth below the budget, and no less
            Assert.False(hotSet.IsOverwhelmed);
        }

        using (Session.Enter(KeyspaceStore.AllShards)) Store.AbandonCapture(capture);
    }

    [Fact]
    public void Marks_of_few_ids_that_nobody_froze_count_for_nothing()
    {
        SetForms();
        Session.BitOp(BitopKind.Or, s_destination, Name.All("dense", "full"));
        for (uint i = 0; i < 100_000; i++) Session.SetBit(Name.Bytes($"small{i / 4}"), i, bit: true);
        Assert.Equal(0, Store.Deferred.HeldBytes);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void Random_operations_are_counted_as_they_are_computed(int seed)
    {
        var random = new Random(seed);
        string[] names = [.. Enumerable.Range(0, 24).Select(i => $"f{i}")];
        foreach (string name in names) SetRandomForm(name, random);
        for (int round = 0; round < 400; round++)
        {
            var operation = (BitopKind)random.Next(1, 9);
            bool isSingle = operation is BitopKind.Diff or BitopKind.Diff1 or BitopKind.AndOr;
            int most = random.Next(8) == 0 ? 40 : 5;
            string[] sources = new string[operation == BitopKind.Not ? 1 : random.Next(isSingle ? 2 : 1, most)];
            for (int i = 0; i < sources.Length; i++)
                sources[i] = random.Next(12) == 0 ? "missing" : names[random.Next(names.Length)];
            // A destination may be a source, and the result a source of what follows.
            string to = random.Next(3) == 0 ? sources[0] : random.Next(3) == 0 ? names[random.Next(24)] : "destination";
            StringValue result = Session.BitOp(operation, Name.Bytes(to), Name.All(sources));
            if (result.LengthBytes == 0) continue;
            uint[] asked = new uint[20];
            for (int i = 0; i < asked.Length; i++) asked[i] = (uint)random.NextInt64((result.LengthBytes * 8) + 99);
            bool[] bits = Array.ConvertAll(asked, result.Pending.Contains);
            if (random.Next(3) != 0) Assert.Equal(result.Pending.Count(), result.Bits.Cardinality);
            if (random.Next(3) == 0) Assert.Equal(Array.ConvertAll(asked, result.Bits.Contains), bits);
            if (random.Next(6) == 0)
                Session.SetBit(Name.Bytes(names[random.Next(24)]), (uint)random.Next(300_000), random.Next(2) == 0);
        }
    }

    [Fact]
    public async Task Callers_that_need_the_bits_at_once_have_them_computed_once()
    {
        SetForms();
        StringValue result = Session.BitOp(BitopKind.Or, s_destination, Name.All("dense", "full"));
        BackgroundThreads threads = new("test", 2);
        Task[] all = [.. Enumerable.Range(0, 50).Select(_ => result.Pending.MakeReadyAsync(threads))];
        await Task.WhenAll(all);
        Assert.True(result.Pending.IsReady);
        Assert.True(result.Pending.MakeReadyAsync(threads).IsCompleted);
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

    private void SetRandomForm(string name, Random random)
    {
        uint top = (uint)random.Next(1, 500_000), start = (uint)random.Next(200_000);
        int form = random.Next(7);
        if (form == 0) Session.SetBit(Name.Bytes(name), top, bit: false);
        int count = form switch { 0 => 0, 1 => 5, 2 => 100, 3 => 5000, 4 => 30_000, 5 => 1, _ => 60_000 };
        for (int i = 0; i < count; i++)
        {
            uint id = form == 6 ? start + (uint)i : (uint)random.NextInt64(top + 1L);
            Session.SetBit(Name.Bytes(name), id, bit: true);
        }

        if (random.Next(4) == 0) Session.BitOp(BitopKind.Not, Name.Bytes(name), Name.All(name)).Pending.Force();
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
