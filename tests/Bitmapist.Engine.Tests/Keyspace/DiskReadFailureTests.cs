using Bitmapist.Engine.Bits;
using Bitmapist.Engine.Keyspace;
using Bitmapist.Engine.Names;
using Bitmapist.Engine.Saving;
using Bitmapist.Engine.Stored;
using Bitmapist.Engine.Tests.Model;
using Bitmapist.Engine.Tests.Saving;
using Bitmapist.Engine.Verbs;
using Bitmapist.Storage.Files;
using Bitmapist.Storage.Log;
using Bitmapist.Testing.Files;

namespace Bitmapist.Engine.Tests.Keyspace;

/// <summary>What happens when the database file cannot be read or written, and around its expiry index.</summary>
public sealed class DiskReadFailureTests : IAsyncDisposable
{
    private readonly SimulatedServer _server = new(FsyncPolicy.No);

    private PairedKeyspace Pair => _server.Pair;

    private Session Session => _server.Session;

    private KeyspaceStore Store => _server.Keyspace.Store;

    private long Now => _server.Time.GetUtcNow().ToUnixTimeMilliseconds();

    public async ValueTask DisposeAsync() => await _server.DisposeAsync();

    [Fact]
    public async Task BITOP_over_a_damaged_value_is_refused_and_harms_nothing_else()
    {
        byte[] bytes = new byte[200_000];
        new Random(1).NextBytes(bytes);
        Pair.Set("damaged", bytes, SetCondition.Always, StringVerbs.NoExpiry);
        Pair.SetBit("result", 5, bit: true);
        await _server.SaveAsync();
        byte[] file = _server.Disk.ReadAll(SimulatedServer.Path);
        file[100_000] ^= 1; // within the value
        _server.Disk.WriteAll(SimulatedServer.Path, file);
        await _server.CrashAsync(CrashMode.ProcessKilled, seed: 1, _server.Model);

        Assert.Throws<DiskReadException>(
            () => Session.BitOp(BitopKind.Not, Name.Bytes("result"), Name.All("damaged")));
        using (Session.BeginTransaction(KeyspaceStore.AllShards))
        {
            Assert.Throws<DiskReadException>(
                () => Session.BitOp(BitopKind.Not, Name.Bytes("result"), Name.All("damaged")));
        }

        Pair.Get("result");
        Pair.SetBit("other", 1, bit: true);
        await _server.SaveAsync();
        Pair.Delete("damaged");
        await _server.SaveAsync();
        await _server.RestartAsync();
        _server.Check();
    }

    [Fact]
    public async Task A_transaction_that_cannot_read_a_watched_key_lets_go_of_its_shards()
    {
        Pair.SetBit("watched", 1, bit: true);
        await SaveAndEvictAsync();
        Session.Watch(Name.Bytes("watched"));
        _server.Evict();
        _server.Disk.UnreadableSuffix = "bitmapist.db";
        Assert.Throws<DiskReadException>(() => Session.BeginTransaction(KeyspaceStore.AllShards));
        _server.Disk.UnreadableSuffix = "";
        using var other = new Session(Store);
        CancellationToken cancellation = TestContext.Current.CancellationToken;
        await Task.Run(() => Assert.True(other.Exists(Name.Bytes("watched"))), cancellation)
            .WaitAsync(TimeSpan.FromSeconds(10), cancellation);
        Assert.False(Session.InTransaction);
    }

    [Fact]
    public async Task A_watch_that_failed_can_be_set_again()
    {
        Pair.SetBit("watched", 1, bit: true);
        await SaveAndEvictAsync();
        _server.Disk.UnreadableSuffix = "bitmapist.db";
        Assert.Throws<DiskReadException>(() => Session.Watch(Name.Bytes("watched")));
        _server.Disk.UnreadableSuffix = "";
        Session.Watch(Name.Bytes("watched"));
        using (var other = new Session(Store)) other.SetBit(Name.Bytes("watched"), 2, bit: true);
        Assert.True(Session.IsWatchBroken);
        _server.Model.SetBit(0, "watched", 2, true);
    }

    [Fact]
    public async Task DEL_of_several_keys_removes_none_when_one_cannot_be_read()
    {
        Pair.SetBit("onDisk", 1, bit: true);
        await SaveAndEvictAsync();
        Pair.SetBit("hot", 1, bit: true);
        _server.Disk.UnreadableSuffix = "bitmapist.db";
        Assert.Throws<DiskReadException>(() => Session.Delete(Name.All("hot", "onDisk")));
        _server.Disk.UnreadableSuffix = "";
        _server.Check();
    }

    [Fact]
    public async Task A_flush_that_cannot_read_a_watched_key_removes_nothing()
    {
        for (int i = 0; i < 100; i++) Pair.SetBit($"saved{i}", 1, bit: true);
        await SaveAndEvictAsync();
        using var watcher = new Session(Store);
        for (int i = 0; i < 10; i++) watcher.Watch(Name.Bytes($"saved{i}"));
        _server.Evict();
        for (int i = 0; i < 100; i++) Pair.SetBit($"new{i}", 1, bit: true);
        _server.Disk.UnreadableSuffix = "bitmapist.db";
        Assert.Throws<DiskReadException>(() => Session.Flush(0));
        Assert.Throws<DiskReadException>(() => Session.FlushAll());
        _server.Disk.UnreadableSuffix = "";
        Pair.List(scanCount: 50);
        _server.Check();
        await SaveAndEvictAsync();
        await _server.RestartAsync();
        Pair.List(scanCount: 50);
        _server.Check();
    }

