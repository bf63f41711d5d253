using Bitmapist.Engine.Bits;
using Bitmapist.Engine.Keyspace;
using Bitmapist.Engine.Names;
using Bitmapist.Engine.Tests.Model;
using Bitmapist.Engine.Verbs;
using Bitmapist.Storage.Log;

namespace Bitmapist.Engine.Tests.Saving;

/// <summary>
/// A database file whose place another one has taken stays open for who still reads it, and not longer: its space on
/// the disk is free without a garbage collection.
/// </summary>
public sealed class ReplacedFileTests
{
    private const int LargeBytes = 300_000;

    [Fact]
    public async Task After_everything_was_flushed_and_saved_the_old_file_is_closed()
    {
        await using SimulatedServer server = new(FsyncPolicy.No);
        for (int i = 0; i < 40; i++) SetLarge(server, $"key{i}", i);
        await server.SaveAsync();
        server.Pair.Flush(0);
        server.Pair.SetBit("key", 1, bit: true);
        server.Session.ReleaseFiles();
        await server.SaveAsync();
        Assert.Equal(0, server.Disk.CountUnnamed(SimulatedServer.Path));
        server.Check();
    }

    [Fact]
    public async Task A_value_given_out_before_a_compaction_is_read_after_it()
    {
        await using SimulatedServer server = await OnDiskAsync();
        server.Session.TryGet(Name.Bytes("kept0"), out StringValue value);
        Assert.False(value.Pending.IsReady);
        await CompactAsync(server);
        Assert.Equal(1, server.Disk.CountUnnamed(SimulatedServer.Path));
        Assert.Equal(server.Model.CountBits(0, "kept0"), (long)value.Bits.Cardinality);
        server.Session.ReleaseFiles();
        Assert.Equal(0, server.Disk.CountUnnamed(SimulatedServer.Path));
        server.Check();
    }

    [Fact]
    public async Task A_listing_begun_before_a_compaction_is_read_after_it()
    {
        await using SimulatedServer server = await OnDiskAsync();
        NameListing names = server.Session.Names([]);
        int before = server.Model.Keys.Keys.Count(key => key.Database == 0);
        await CompactAsync(server);
        Assert.Equal(1, server.Disk.CountUnnamed(SimulatedServer.Path));
        Assert.Equal(before, names.Read().Count());
        server.Session.ReleaseFiles();
        Assert.Equal(0, server.Disk.CountUnnamed(SimulatedServer.Path));
    }

