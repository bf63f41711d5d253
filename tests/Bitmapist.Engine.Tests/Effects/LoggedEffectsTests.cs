using Bitmapist.Engine.Bits;
using Bitmapist.Engine.Keyspace;
using Bitmapist.Engine.Tests.Model;
using Bitmapist.Engine.Tests.Saving;
using Bitmapist.Engine.Verbs;
using Bitmapist.Storage.Log;
using Bitmapist.Testing.Files;

namespace Bitmapist.Engine.Tests.Effects;

/// <summary>What is written to the log, and what is not.</summary>
public sealed class LoggedEffectsTests
{
    private static readonly byte[] s_key = Name.Bytes("key");
    private static readonly byte[] s_other = Name.Bytes("other");

    public static TheoryData<string, Action<Session>> Unchanging => new()
    {
        { "SETBIT 1 of a set bit", session => session.SetBit(s_key, 5, bit: true) },
        { "SETBIT 0 of a clear bit", session => session.SetBit(s_key, 4, bit: false) },
        { "GETBIT", session => session.TryGetBit(s_key, 5, out _, out _) },
        { "DEL of a missing key", session => session.Delete(Name.All("missing")) },
        { "RENAME of a missing key", session => session.Rename(Name.Bytes("missing"), s_key, SetCondition.Always) },
        { "RENAME to itself", session => session.Rename(s_key, s_key, SetCondition.Always) },
        { "RENAMENX to an existing key", session => session.Rename(s_key, s_other, SetCondition.IfMissing) },
        { "COPY to an existing key", session => session.Copy(s_key, 0, s_other, SetCondition.IfMissing) },
        { "SET NX of an existing key", session => session.Set(s_key, [1], SetCondition.IfMissing, 0, out _) },
        { "SET XX of a missing key", session => session.Set(Name.Bytes("no"), [1], SetCondition.IfExists, 0, out _) },
        { "PERSIST without an expiry", session => session.Persist(s_key) },
        { "EXPIRE XX without an expiry", session => session.ExpireAt(s_key, long.MaxValue, ExpireCondition.IfAny) },
        { "EXPIRE to the same time", session => session.ExpireAt(s_other, 9_000_000, ExpireCondition.None) },
        { "BITOP of a missing key", session => session.BitOp(BitopKind.Or, Name.Bytes("no"), Name.All("none")) },
        { "DBSIZE", session => session.CountKeys() },
        { "KEYS", session => session.Names([]).Read() },
    };

    [Theory]
    [MemberData(nameof(Unchanging))]
    public async Task What_changes_nothing_is_not_logged(string command, Action<Session> run)
    {
        await using SimulatedServer server = new(FsyncPolicy.No);
        server.Session.SetBit(s_key, 5, bit: true);
        server.Session.SetBit(s_other, 5, bit: true);
        server.Session.ExpireAt(s_other, 9_000_000, ExpireCondition.None);
        long logged = server.Session.Journal.LoggedPosition;
        Assert.NotEqual(0, logged);
        run(server.Session);
        Assert.Equal((command, logged), (command, server.Session.Journal.LoggedPosition));
        await server.SaveAsync(); // the entry is now of an earlier epoch, which takes another path
        run(server.Session);
        Assert.Equal((command, logged), (command, server.Session.Journal.LoggedPosition));
    }