    [Fact]
    public async Task Saves_that_fail_are_not_repeated_at_once()
    {
        _server.Disk.FullSuffix = "bitmapist.db";
        _server.Keyspace.MemoryBytesMax = 10_000;
        for (int i = 0; i < 200; i++)
        {
            Pair.Set($"key{i}", new byte[2000], SetCondition.Always, StringVerbs.NoExpiry);
            Pair.SetBit($"key{i}", (uint)i, bit: true);
        }

        await Eventually.IsAsync(() => _server.Events.FailedSaves > 0, "a save was tried");
        int failed = _server.Events.FailedSaves;
        for (int sweep = 0; sweep < 40; sweep++)
        {
            _server.Keyspace.MemoryBytesMax = 10_000; // asks for another sweep, 20 ms after the one before at most
            await Eventually.AMomentAsync(10);
        }

        Bounds.AtMost(failed + 1, _server.Events.FailedSaves); // the next one is due five seconds later
        _server.Disk.FullSuffix = "";
        await _server.SaveAsync();
        _server.Check();
    }

    [Fact]
    public async Task Keys_expire_though_the_clock_was_set_back()
    {
        Pair.SetBit("first", 1, bit: true);
        Pair.ExpireAt("first", Now + 5000, ExpireCondition.None);
        await SaveAndEvictAsync();
        _server.Time.Advance(TimeSpan.FromSeconds(6));
        Pair.List(scanCount: 10);
        _server.Time.Advance(TimeSpan.FromSeconds(-4));
        Pair.SetBit("second", 1, bit: true);
        Pair.ExpireAt("second", Now + 2000, ExpireCondition.None); // before what was walked over
        Pair.List(scanCount: 10);
        await SaveAndEvictAsync();
        Pair.SetBit("other", 1, bit: true);
        await SaveAndEvictAsync();
        _server.Time.Advance(TimeSpan.FromSeconds(10));
        Pair.List(scanCount: 10);
        Assert.Equal(1, Session.CountKeys());
    }

    [Fact]
    public async Task Removed_keys_alone_bring_about_a_save_when_their_names_take_too_much()
    {
        for (int i = 0; i < 5000; i++) Pair.SetBit($"key{i}", 1, bit: true);
        await SaveAndEvictAsync();
        int saves = _server.Events.Saves;
        _server.Keyspace.MemoryBytesMax = 200_000;
        for (int i = 0; i < 5000; i++) Pair.Delete($"key{i}");
        await Eventually.IsAsync(() => _server.Events.Saves > saves, "a save");
        _server.Check();
    }

    [Fact]
    public async Task Twenty_thousand_databases_have_totals()
    {
        const int Databases = 20_000;
        var disk = new SimulatedFileSystem();
        using (var builder = DatabaseBuilder.Create(disk, SimulatedServer.Path))
        {
            var value = new StringValue(1, PendingBits.Ready(Roaring.FrozenBitmap.FromIds([3])));
            for (int i = 0; i < Databases; i++) builder.Put(i, "key"u8, value, expiresAtUnixMs: long.MaxValue);
            builder.Commit();
        }

        var options = new PersistenceOptions(SimulatedServer.Path, Databases, FsyncPolicy.No, TimeSpan.Zero);
        await using var keyspace = PersistentKeyspace.Open(disk, options, _server.Time, _server.Events);
        using var session = new Session(keyspace.Store);
        session.Database = Databases - 1;
        session.SetBit("other"u8, 1, bit: true);
        Assert.Null(await keyspace.SaveAsync());
        Assert.Equal(2, session.CountKeys());
        Assert.Equal(Databases, session.CountByDatabase().Count);
    }

    [Fact]
    public void A_slow_scan_goes_on_beside_a_fast_one()
    {
        var cursors = new ScanCursors();
        byte[] place = Name.Bytes("slow");
        ulong slow = cursors.Add(place);
        ulong fast = cursors.Add(Name.Bytes("fast"));
        for (int i = 0; i < 3 * EngineLimits.ScanCursors; i++)
        {
            Assert.NotNull(cursors.Find(fast));
            fast = cursors.Add(Name.Bytes("fast"));
        }

        Assert.Same(place, cursors.Find(slow));
        for (int i = 0; i <= EngineLimits.ScanCursors; i++) cursors.Add(place); // as many begun and left
        Assert.Null(cursors.Find(fast));
    }

    [Fact]
    public async Task A_save_that_runs_while_the_keyspace_is_closed_tells_how_it_ended()
    {
        var options = new PersistenceOptions(SimulatedServer.Path, 1, FsyncPolicy.No, TimeSpan.Zero);
        PersistentKeyspace keyspace =
            PersistentKeyspace.Open(new SimulatedFileSystem(), options, _server.Time, _server.Events);
        using (var session = new Session(keyspace.Store)) session.SetBit("key"u8, 1, bit: true);
        Task<Exception?> save = keyspace.SaveAsync();
        await keyspace.DisposeAsync();
        Assert.Null(await save);
    }

    [Fact]
    public async Task The_longest_name_with_an_expiry_time_can_be_saved()
    {
        byte[] name = new byte[EngineLimits.KeyBytes];
        Session.SetBit(name, 1, bit: true);
        Assert.True(Session.ExpireAt(name, Now + 1000, ExpireCondition.None));
        Assert.Null(await _server.Keyspace.SaveAsync());
        Session.Delete([name]);
    }

    private async Task SaveAndEvictAsync()
    {
        await _server.SaveAsync();
        _server.Evict();
    }
}
