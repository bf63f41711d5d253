using Bitmapist.Engine.Bits;
using Bitmapist.Engine.Keyspace;
using Bitmapist.Engine.Tests.Model;
using Bitmapist.Engine.Tests.Saving;
using Bitmapist.Engine.Upkeep;
using Bitmapist.Engine.Verbs;
using Bitmapist.Storage.Log;
using Bitmapist.Testing.Files;

namespace Bitmapist.Engine.Tests.Upkeep;

/// <summary>
/// What is in memory and what is read from the disk: the budget, the order of eviction, answers from disk.
/// </summary>
public sealed class HotSetTests : IAsyncDisposable
{
    private const int LargeIds = 300_000;

    private readonly SimulatedServer _server = new(FsyncPolicy.No);

    private PairedKeyspace Pair => _server.Pair;

    private KeyspaceStore Store => _server.Keyspace.Store;

    public async ValueTask DisposeAsync() => await _server.DisposeAsync();

    [Fact]
    public async Task Everything_is_answered_after_all_has_left_memory()
    {
        for (int i = 0; i < 100; i++) Pair.SetBit($"key{i}", (uint)(i * 1000), bit: true);
        await SaveAndEvictAsync();
        Assert.Equal(0, Store.Statistics().ResidentKeys);
        Assert.Equal(100, Store.Statistics().Evicted);
        for (int i = 0; i < 100; i++) Pair.GetBit($"key{i}", (uint)(i * 1000));
        _server.Check();
        Pair.List(scanCount: 7);
        Assert.Equal(100, Store.Statistics().Loads);
    }

    [Fact]
    public async Task A_cold_count_reads_the_index_alone()
    {
        SetLarge("large");
        await SaveAndEvictAsync();
        long before = _server.Disk.ReadBytes;
        Pair.CountBits("large");
        Assert.InRange(_server.Disk.ReadBytes - before, 1, 10_000);
    }

    [Fact]
    public async Task A_cold_bit_reads_one_container()
    {
        SetLarge("large");
        await SaveAndEvictAsync();
        long before = _server.Disk.ReadBytes;
        Pair.GetBit("large", 7 * 65_536);
        Assert.InRange(_server.Disk.ReadBytes - before, 1, 40_000); // of half a megabyte
        Pair.GetBit("large", 7 * 65_536); // who comes back wants the whole in memory
        before = _server.Disk.ReadBytes;
        for (uint i = 0; i < 100; i++) Pair.GetBit("large", i * 1001);
        Assert.Equal(before, _server.Disk.ReadBytes);
    }

    [Fact]
    public async Task Operands_of_one_operation_are_not_kept()
    {
        SetLarge("a");
        SetLarge("b");
        await SaveAndEvictAsync();
        Pair.BitOp(BitopKind.And, "none", "a", "b");
        Pair.Delete("none");
        Assert.InRange(Measure(), 1, 100_000); // the entries, but not half a megabyte of bits each
    }

    [Fact]
    public async Task What_was_not_asked_for_longest_leaves_first()
    {
        for (int i = 0; i < 20; i++)
        {
            PassSeconds(1);
            SetLarge($"key{i}");
        }

        PassSeconds(80);
        Pair.CountBits("key3");
        await _server.SaveAsync();
        long all = Measure();
        Sweep(all / 2, TimeSpan.Zero);
        Assert.True(Store.Memory.Bytes <= all / 2, $"{Store.Memory.Bytes} of {all} bytes");
        Assert.InRange(Store.Statistics().ResidentKeys, 7, 10);
        Assert.True(IsResident("key3"));
        Assert.True(IsResident("key19"));
        Assert.False(IsResident("key0"));
        Assert.False(IsResident("key9"));
    }

    [Fact]
    public async Task What_is_dirty_stays_until_it_is_saved()
    {
        Pair.SetBit("saved", 1, bit: true);
        await _server.SaveAsync();
        Pair.SetBit("dirty", 1, bit: true);
        Pair.ExpireAt("dirty", 2_000_000, ExpireCondition.None);
        Sweep(1, TimeSpan.Zero);
        Assert.True(IsResident("dirty"));
        Assert.False(IsResident("saved"));
        await SaveAndEvictAsync();
        Assert.False(IsResident("dirty"));
        _server.Check();
    }

    [Fact]
    public async Task What_is_idle_leaves_though_there_is_room()
    {
        _server.Keyspace.HotFor = TimeSpan.Zero; // its own sweeps must not come between
        Pair.SetBit("idle", 1, bit: true);
        Pair.SetBit("busy", 1, bit: true);
        await _server.SaveAsync();
        PassSeconds(299);
        Pair.GetBit("busy", 1);
        Sweep(0, TimeSpan.FromSeconds(300));
        Assert.True(IsResident("idle"));
        PassSeconds(1);
        Sweep(0, TimeSpan.FromSeconds(300));
        Assert.False(IsResident("idle"));
        Assert.True(IsResident("busy"));
        PassSeconds(10_000);
        Sweep(0, TimeSpan.FromSeconds(20_000)); // longer than ages are told apart by
        Assert.True(IsResident("busy"));
        Sweep(0, TimeSpan.Zero); // neither a budget nor an idle time: nothing leaves
        Assert.True(IsResident("busy"));
    }

