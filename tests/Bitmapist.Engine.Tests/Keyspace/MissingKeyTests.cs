using Bitmapist.Engine.Bits;
using Bitmapist.Engine.Keyspace;
using Bitmapist.Engine.Tests.Model;
using Bitmapist.Engine.Tests.Saving;
using Bitmapist.Engine.Verbs;
using Bitmapist.Storage.Log;

namespace Bitmapist.Engine.Tests.Keyspace;

/// <summary>What does not exist is known without reading, once anything was saved as before.</summary>
public sealed class MissingKeyTests : IAsyncDisposable
{
    private const int BlockBytes = 4300; // of the database file's index, about
    private readonly SimulatedServer _server = new(FsyncPolicy.No);

    private PairedKeyspace Pair => _server.Pair;

    public async ValueTask DisposeAsync() => await _server.DisposeAsync();

    [Fact]
    public async Task Keys_that_never_existed_take_no_read()
    {
        for (int i = 0; i < 300; i++) Pair.SetBit($"key:{i}", 7, bit: true);
        await _server.SaveAsync();
        long before = _server.Disk.ReadBytes;
        for (int i = 0; i < 1000; i++)
        {
            Pair.GetBit($"missing:{i}", 7);
            Assert.False(_server.Session.Exists(Name.Bytes($"missing:{i}")));
        }

        Pair.BitOp(BitopKind.Or, "nothing", [.. Enumerable.Range(0, 1000).Select(i => $"missing:{i}")]);
        Pair.GetBit(new string('m', 5000), 7);
        // One in 700 passes the filter by chance, and is read for once.
        Bounds.AtMost(20 * BlockBytes, _server.Disk.ReadBytes - before);
    }

    [Fact]
    public async Task Keys_that_were_deleted_are_read_for_once()
    {
        for (int i = 0; i < 300; i++) Pair.SetBit($"key:{i}", 7, bit: true);
        await _server.SaveAsync();
        for (int i = 0; i < 20; i++) Pair.Delete($"key:{i}");
        await _server.SaveAsync();
        long before = _server.Disk.ReadBytes;
        for (int i = 0; i < 20; i++) Pair.GetBit($"key:{i}", 7);
        long once = _server.Disk.ReadBytes - before;
        Assert.InRange(once, 20, 20 * BlockBytes); // a deletion may hide an older version: its block says which it is
        for (int round = 0; round < 50; round++)
            for (int i = 0; i < 20; i++) Pair.GetBit($"key:{i}", 7);
        Assert.Equal(once, _server.Disk.ReadBytes - before);
    }

    [Fact]
    public async Task A_key_that_was_missed_is_found_when_it_came_was_saved_and_left_memory()
    {
        for (int i = 0; i < 300; i++) Pair.SetBit($"key:{i}", 7, bit: true);
        await _server.SaveAsync();
        for (int round = 0; round < 4; round++)
        {
            for (int i = 0; i < 20; i++) Pair.Delete($"key:{i}");
            await _server.SaveAsync();
            for (int i = 0; i < 40; i++) Pair.GetBit($"key:{i}", 7);
            for (int i = 0; i < 20; i += 2) Pair.SetBit($"key:{i}", (uint)round, bit: true);
            await _server.SaveAsync();
            _server.Evict();
            for (int i = 0; i < 40; i++) Pair.GetBit($"key:{i}", (uint)round);
            _server.Check();
        }
    }

    [Fact]
    public void A_shard_remembers_a_bounded_number_of_short_names()
    {
        var shard = new KeyspaceStore(databases: 1, TimeProvider.System).Shards[0];
        for (int i = 0; i < 10 * EngineLimits.AbsentPerShard; i++)
        {
            byte[] name = BitConverter.GetBytes(i);
            shard.NoteAbsent(0, (ulong)i, name);
            Assert.True(shard.Absent.Has(0, (ulong)i, name));
            Assert.False(shard.Absent.Has(1, (ulong)i, name));
            Assert.InRange(shard.Absent.Count, 1, EngineLimits.AbsentPerShard);
        }

        byte[] tooLong = new byte[EngineLimits.AbsentNameBytes + 1];
        shard.NoteAbsent(0, 1, tooLong);
        Assert.False(shard.Absent.Has(0, 1, tooLong));
    }
}
