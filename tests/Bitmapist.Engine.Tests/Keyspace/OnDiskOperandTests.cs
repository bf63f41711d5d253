using Bitmapist.Engine.Bits;
using Bitmapist.Engine.Keyspace;
using Bitmapist.Engine.Tests.Model;
using Bitmapist.Engine.Tests.Saving;
using Bitmapist.Engine.Upkeep;
using Bitmapist.Engine.Verbs;
using Bitmapist.Storage.Log;

namespace Bitmapist.Engine.Tests.Keyspace;

/// <summary>Bit operations over bitmaps that are not in memory: read outside the shards, and right.</summary>
public sealed class OnDiskOperandTests : IAsyncDisposable
{
    private const int LargeBytes = 100_000;

    private readonly SimulatedServer _server = new(FsyncPolicy.No);

    private PairedKeyspace Pair => _server.Pair;

    public async ValueTask DisposeAsync() => await _server.DisposeAsync();

    [Theory]
    [InlineData(0)]
    [InlineData(400_000)] // an eighth of it is less than two of the operands
    public async Task Every_operation_over_cold_and_hot_operands_is_right(long budgetBytes)
    {
        string[] large = ["a", "bb", "ccc", "dddd"];
        foreach (string name in large) SetLarge(name);
        Pair.SetBit("small", 5, bit: true);
        Pair.SetBit("small", 700_000, bit: true);
        await SaveAndEvictAsync();
        _server.Keyspace.MemoryBytesMax = budgetBytes;
        SetLarge("hot operand");
        string[][] lists =
        [
            ["a", "bb"], ["a", "bb", "ccc", "dddd"], ["hot operand", "bb", "small", "ccc"], ["a", "a", "bb"],
            ["small", "dddd", "missing", "a"], ["a", "hot operand", "bb", "hot operand"],
        ];
        for (int round = 0; round < 3; round++)
        {
            foreach (string[] sources in lists)
            {
                foreach (BitopKind operation in Enum.GetValues<BitopKind>())
                {
                    if (operation == BitopKind.Not) Pair.BitOp(operation, "result", sources[0]);
                    else Pair.BitOp(operation, "result", sources);
                    Pair.Get("result");
                }

                await SaveAndEvictAsync();
                Pair.GetBit("hot operand", 1);
            }
        }

        _server.Check();
    }

    [Fact]
    public async Task Operands_that_would_fill_the_budget_stay_on_disk_however_often_they_are_asked_for()
    {
        string[] names = [.. Enumerable.Range(1, 12).Select(length => new string('n', length))];
        foreach (string name in names) SetLarge(name);
        await SaveAndEvictAsync();
        _server.Keyspace.MemoryBytesMax = 4_000_000;
        for (int round = 0; round < 3; round++)
        {
            long before = _server.Disk.ReadBytes;
            Pair.BitOp(BitopKind.Or, "union", names);
            Assert.InRange(_server.Disk.ReadBytes - before, 12 * LargeBytes, 12 * LargeBytes * 3 / 2);
            Pair.Delete("union");
            using var hotSet = new HotSet(_server.Keyspace.Store, 0, TimeSpan.Zero);
            hotSet.Sweep();
            Assert.InRange(_server.Keyspace.Store.Memory.Bytes, 1, LargeBytes);
        }

        Pair.BitOp(BitopKind.And, "both", names[0], names[1]); // these have room
        long read = _server.Disk.ReadBytes;
        Pair.BitOp(BitopKind.And, "both", names[0], names[1]);
        Assert.Equal(read, _server.Disk.ReadBytes);
    }

    [Fact]
    public async Task What_was_read_of_operands_changed_since_does_not_count()
    {
        string[] names = ["a", "bb", "ccc", "dddd"];
        foreach (string name in names) SetLarge(name);
        await SaveAndEvictAsync();
        foreach (BitopKind operation in Enum.GetValues<BitopKind>())
        {
            if (operation == BitopKind.Not) continue;
            foreach (string changed in names)
            {
                BitOpCall call = Begun(operation, names);
                Pair.SetBit(changed, 900_000, bit: !Pair.Model.GetBit(0, changed, 900_000));
                Pair.SetBit(changed, 3, bit: !Pair.Model.GetBit(0, changed, 3));
                await EndAsync(call, operation, names);
            }
        }
    }