    [Fact]
    public async Task A_key_that_is_counted_is_not_idle()
    {
        _server.Keyspace.HotFor = TimeSpan.Zero; // its own sweeps must not come between
        Pair.SetBit("idle", 1, bit: true);
        Pair.SetBit("counted", 1, bit: true);
        await _server.SaveAsync();
        PassSeconds(299);
        Assert.Equal(1, _server.Session.CountExisting(Name.All("counted", "missing")));
        PassSeconds(1);
        Sweep(0, TimeSpan.FromSeconds(300));
        Assert.False(IsResident("idle"));
        Assert.True(IsResident("counted"));
    }

    [Fact]
    public async Task A_bitmap_larger_than_the_budget_works()
    {
        _server.Keyspace.MemoryBytesMax = 64 * 1024;
        SetLarge("large");
        await SaveAndEvictAsync();
        _server.Keyspace.MemoryBytesMax = 64 * 1024;
        Pair.SetBit("large", 4_000_000, bit: true);
        Pair.BitOp(BitopKind.Not, "inverse", "large");
        await SaveAndEvictAsync();
        _server.Check();
    }

    [Fact]
    public async Task A_changed_expiry_or_name_is_saved_without_reading_the_bits()
    {
        SetLarge("large");
        SetLarge("mortal");
        await SaveAndEvictAsync();
        long before = _server.Disk.ReadBytes;
        Pair.ExpireAt("mortal", 2_000_000, ExpireCondition.None);
        Pair.Rename("large", "renamed", SetCondition.Always);
        await _server.SaveAsync();
        Assert.InRange(_server.Disk.ReadBytes - before, 1, 100_000);
        await _server.RestartAsync();
        _server.Check();
    }

    [Fact]
    public async Task Keys_expire_on_disk_as_they_do_in_memory()
    {
        for (int i = 0; i < 1000; i++)
        {
            Pair.SetBit($"key{i}", 1, bit: true);
            Pair.ExpireAt($"key{i}", Now + 100 + (i % 10), ExpireCondition.None);
        }

        Pair.SetBit("kept", 1, bit: true);
        Pair.SetBit("persisted", 1, bit: true);
        Pair.ExpireAt("persisted", Now + 100, ExpireCondition.None);
        await SaveAndEvictAsync();
        Pair.Persist("persisted");
        _server.Time.Advance(TimeSpan.FromMilliseconds(104));
        Pair.List(scanCount: 100);
        _server.Time.Advance(TimeSpan.FromMilliseconds(104));
        Pair.List(scanCount: 100);
        Assert.Equal(1000, Store.Statistics().Expired);
        await SaveAndEvictAsync();
        await _server.RestartAsync();
        Pair.List(scanCount: 100);
        _server.Check();
        Assert.InRange(_server.Keyspace.LiveStoredKeys, 3, 5); // two keys, totals: the expiry index is empty again
    }

    [Fact]
    public async Task A_cursor_from_before_a_restart_does_no_harm()
    {
        for (int i = 0; i < 100; i++) Pair.SetBit($"key{i}", 1, bit: true);
        List<byte[]> names = [];
        ulong cursor = _server.Session.Scan(0, [], 10, names);
        Assert.NotEqual(0UL, cursor);
        await _server.SaveAsync();
        await _server.RestartAsync();
        names.Clear();
        while (cursor != 0) cursor = _server.Session.Scan(cursor, [], 10, names);
        Assert.Equal(100, names.Select(name => Name.Text(name)).Distinct().Count());
    }

    [Fact]
    public async Task A_literal_prefix_costs_its_matches()
    {
        for (int i = 0; i < 20_000; i++)
            Pair.Session.SetBit(Name.Bytes($"trackist_event{i % 100:00}_{i}"), 1, bit: true);
        await _server.SaveAsync();
        _server.Evict();
        long before = _server.Disk.ReadBytes;
        Assert.Equal(200, _server.Session.Names("trackist_event42_"u8).Read().Count());
        Assert.InRange(_server.Disk.ReadBytes - before, 1, 40_000); // of a megabyte
        List<byte[]> names = [];
        Assert.Equal(0UL, _server.Session.Scan(0, "trackist_event42_"u8, 1000, names));
        Assert.Equal(200, names.Count);
    }