    [Fact]
    public async Task Each_session_holds_the_file_for_itself()
    {
        await using SimulatedServer server = await OnDiskAsync();
        using Session first = new(server.Keyspace.Store), second = new(server.Keyspace.Store);
        first.TryGet(Name.Bytes("kept0"), out StringValue value);
        second.TryGet(Name.Bytes("kept0"), out StringValue other);
        await CompactAsync(server);
        first.ReleaseFiles();
        Assert.Equal(server.Model.CountBits(0, "kept0"), (long)other.Bits.Cardinality);
        Assert.Equal(1, server.Disk.CountUnnamed(SimulatedServer.Path));
        second.Dispose();
        Assert.Equal(0, server.Disk.CountUnnamed(SimulatedServer.Path));
        Assert.True(value.Pending.IsReady); // both asked for the same bits
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Keys_whose_bits_lie_unread_in_it_are_saved_to_the_new_file(bool isAsked)
    {
        await using SimulatedServer server = await OnDiskAsync();
        // While the compaction reads, keys that are nowhere but in the old file change in all but their bits.
        bool isDone = false;
        server.Disk.Reading = bytes =>
        {
            if (isDone || bytes < LargeBytes / 2) return;
            isDone = true;
            server.Pair.ExpireAt("kept1", Now(server) + 100_000, ExpireCondition.None);
            server.Pair.Rename("kept2", "renamed", SetCondition.Always);
            server.Pair.Copy("kept3", 0, "copied", SetCondition.Always);
            server.Pair.Copy("kept4", 1, "elsewhere", SetCondition.Always);
            server.Pair.Rename("renamed", "renamed again", SetCondition.Always);
        };
        await CompactAsync(server);
        server.Disk.Reading = null;
        Assert.True(isDone);
        server.Session.ReleaseFiles();
        Assert.Equal(1, server.Disk.CountUnnamed(SimulatedServer.Path));
        if (isAsked) await server.SaveAsync();
        else server.Time.Advance(TimeSpan.FromSeconds(1)); // the server does it by itself
        await Eventually.IsAsync(
            () => server.Disk.CountUnnamed(SimulatedServer.Path) == 0, "the replaced file is closed");
        server.Check();
        await server.RestartAsync();
        server.Check();
    }

    [Fact]
    public async Task A_bit_operation_over_operands_of_a_replaced_file_gives_what_it_would_have_given()
    {
        await using SimulatedServer server = await OnDiskAsync();
        bool isDone = false;
        server.Disk.Reading = bytes =>
        {
            if (isDone || bytes < LargeBytes / 2) return; // the index is read under the shards
            isDone = true;
            CompactAsync(server).GetAwaiter().GetResult(); // between the look at the operands and reading them
        };
        server.Pair.BitOp(BitopKind.Or, "union", "kept0", "kept1", "kept2");
        Assert.True(isDone);
        server.Disk.Reading = null;
        server.Check();
        server.Session.ReleaseFiles();
        await server.SaveAsync();
        Assert.Equal(0, server.Disk.CountUnnamed(SimulatedServer.Path));
    }

    [Fact]
    public async Task A_backup_reads_the_old_file_to_its_end()
    {
        await using SimulatedServer server = await OnDiskAsync();
        string before = KeyspaceState.Of(server.Model);
        bool isDone = false;
        server.Disk.Reading = bytes =>
        {
            if (isDone || !server.Disk.Exists("/data/backup.db.unverified.new")) return;
            isDone = true;
            CompactAsync(server).GetAwaiter().GetResult();
            Assert.InRange(server.Disk.CountUnnamed(SimulatedServer.Path), 1, 3);
        };
        server.Session.ReleaseFiles();
        await server.Keyspace.BackupAsync("/data/backup.db");
        Assert.True(isDone);
        server.Disk.Reading = null;
        Assert.Equal(before, await server.StateOfFileAsync("/data/backup.db"));
        server.Session.ReleaseFiles();
        await server.SaveAsync();
        Assert.Equal(0, server.Disk.CountUnnamed(SimulatedServer.Path));
    }

    /// <summary>Saved keys of which none is in memory: a few that stay, and one of garbage to be.</summary>
    private static async Task<SimulatedServer> OnDiskAsync()
    {
        SimulatedServer server = new(FsyncPolicy.No);
        for (int i = 0; i < 6; i++) SetLarge(server, $"kept{i}", i);
        for (int i = 0; i < 50; i++) server.Pair.SetBit($"small{i}", (uint)i, bit: true);
        await server.SaveAsync();
        server.Session.ReleaseFiles();
        server.Evict();
        return server;
    }

    /// <summary>Makes garbage until a save writes the file anew.</summary>
    private static async Task CompactAsync(SimulatedServer server)
    {
        long before = server.Disk.Events.Count(IsCompaction);
        using Session session = new(server.Keyspace.Store);
        byte[] bytes = new byte[LargeBytes];
        for (int i = 0; server.Disk.Events.Count(IsCompaction) == before; i++)
        {
            Assert.True(i < 50);
            new Random(i).NextBytes(bytes);
            session.Set(Name.Bytes("garbage"), bytes, SetCondition.Always, StringVerbs.NoExpiry, out _);
            server.Model.Set(0, "garbage", [.. bytes], SetCondition.Always, StringVerbs.NoExpiry);
            await server.SaveAsync();
        }
    }

    private static bool IsCompaction(Testing.Files.DiskEvent change) =>
        change is { Operation: Testing.Files.DiskOperation.Rename, Path: SimulatedServer.Path + ".new" };

    private static void SetLarge(SimulatedServer server, string name, int seed)
    {
        byte[] bytes = new byte[LargeBytes];
        new Random(seed).NextBytes(bytes);
        server.Pair.Set(name, bytes, SetCondition.Always, StringVerbs.NoExpiry);
    }

    private static long Now(SimulatedServer server) => server.Time.GetUtcNow().ToUnixTimeMilliseconds();
}