    [Fact]
    public async Task What_was_read_of_operands_that_moved_or_came_back_counts_only_if_it_is_the_same()
    {
        string[] names = ["a", "bb", "ccc", "dddd"];
        foreach (string name in names) SetLarge(name);
        await SaveAndEvictAsync();

        BitOpCall call = Begun(BitopKind.Xor, names);
        _server.Evict(); // in the same place of the same file
        long read = _server.Disk.ReadBytes;
        await EndAsync(call, BitopKind.Xor, names);
        Assert.InRange(_server.Disk.ReadBytes - read, 1, LargeBytes);

        call = Begun(BitopKind.Xor, names);
        Pair.Rename("a", "b", SetCondition.Always);
        Pair.Copy("bb", 0, "a", SetCondition.Always); // other bits under the name
        await EndAsync(call, BitopKind.Xor, names);

        call = Begun(BitopKind.Or, names);
        for (int round = 0; round < 12; round++) // garbage passes half of what is at least a megabyte
        {
            Pair.SetBit("dddd", (uint)round, bit: !Pair.Model.GetBit(0, "dddd", (uint)round));
            await SaveAndEvictAsync();
        }

        await EndAsync(call, BitopKind.Or, names);
        call = Begun(BitopKind.Diff, names);
        Pair.Flush(0);
        SetLarge("ccc");
        await EndAsync(call, BitopKind.Diff, names);
    }

    [Fact]
    public async Task A_source_given_twice_is_not_kept_either()
    {
        SetLarge("a");
        SetLarge("bb");
        await SaveAndEvictAsync();
        foreach (BitopKind operation in new[] { BitopKind.Or, BitopKind.Xor, BitopKind.Diff })
        {
            Pair.BitOp(operation, "result", "a", "a", "bb");
            Pair.Get("result");
            Pair.Delete("result");
            using var hotSet = new HotSet(_server.Keyspace.Store, 0, TimeSpan.Zero);
            hotSet.Sweep();
            Assert.InRange(_server.Keyspace.Store.Memory.Bytes, 1, LargeBytes / 2);
            await SaveAndEvictAsync();
        }
    }

    [Fact]
    public async Task A_transaction_finds_what_was_read_for_it_and_reads_no_bits_itself()
    {
        string[] names = ["a", "bb", "ccc"];
        foreach (string name in names) SetLarge(name);
        await SaveAndEvictAsync();
        ulong shards = Session.ShardsOf(Name.Bytes("result"));
        foreach (string name in names) shards |= Session.ShardsOf(Name.Bytes(name));
        var call = new BitOpCall(_server.Session, BitopKind.Or, Name.Bytes("result"), Name.All(names));
        using (_server.Session.BeginTransaction(shards))
        {
            Assert.False(call.IsReady());
            Assert.NotNull(_server.Session.FindUnready(Name.Bytes("a")));
        }

        call.MakeReady();
        long read = _server.Disk.ReadBytes;
        using (TransactionScope scope = _server.Session.BeginTransaction(shards))
        {
            Assert.True(call.TryDecide());
            scope.Complete();
        }

        call.Result.Pending.Force();
        Bounds.AtMost(8192, _server.Disk.ReadBytes - read); // whether the result's key exists
        _server.Pair.Model.BitOp(BitopKind.Or, 0, "result", names);
        Pair.Get("result");
    }

    [Fact]
    public async Task Operands_that_cannot_be_read_are_an_error_that_changes_nothing()
    {
        SetLarge("a");
        SetLarge("bb");
        Pair.SetBit("result", 1, bit: true);
        await SaveAndEvictAsync();
        Pair.GetBit("result", 1);
        _server.Session.Length(Name.Bytes("a"));
        _server.Session.Length(Name.Bytes("bb"));
        _server.Disk.UnreadableSuffix = "bitmapist.db";
        Assert.Throws<DiskReadException>(
            () => _server.Session.BitOp(BitopKind.Or, Name.Bytes("result"), Name.All("a", "bb")));
        _server.Disk.UnreadableSuffix = "";
        _server.Check();
        Pair.BitOp(BitopKind.Or, "result", "a", "bb");
        _server.Check();
    }

    private BitOpCall Begun(BitopKind operation, string[] sources)
    {
        var call = new BitOpCall(_server.Session, operation, Name.Bytes("result"), Name.All(sources));
        Assert.False(call.TryDecide());
        call.MakeReady();
        return call;
    }

    private async Task EndAsync(BitOpCall call, BitopKind operation, string[] sources)
    {
        call.Decide();
        Pair.Model.BitOp(operation, 0, "result", sources);
        Pair.Get("result");
        await SaveAndEvictAsync();
    }

    private void SetLarge(string name)
    {
        byte[] bytes = new byte[LargeBytes];
        new Random(name.Length).NextBytes(bytes);
        Pair.Set(name, bytes, SetCondition.Always, StringVerbs.NoExpiry);
    }

    private async Task SaveAndEvictAsync()
    {
        await _server.SaveAsync();
        _server.Evict();
    }
}