    [Fact]
    public async Task A_flush_hides_what_is_on_disk_at_once_and_removes_it_with_the_next_save()
    {
        for (int database = 0; database < 2; database++)
        {
            Pair.Session.Database = database;
            for (int i = 0; i < 50; i++) Pair.SetBit($"key{i}", 1, bit: true);
        }

        await SaveAndEvictAsync();
        Pair.Flush(0);
        _server.Check();
        Pair.Session.Database = 0;
        Pair.SetBit("key7", 2, bit: true);
        _server.Check();
        await SaveAndEvictAsync();
        Assert.Equal(52, _server.Keyspace.LiveStoredKeys); // 51 keys and the totals
        await _server.RestartAsync();
        _server.Check();
        Pair.FlushAll();
        await SaveAndEvictAsync();
        Assert.InRange(_server.Keyspace.DatabaseBytes, 1, 10_000);
        await _server.RestartAsync();
        _server.Check();
    }

    [Fact]
    public async Task A_flush_is_not_forgotten_when_the_save_after_it_fails()
    {
        Pair.SetBit("key", 1, bit: true);
        await SaveAndEvictAsync();
        Pair.FlushAll();
        _server.Disk.FailNext(DiskOperation.Rename, DiskFault.NoSpace);
        Assert.NotNull(await _server.Keyspace.SaveAsync());
        _server.Check();
        await _server.SaveAsync();
        Assert.Equal("", await _server.StateOfFileAsync(SimulatedServer.Path));
        await _server.RestartAsync();
        _server.Check();
    }

    [Fact]
    public async Task What_cannot_be_read_is_an_error_that_changes_nothing()
    {
        Pair.SetBit("from", 1, bit: true);
        Pair.SetBit("to", 2, bit: true);
        await SaveAndEvictAsync();
        Pair.SetBit("hot", 3, bit: true);
        _server.Disk.UnreadableSuffix = "bitmapist.db";
        byte[] from = Name.Bytes("from"), to = Name.Bytes("to"), hot = Name.Bytes("hot");
        Assert.Throws<DiskReadException>(() => _server.Session.Rename(from, to, SetCondition.Always));
        Assert.Throws<DiskReadException>(() => _server.Session.Rename(hot, to, SetCondition.Always));
        Assert.Throws<DiskReadException>(() => _server.Session.SetBit(from, 9, bit: true));
        Assert.Throws<DiskReadException>(() => _server.Session.Copy(hot, 0, to, SetCondition.Always));
        Assert.Throws<DiskReadException>(() => _server.Session.BitOp(
            BitopKind.Or, Name.Bytes("result"), Name.All("hot", "from")));
        Assert.Throws<DiskReadException>(() => _server.Session.Names([]).Read().ToList());
        Pair.GetBit("hot", 3);
        _server.Disk.UnreadableSuffix = "";
        _server.Check();
        await _server.Keyspace.CommitAsync();
        await _server.RestartAsync();
        _server.Check();
    }

    [Fact]
    public async Task Compaction_keeps_what_is_read_and_what_is_unread()
    {
        SetLarge("large");
        for (int round = 0; round < 12; round++) // garbage passes half of what is at least a megabyte
        {
            Pair.SetBit("large", (uint)round, bit: true);
            for (int i = 0; i < 20; i++) Pair.SetBit($"key{i}", (uint)round, bit: true);
            await _server.SaveAsync();
            _server.Evict();
            Pair.GetBit("large", (uint)round); // resident, unread: its place in the file changes
            Pair.ExpireAt("key1", 3_000_000 + round, ExpireCondition.None);
            Pair.Copy("large", 1, "copy", SetCondition.Always);
        }

        Assert.InRange(_server.Keyspace.DatabaseBytes, 1, 4_000_000);
        _server.Check();
        await _server.SaveAsync();
        await _server.RestartAsync();
        _server.Check();
    }

    private long Now => _server.Time.GetUtcNow().ToUnixTimeMilliseconds();

    private void PassSeconds(int seconds)
    {
        _server.Time.Advance(TimeSpan.FromSeconds(seconds));
        Store.Tick();
    }

    /// <summary>Several containers that do not compress: half a megabyte.</summary>
    private void SetLarge(string name)
    {
        var random = new Random(name.Length);
        byte[] bytes = new byte[LargeIds * 2];
        random.NextBytes(bytes);
        Pair.Set(name, bytes, SetCondition.Always, StringVerbs.NoExpiry);
    }

    private async Task SaveAndEvictAsync()
    {
        await _server.SaveAsync();
        _server.Evict();
    }

    private void Sweep(long budgetBytes, TimeSpan idle)
    {
        using var hotSet = new HotSet(Store, budgetBytes, idle);
        hotSet.Sweep();
    }

    private long Measure()
    {
        Sweep(0, TimeSpan.Zero);
        return Store.Memory.Bytes;
    }

    private bool IsResident(string name)
    {
        var key = new KeyRef(Name.Bytes(name));
        using ShardScope scope = _server.Session.Enter(key.ShardMask);
        return Store.Shards[key.Shard].TableOrNull(_server.Session.Database)?.Find(key.Hash, key.Name) is not null;
    }
}