    [Fact]
    public async Task A_transaction_is_one_write_whatever_it_does()
    {
        await using SimulatedServer server = new(FsyncPolicy.No);
        int events = server.Disk.Events.Count;
        using (TransactionScope scope = server.Session.BeginTransaction(KeyspaceStore.AllShards))
        {
            for (uint i = 0; i < 100; i++) server.Session.SetBit(Name.Bytes($"key{i % 7}"), i, bit: true);
            scope.Complete();
        }

        await server.Keyspace.CommitAsync();
        Assert.Equal(events + 1, server.Disk.Events.Count);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Very_many_expired_keys_are_logged_in_records_of_bounded_size(bool isInTransaction)
    {
        const int Keys = 3000;
        await using SimulatedServer server = new(FsyncPolicy.No);
        server.Keyspace.Store.ExpiredRecordBytes = 1000;
        long expiresAt = server.Time.GetUtcNow().ToUnixTimeMilliseconds() + 10;
        for (int i = 0; i < Keys; i++)
        {
            server.Pair.SetBit($"mortal{i}", 1, bit: true);
            server.Pair.ExpireAt($"mortal{i}", expiresAt, ExpireCondition.None);
        }

        await server.Keyspace.CommitAsync(server.Session);
        long before = server.Keyspace.LogBytes;
        string segment = server.Disk.List("/data", "bitmapist.db.log.")[^1];
        server.Time.Advance(TimeSpan.FromMilliseconds(10));
        if (isInTransaction)
        {
            using TransactionScope scope = server.Session.HoldAll(); // as if they had all expired in this very moment
            server.Pair.SetBit("mortal7", 5, bit: true); // what comes after the deletion of the same name
            Assert.Equal(1, server.Session.CountKeys());
            scope.Complete();
        }
        else
        {
            Assert.Equal(0, server.Session.CountKeys());
        }

        await server.Keyspace.CommitAsync(server.Session);
        List<int> records = RecordSizes(server.Disk.ReadAll(segment).AsSpan((int)before));
        Assert.True(records.Sum() > 11 * Keys, "one deletion for each key");
        Assert.All(records, size => Assert.InRange(size, 1, 1000 + 50));
        await server.CrashAsync(CrashMode.ProcessKilled, seed: 1, server.Model);
        server.Check();
    }

    [Fact]
    public async Task An_expired_key_found_within_a_transaction_is_logged_before_its_effects()
    {
        await using SimulatedServer server = new(FsyncPolicy.No);
        server.Pair.SetBit("mortal", 1, bit: true);
        server.Pair.ExpireAt(
            "mortal", server.Time.GetUtcNow().ToUnixTimeMilliseconds() + 10, ExpireCondition.None);
        server.Time.Advance(TimeSpan.FromMilliseconds(10));
        using (TransactionScope scope = server.Session.BeginTransaction(Session.ShardsOf(Name.Bytes("mortal"))))
        {
            server.Pair.SetBit("mortal", 2, bit: true);
            scope.Complete();
        }

        await server.Keyspace.CommitAsync(server.Session);
        await server.CrashAsync(CrashMode.ProcessKilled, seed: 1, server.Model);
        server.Check();
    }

    /// <summary>The payload sizes of log records (docs/format/log.md §2).</summary>
    private static List<int> RecordSizes(ReadOnlySpan<byte> records)
    {
        List<int> sizes = [];
        while (!records.IsEmpty)
        {
            sizes.Add(System.Buffers.Binary.BinaryPrimitives.ReadInt32LittleEndian(records[4..]));
            records = records[(9 + sizes[^1])..];
        }

        return sizes;
    }

    public static TheoryData<string, Action<Session>> Overwriting => new()
    {
        { "RENAME", session => session.Rename(s_other, s_key, SetCondition.Always) },
        { "RENAMENX", session => session.Rename(s_other, s_key, SetCondition.IfMissing) },
        { "COPY", session => session.Copy(s_other, 0, s_key, SetCondition.IfMissing) },
        { "COPY REPLACE", session => session.Copy(s_other, 0, s_key, SetCondition.Always) },
        { "BITOP", session => session.BitOp(BitopKind.Not, s_key, Name.All("other")) },
        { "SET", session => session.Set(s_key, [1, 2], SetCondition.Always, 0, out _) },
        { "SETBIT", session => session.SetBit(s_key, 1, bit: true) },
    };

    [Theory]
    [MemberData(nameof(Overwriting))]
    public async Task A_key_written_over_an_expired_one_outlives_a_restart(string command, Action<Session> run)
    {
        await using SimulatedServer server = new(FsyncPolicy.No);
        server.Session.SetBit(s_other, 3, bit: true);
        server.Session.SetBit(s_key, 70, bit: true);
        server.Session.ExpireAt(s_key, server.Time.GetUtcNow().ToUnixTimeMilliseconds() + 10, ExpireCondition.None);
        server.Time.Advance(TimeSpan.FromMilliseconds(10));
        run(server.Session);
        string state = KeyspaceState.Of(server.Keyspace.Store);
        Assert.Contains("0 key until 0", state, StringComparison.Ordinal);
        await server.Keyspace.CommitAsync();
        await server.CrashAsync(CrashMode.ProcessKilled, seed: 0, server.Model);
        Assert.Equal((command, state), (command, KeyspaceState.Of(server.Keyspace.Store)));
    }
}
