using Bitmapist.Engine.Bits;
using Bitmapist.Engine.Keyspace;
using Bitmapist.Engine.Saving;
using Bitmapist.Engine.Tests.Keyspace;
using Bitmapist.Engine.Tests.Model;
using Bitmapist.Engine.Verbs;
using Bitmapist.Storage.Files;
using Bitmapist.Storage.Log;
using Bitmapist.Testing.Files;

namespace Bitmapist.Engine.Tests.Saving;

/// <summary>
/// Writers mark numbers in ascending order, each in the next of several keys; what there was at any instant is a prefix
/// of each writer's marks.
/// </summary>
public sealed class SnapshotUnderLoadTests
{
    private const string Path = "/data/bitmapist.db";
    private const string BackupPath = "/data/backup.db";
    private const int Writers = 2;
    private const int KeysPerWriter = 40;

    [Fact]
    public async Task A_backup_under_load_is_one_instant()
    {
        SimulatedFileSystem disk = new();
        await using PersistentKeyspace keyspace = Open(disk, FsyncPolicy.No);
        int backups = 0;
        Load.Run(TimeSpan.FromSeconds(1.5), [.. Marking(keyspace, new long[Writers]), _ =>
        {
            keyspace.BackupAsync(BackupPath).GetAwaiter().GetResult();
            SimulatedFileSystem copy = new();
            copy.WriteAll(Path, disk.ReadAll(BackupPath));
            AssertPrefixes(copy, new long[Writers]);
            backups++;
        }]);
        Assert.True(backups > 0);
    }

    [Theory]
    [InlineData(FsyncPolicy.No, CrashMode.ProcessKilled)]
    [InlineData(FsyncPolicy.EverySecond, CrashMode.ProcessKilled)]
    [InlineData(FsyncPolicy.Always, CrashMode.UnsyncedLost)]
    [InlineData(FsyncPolicy.Always, CrashMode.UnsyncedAtRandom)]
    public async Task A_kill_during_saves_under_load_keeps_every_acknowledged_mark(
        FsyncPolicy fsync, CrashMode mode)
    {
        int seed = Random.Shared.Next();
        SimulatedFileSystem disk = new();
        PersistentKeyspace keyspace = Open(disk, fsync);
        long[] acknowledged = new long[Writers];
        int kills = 0, refusals = 0;
        Load.Run(
            TimeSpan.FromSeconds(1.5),
            [
                .. Marking(keyspace, acknowledged),
                _ => Assert.Null(keyspace.SaveAsync().GetAwaiter().GetResult()),
                i =>
                {
                    long[] promised = [.. acknowledged.Select((_, writer) => Volatile.Read(ref acknowledged[writer]))];
                    try
                    {
                        AssertPrefixes(disk.Crash(mode, seed + i), promised);
                    }
                    catch (CorruptFileException) when (mode == CrashMode.UnsyncedAtRandom)
                    {
                        // Whole records behind a hole cannot be told from damage: docs/format/log.md §6.
                        refusals++;
                    }

                    kills++;
                },
            ]);
        Assert.True(kills > 0 && refusals <= kills / 2, $"{refusals} of {kills} refused, seed {seed}");
        await keyspace.DisposeAsync();
        AssertPrefixes(disk, acknowledged);
    }

    [Fact]
    public async Task A_flush_during_a_save_is_wholly_before_or_after_it()
    {
        SimulatedFileSystem disk = new();
        await using PersistentKeyspace keyspace = Open(disk, FsyncPolicy.No);
        Session writer = new(keyspace.Store), flusher = new(keyspace.Store);
        int saves = 0;
        Load.Run(
            TimeSpan.FromSeconds(1),
            i =>
            {
                // All keys of a round come in one transaction: either all or none are there at any instant.
                using TransactionScope scope = writer.BeginTransaction(KeyspaceStore.AllShards);
                for (int key = 0; key < KeysPerWriter; key++)
                    writer.SetBit(Name.Bytes($"key{key}"), (uint)(i % 100), bit: true);
                scope.Complete();
            },
            _ => flusher.Flush(0),
            _ =>
            {
                Assert.Null(keyspace.SaveAsync().GetAwaiter().GetResult());
                SimulatedFileSystem copy = new();
                copy.WriteAll(Path, disk.ReadAll(Path));
                PersistentKeyspace saved = Open(copy, FsyncPolicy.No);
                using Session reader = new(saved.Store);
                string[] values = [.. Enumerable.Range(0, KeysPerWriter).Select(key =>
                    reader.TryGet(Name.Bytes($"key{key}"), out StringValue value)
                        ? Convert.ToHexString(KeyspaceState.Bytes(value)) : "")];
                Assert.Single(values.Distinct());
                saved.DisposeAsync().AsTask().GetAwaiter().GetResult();
                saves++;
            });
        Assert.True(saves > 0);
    }

    private static PersistentKeyspace Open(SimulatedFileSystem disk, FsyncPolicy fsync) => PersistentKeyspace.Open(
        disk, new PersistenceOptions(Path, 1, fsync, TimeSpan.Zero), TimeProvider.System, new SilentEvents());

    private static Action<int>[] Marking(PersistentKeyspace keyspace, long[] acknowledged) =>
        [.. Enumerable.Range(0, Writers).Select(writer =>
        {
            Session session = new(keyspace.Store);
            return (Action<int>)(i =>
            {
                session.SetBit(Key(writer, i % KeysPerWriter), (uint)i, bit: true);
                keyspace.CommitAsync(session).AsTask().GetAwaiter().GetResult();
                Volatile.Write(ref acknowledged[writer], i + 1);
            });
        })];

    private static byte[] Key(int writer, int number) => Name.Bytes($"writer{writer}:{number}");

    /// <summary>Opens a disk and requires each writer's marks to be a prefix with at least those promised.</summary>
    private static void AssertPrefixes(SimulatedFileSystem disk, long[] promised)
    {
        PersistentKeyspace keyspace = Open(disk, FsyncPolicy.No);
        using Session session = new(keyspace.Store);
        for (int writer = 0; writer < Writers; writer++)
        {
            ReadOnlyMemory<byte>[] keys =
                [.. Enumerable.Range(0, KeysPerWriter).Select(number => (ReadOnlyMemory<byte>)Key(writer, number))];
            StringValue union = session.BitOp(BitopKind.Or, Name.Bytes("union"), keys);
            long count = union.Bits.Cardinality;
            Assert.True(count >= promised[writer], $"{promised[writer]} marks promised, {count} there");
            Assert.Equal(count - 1, union.Bits.TryMax(out uint max) ? max : -1L);
        }

        keyspace.DisposeAsync().AsTask().GetAwaiter().GetResult();
    }
}
